//! Tokens: issued and verified by the same keys.

#[allow(dead_code, reason = "the token endpoint comes next")]
mod access;
mod issue;
mod management;
mod verify;

#[allow(unused_imports, reason = "the token endpoint comes next")]
pub(crate) use access::{ACCESS_LIFE_SECS, AccessClaims, AccessIssue, issue_access, verify_access};
pub(crate) use issue::{Issue, id_token, issuer};
pub(crate) use management::management;
pub(crate) use verify::{TokenError, Verified, verify};
