//! The keys outside the database: each in a file of its own in the data directory, its owner's alone, and sealed where the
//! administrator gives a key to seal with (ADR 31).

mod alone;
mod error;
mod file;
mod keys;
mod seal;

pub(crate) use alone::Alone;
pub(crate) use error::VaultError;
pub(crate) use file::{write_private, write_public};
pub(crate) use keys::Vault;
pub(crate) use seal::Wrap;
