//! Why the keys cannot be used.

use dovetail_shared::Code;

use crate::tpm::TpmError;

/// A key could not be made, found or used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The TPM says no, or there is none and keys in files are not allowed.
    #[error("{0}")]
    Tpm(#[from] TpmError),
    /// The key files cannot be kept or read.
    #[error("{0}")]
    Store(String),
    /// A key was needed that is not there.
    #[error("the keys of this join are gone")]
    Gone,
    /// Making or using a key failed.
    #[error("key operation failed: {0}")]
    Crypto(&'static str),
}

impl VaultError {
    /// What people are told.
    pub fn code(&self) -> Code {
        match self {
            Self::Tpm(error) => error.code(),
            Self::Store(_) => Code::STORE_FAILED,
            Self::Gone => Code::TPM_CLEARED,
            Self::Crypto(_) => Code::TPM_FAILED,
        }
    }
}
