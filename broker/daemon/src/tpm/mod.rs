//! Keys in the TPM. One thread owns the TPM; everybody else sends it work.
//!
//! What is on disk is the TPM's own wrapping, which opens on no other chip. Nothing stays loaded in the TPM between
//! two jobs but the storage root and the session key used last, so three object slots are enough.

mod actor;
mod attest;
mod chip;
mod error;
#[doc(hidden)]
pub mod fuzz;
mod hello;
mod key_set;
mod session;
mod template;

pub use actor::{Tpm, TpmConfig};
pub use attest::{Certified, CertifiedPair};
pub use error::TpmError;
pub use hello::{HelloKey, Opening};
pub use key_set::{KeySet, SignKey};
pub use session::{Adopted, Sealed, SessionKey};
