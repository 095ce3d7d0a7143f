//! Access tokens (v1.0): issued for one resource, and verified by the resources that live in this program.

use dovetail_shared::UnixTime;
use dovetail_shared::encode::b64url;
use dovetail_shared::id::{DeviceId, ObjectId, TenantId};
use serde::{Deserialize, Serialize};

use super::issue::{issuer, pairwise, sign_as};
use super::verify::{TokenError, lifetime, signed_payload};
use crate::account::{Directory, User};
use crate::app::App;
use crate::client::IdTokenAlg;
use crate::error::Fault;
use crate::random;

/// Seconds an access token lives.
pub(crate) const ACCESS_LIFE_SECS: i64 = 3600;

/// What an access token says.
#[derive(Debug)]
pub(crate) struct AccessIssue<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) user: &'a User,
    /// The resource, as it names itself: becomes `aud`.
    pub(crate) resource: &'a str,
    /// What may be done there, separated by blanks: becomes `scp`.
    pub(crate) scope: &'a str,
    /// Who asked: becomes `appid`.
    pub(crate) client_id: &'a str,
    /// How the person signed in.
    pub(crate) amr: &'a [String],
    /// The device that they signed in from, proved by its key.
    pub(crate) device: Option<DeviceId>,
    /// Whether they did so by a device code: becomes `flow`.
    pub(crate) flow: Option<&'a str>,
    /// What the resource wants its tokens signed with.
    pub(crate) alg: IdTokenAlg,
}

/// Claims of an access token. `iat`, `nbf`, `exp` are integers: anything else there is a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccessClaims {
    pub(crate) aud: String,
    pub(crate) iss: String,
    pub(crate) iat: i64,
    pub(crate) nbf: i64,
    pub(crate) exp: i64,
    pub(crate) tid: TenantId,
    pub(crate) oid: ObjectId,
    /// The user, pairwise per client.
    pub(crate) sub: String,
    pub(crate) upn: String,
    pub(crate) unique_name: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) amr: Vec<String>,
    pub(crate) appid: String,
    pub(crate) scp: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deviceid: Option<DeviceId>,
    /// `device_code`, and then only: for resources that must not be reached that way. A claim of this tenant's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) flow: Option<String>,
    /// 128 random bits: two tokens of the same second differ, and clients see that theirs was renewed.
    #[serde(default)]
    pub(crate) uti: String,
    pub(crate) ver: String,
}

/// Signs an access token.
pub(crate) fn issue_access(
    app: &App,
    issue: &AccessIssue<'_>,
    now: UnixTime,
) -> Result<String, Fault> {
    let AccessIssue {
        directory, user, ..
    } = issue;
    let claims = AccessClaims {
        aud: issue.resource.to_owned(),
        iss: issuer(directory),
        iat: now.0,
        nbf: now.0,
        exp: now.plus(ACCESS_LIFE_SECS).0,
        tid: directory.id,
        oid: user.id,
        sub: pairwise(directory, user, issue.client_id),
        upn: user.upn.clone(),
        unique_name: user.upn.clone(),
        name: user.display_name.clone(),
        amr: issue.amr.to_vec(),
        appid: issue.client_id.to_owned(),
        scp: issue.scope.to_owned(),
        deviceid: issue.device,
        flow: issue.flow.map(str::to_owned),
        uti: b64url(random::bytes::<16>()?),
        ver: "1.0".to_owned(),
    };
    sign_as(app, issue.alg, &claims)
}

/// Verifies signature (algorithm and key from our own table), tenant, issuer, audience and lifetime. A final slash of the
/// audience does not count. Whether the user is still there and enabled is for the caller to look up.
pub(crate) async fn verify_access(
    app: &App,
    directory: &Directory,
    token: &str,
    audience: &str,
    now: UnixTime,
) -> Result<AccessClaims, TokenError> {
    let payload = signed_payload(app, token).await?;
    let claims: AccessClaims = serde_json::from_slice(&payload).map_err(|_| TokenError::Claims)?;
    if claims.tid != directory.id || claims.iss != issuer(directory) {
        return Err(TokenError::Tenant);
    }
    if bare(&claims.aud) != bare(audience) {
        return Err(TokenError::Audience);
    }
    lifetime(claims.nbf, claims.exp, now)?;
    Ok(claims)
}

pub(super) fn bare(audience: &str) -> &str {
    audience.strip_suffix('/').unwrap_or(audience)
}
