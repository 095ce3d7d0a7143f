//! What can be wrong with key files. Each says which file, and what to do.

use std::path::PathBuf;

/// A key file could not be read, made or trusted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    /// The system's own words.
    #[error("{path}: {source}")]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    /// Others may read or change it.
    #[error(
        "{path} may be read by others (mode {mode:04o}): make the key anew if anybody did, and chmod 600 it"
    )]
    Readable { path: PathBuf, mode: u32 },
    /// Not of the length or form it was made with.
    #[error("{0} is damaged: restore it from a backup")]
    Damaged(PathBuf),
    /// It is needed to open something that is there, and is not there itself.
    #[error("{path} is missing, and {what}: restore it from a backup")]
    Missing { path: PathBuf, what: &'static str },
    /// Sealed, and no key was given.
    #[error(
        "{0} is sealed: give the key that it was sealed with (--key-file, or the credential dovetail-tenant.key)"
    )]
    Sealed(PathBuf),
    /// Sealed with another key, or changed, or another file's contents.
    #[error(
        "{0} does not open with this key: give the one that it was sealed with, or restore it from a backup"
    )]
    OtherKey(PathBuf),
    /// The sealing key is no key.
    #[error("{0} is too short for a key that seals others: 32 random bytes or more")]
    Short(PathBuf),
    /// The cryptography library refused.
    #[error("a key could not be sealed")]
    Seal,
    #[error(transparent)]
    Random(#[from] crate::random::NoRandom),
}
