//! Hello keys: keys that a person unlocks on one device, and that vouch for that person there and nowhere else (registration
//! reference §5). Registered by `drs/key.rs`, used by `prt/hello.rs`, shown and removed by `graph/hello.rs` and the command line.

mod key;
mod listing;
mod register;
mod remove;

pub(crate) use key::by_kid;
pub(crate) use listing::{Listed, all, key_of, keys_of};
pub(crate) use register::{MOST, Register, Registered};
pub(crate) use remove::remove;
