//! The device CA, "MS-Organization-Access": issues device certificates of the shape the real service's have.

mod authority;
mod issue;
mod log;
mod name;

pub(crate) use authority::{DeviceCa, DeviceCaError, pem, spki_der};
pub(crate) use issue::{Issued, Subject};
pub(crate) use log::record;
