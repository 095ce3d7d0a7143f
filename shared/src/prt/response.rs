//! The answer to a request for a PRT or its renewal (registration reference §4.5).

use serde::{Deserialize, Serialize};

use crate::Secret;
use crate::oidc::Seconds;

/// A PRT. Some numbers are strings and some are not, as in the real service; both are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrtResponse {
    /// `Bearer` here, `pop` from AD FS. Means nothing.
    #[serde(default)]
    pub token_type: String,
    /// Seconds from now; written as a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<Seconds>,
    /// `"0"`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext_expires_in: Option<Seconds>,
    /// Unix seconds; written as a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Seconds>,
    /// The PRT, opaque.
    pub refresh_token: Secret<String>,
    /// Seconds from now; written as a number.
    pub refresh_token_expires_in: Seconds,
    /// The session key under the transport key. Absent at renewal: the old key stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key_jwe: Option<Secret<String>>,
    /// JWT with `alg` `none`: told by the server that TLS vouches for, not a proof for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token: Option<Secret<String>>,
    /// base64url of `{"uid":…,"utid":…}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_info: Option<String>,
    /// The tenant of the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_tenant_id: Option<String>,
}
