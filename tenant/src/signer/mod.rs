//! The keys that sign tokens.

mod ec;
mod kept;
mod key;
mod kind;
mod ring;
mod rotation;

pub(crate) use kept::KeyWrap;
pub(crate) use key::KeyError;
pub(crate) use ring::{RingError, Signer};
pub(crate) use rotation::{Rotation, rotate};
