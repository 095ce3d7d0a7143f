//! XML, both ways, for SOAP, SyncML and provisioning documents.

mod read;
mod write;

pub(super) use read::{Element, MAX_BYTES, Ns, XmlError, parse};
pub(super) use write::{Node, el, leaf};
