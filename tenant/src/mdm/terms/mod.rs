//! Terms of use (MDM reference §1.3): texts with versions, a page, and the proof of acceptance that goes along to enrollment.

mod blob;
mod text;

pub(super) use blob::BlobError;
pub(crate) use blob::TermsKey;
pub(crate) use text::{TermsError, current, keep, seed};
