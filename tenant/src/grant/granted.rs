//! What a grant comes to, before it is put into tokens.

use super::resource::Resource;
use crate::account::User;

/// Who asks, proved, and what for.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) user: User,
    /// How they signed in.
    pub(super) amr: Vec<String>,
    pub(super) resource: Resource,
    /// Words that were asked for, separated by blanks: `openid`, `offline_access`, ….
    pub(super) scope: String,
    /// Of the authorize request; goes into the ID token.
    pub(super) nonce: Option<String>,
    /// Whether the claims of device management are wanted.
    pub(super) windows: bool,
    /// What the refresh token will belong to.
    pub(super) family: String,
}
