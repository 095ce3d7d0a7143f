//! What a grant comes to, before it is put into tokens.

use uuid::Uuid;

use super::origin::Origin;
use super::resource::Resource;
use crate::account::User;

/// Who asks, proved, and what for.
#[derive(Debug)]
pub(crate) struct Granted {
    pub(crate) user: User,
    pub(crate) origin: Origin,
    /// Who the tokens are for: `appid`, `aud` of the ID token. Not the origin's where a relative asks.
    pub(crate) client_id: String,
    pub(crate) resource: Resource,
    /// Words that were asked for, separated by blanks: `openid`, `offline_access`, ….
    pub(crate) scope: String,
    /// Of the authorize request; goes into the ID token.
    pub(crate) nonce: Option<String>,
    /// Whether the claims of device management are wanted.
    pub(crate) windows: bool,
    /// Whether `client_info` is wanted.
    pub(crate) client_info: bool,
    /// What the refresh token will belong to, and its number; `None`: there will be none.
    pub(crate) lineage: Option<(Uuid, u32)>,
}
