//! The ID token beside a PRT: unsigned, as in the real service (registration reference §4.5). It tells the device whose PRT
//! it holds, over a channel that TLS vouches for; it proves nothing to anybody else.

use dovetail_shared::UnixTime;
use dovetail_shared::encode::b64url;
use dovetail_shared::id::{ObjectId, TenantId};
use serde::Serialize;

use crate::account::{Directory, User};
use crate::token::{issuer, pairwise};

/// Seconds it lives.
const LIFE_SECS: i64 = 3900;

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    amr: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<&'a str>,
    name: &'a str,
    oid: ObjectId,
    preferred_username: &'a str,
    sub: String,
    tenant_display_name: &'a str,
    tenant_region_scope: &'a str,
    tid: TenantId,
    unique_name: &'a str,
    upn: &'a str,
    ver: &'a str,
}

/// `header.payload.` with an empty signature.
pub(super) fn unsigned(
    directory: &Directory,
    user: &User,
    client_id: &str,
    amr: &[String],
    now: UnixTime,
) -> Result<String, serde_json::Error> {
    let claims = Claims {
        aud: client_id,
        iss: issuer(directory),
        iat: now.0,
        nbf: now.0,
        exp: now.plus(LIFE_SECS).0,
        amr,
        family_name: user.family_name.as_deref(),
        given_name: user.given_name.as_deref(),
        name: &user.display_name,
        oid: user.id,
        preferred_username: &user.upn,
        sub: pairwise(directory, user, client_id),
        tenant_display_name: &directory.display_name,
        tenant_region_scope: &directory.region,
        tid: directory.id,
        unique_name: &user.upn,
        upn: &user.upn,
        ver: "1.0",
    };
    let header = b64url(r#"{"typ":"JWT","alg":"none"}"#);
    Ok(format!(
        "{header}.{}.",
        b64url(serde_json::to_vec(&claims)?)
    ))
}
