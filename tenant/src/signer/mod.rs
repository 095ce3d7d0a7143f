//! The keys that sign tokens.

mod ec;
mod kept;
mod key;
mod ring;

pub(crate) use kept::KeyWrap;
pub(crate) use key::KeyError;
pub(crate) use ring::{RingError, Signer, rotate};
