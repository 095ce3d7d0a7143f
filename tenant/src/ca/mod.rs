//! The device CA, "MS-Organization-Access": issues device certificates of the shape the real service's have.

mod authority;
mod issue;
mod log;
mod name;

pub(crate) use authority::{Authority, DeviceCa, DeviceCaError, pem, spki_der};
pub(crate) use issue::{
    BASIC_CONSTRAINTS, CLIENT_AUTH, EXTENDED_KEY_USAGE, Issued, KEY_USAGE, Remembered, Subject,
    extension, serial_number, tbs, validity,
};
pub(crate) use log::{link, record};
pub(crate) use name::common_name;
