//! `/.well-known/openid-configuration`, the members that our clients use.

use serde::{Deserialize, Serialize};

/// Provider metadata (OpenID Connect Discovery 1.0 §3), v1.0 and v2.0 documents alike. Unknown members are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderMetadata {
    /// `https://sts.windows.net/{tenant id}/` in v1; literal braces when asked for `common`.
    pub issuer: String,
    /// Where a browser is sent to sign in.
    pub authorization_endpoint: String,
    /// Where codes and tokens are exchanged.
    pub token_endpoint: String,
    /// The issuer's signing keys.
    pub jwks_uri: String,
    /// Where a browser is sent to sign out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_session_endpoint: Option<String>,
}
