//! Terms of use (MDM reference §1.3): texts with versions, a page, and the proof of acceptance that goes along to enrollment.

mod accept;
mod blob;
mod handler;
mod page;
mod request;
mod text;

pub(crate) use accept::acceptances;
pub(super) use blob::BlobError;
pub(crate) use blob::TermsKey;
pub(super) use handler::{answer, refuse, show, start};
pub(super) use request::Asked;
pub(crate) use text::{TermsError, current, keep, seed};
