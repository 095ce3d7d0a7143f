//! Tokens: issued and verified by the same keys.

mod access;
mod app_access;
mod device;
mod id_v2;
mod issue;
mod management;
mod methods;
mod userinfo;
mod verify;

pub(crate) use access::{ACCESS_LIFE_SECS, AccessClaims, AccessIssue, issue_access, verify_access};
pub(crate) use app_access::{AppClaims, AppIssue, issue_app_access, verify_app_access};
pub(crate) use device::{DeviceAccess, issue_device_access};
pub(crate) use id_v2::issuer_v2;
pub(crate) use issue::{Issue, id_token, issuer, pairwise};
pub(crate) use management::management;
pub(crate) use methods::{FRESH, FRESH_SECS, by_more_than_keys, methods};
pub(crate) use userinfo::userinfo;
pub(crate) use verify::{TokenError, Verified, signed_payload as signed_by_us, verify, verify_for};
