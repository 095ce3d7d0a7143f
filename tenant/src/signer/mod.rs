//! The keys that sign tokens.

mod ec;
mod key;
mod ring;

pub(crate) use key::KeyError;
pub(crate) use ring::{RingError, Signer, rotate};
