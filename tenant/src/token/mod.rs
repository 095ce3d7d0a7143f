//! Tokens: issued and verified by the same keys.

mod issue;
mod verify;

pub(crate) use issue::{Issue, id_token, issuer};
pub(crate) use verify::{TokenError, Verified, verify};
