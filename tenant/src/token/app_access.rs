//! Access tokens of applications on their own behalf: no person in them, so nothing that asks for one takes them.

use aws_lc_rs::digest;
use dovetail_shared::UnixTime;
use dovetail_shared::id::TenantId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::access::ACCESS_LIFE_SECS;
use super::access::bare;
use super::issue::{issuer, sign_as};
use super::verify::{TokenError, lifetime, signed_payload};
use crate::account::Directory;
use crate::app::App;
use crate::client::IdTokenAlg;
use crate::error::Fault;

/// What such a token says.
#[derive(Debug)]
pub(crate) struct AppIssue<'a> {
    pub(crate) directory: &'a Directory,
    /// Becomes `aud`.
    pub(crate) resource: &'a str,
    pub(crate) client_id: &'a str,
    /// What the administrator lets the application do.
    pub(crate) roles: &'a [String],
    /// Whether it proved itself by a signed assertion.
    pub(crate) by_key: bool,
    /// What the resource wants its tokens signed with.
    pub(crate) alg: IdTokenAlg,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    appid: &'a str,
    /// `1`: secret, `2`: assertion.
    appidacr: &'static str,
    idp: String,
    idtyp: &'static str,
    oid: Uuid,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    roles: &'a [String],
    sub: Uuid,
    tid: TenantId,
    ver: &'static str,
}

/// Signs one.
pub(crate) fn issue_app_access(
    app: &App,
    issue: &AppIssue<'_>,
    now: UnixTime,
) -> Result<String, Fault> {
    let object = service_principal(issue.directory.id, issue.client_id);
    let claims = Claims {
        aud: issue.resource,
        iss: issuer(issue.directory),
        iat: now.0,
        nbf: now.0,
        exp: now.plus(ACCESS_LIFE_SECS).0,
        appid: issue.client_id,
        appidacr: if issue.by_key { "2" } else { "1" },
        idp: issuer(issue.directory),
        idtyp: "app",
        oid: object,
        roles: issue.roles,
        sub: object,
        tid: issue.directory.id,
        ver: "1.0",
    };
    sign_as(app, issue.alg, &claims)
}

/// What such a token says to a resource that lives in this program.
#[derive(Debug, Deserialize)]
pub(crate) struct AppClaims {
    aud: String,
    iss: String,
    nbf: i64,
    exp: i64,
    tid: TenantId,
    /// `app`, and nothing else: a person's token says nothing here.
    idtyp: String,
    /// The application.
    pub(crate) appid: String,
    /// What the administrator lets it do.
    #[serde(default)]
    pub(crate) roles: Vec<String>,
}

/// Verifies one, as [`super::verify_access`] does a person's. Whether the application is still there is for the caller to look up.
pub(crate) async fn verify_app_access(
    app: &App,
    directory: &Directory,
    token: &str,
    audience: &str,
    now: UnixTime,
) -> Result<AppClaims, TokenError> {
    let payload = signed_payload(app, token).await?;
    let claims: AppClaims = serde_json::from_slice(&payload).map_err(|_| TokenError::Claims)?;
    if claims.idtyp != "app" {
        return Err(TokenError::Claims);
    }
    if claims.tid != directory.id || claims.iss != issuer(directory) {
        return Err(TokenError::Tenant);
    }
    if bare(&claims.aud) != bare(audience) {
        return Err(TokenError::Audience);
    }
    lifetime(claims.nbf, claims.exp, now)?;
    Ok(claims)
}

/// The application's object in the directory: the same at every asking.
fn service_principal(tenant: TenantId, client_id: &str) -> Uuid {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"service principal");
    context.update(tenant.0.as_bytes());
    context.update(client_id.as_bytes());
    let hash = context.finish();
    let bytes = hash.as_ref().first_chunk::<16>().copied();
    uuid::Builder::from_custom_bytes(bytes.unwrap_or_default()).into_uuid()
}
