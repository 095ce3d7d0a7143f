//! Claims of the ID token that the join page receives (v1.0, with every claim of the article's example).

use serde::{Deserialize, Serialize};

use crate::id::{ObjectId, TenantId};

/// Claims of a v1.0 ID token for the join. A type for reading *after* verification and for issuing.
///
/// `exp`, `nbf`, `iat` are integers: a string, float or null there is a refusal, not an absent value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdTokenClaims {
    /// `dd762716-544d-4aeb-a526-687b73838a22` for the join page.
    pub aud: String,
    /// `https://sts.windows.net/{tid}/`
    pub iss: String,
    /// Issued at, Unix seconds.
    pub iat: i64,
    /// Not valid before, Unix seconds.
    pub nbf: i64,
    /// Not valid from this second on. The article's token lives 3900 s.
    pub exp: i64,
    /// What the requester gave; the daemon's nonce here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Left half of the SHA-256 of the access token that came beside it, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// The same of the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub c_hash: Option<String>,
    /// How the person signed in: `pwd`, `mfa`, `otp`, ….
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// Tenant.
    pub tid: TenantId,
    /// The user's object.
    pub oid: ObjectId,
    /// The user, pairwise per client.
    pub sub: String,
    /// User principal name.
    pub upn: String,
    /// The same as `upn` for managed users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_name: Option<String>,
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// Cloud SID of the user, because the scope `sid` was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// On-premises SID; synchronised users only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onprem_sid: Option<String>,
    /// Primary SID; synchronised users only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_sid: Option<String>,
    /// Region, `NA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The tenant's name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_display_name: Option<String>,
    /// MDM discovery; absent when the user is not in the MDM's scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mdm_enrollment_url: Option<String>,
    /// Terms of use, as the article names the claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mdm_tou_url: Option<String>,
    /// Terms of use, as the documented claim is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mdm_terms_of_use_url: Option<String>,
    /// Compliance page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mdm_compliance_url: Option<String>,
    /// Settings service, `Discovery:https://…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_setting_sync_url: Option<String>,
    /// `1.0`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ver: Option<String>,
}
