//! XML, both ways, for SOAP, SyncML and provisioning documents.

mod read;
mod write;

pub(super) use read::{Element, Ns, Repeated, XmlError, parse};
pub(super) use write::{Node, el, leaf};
