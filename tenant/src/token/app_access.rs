//! Access tokens of applications on their own behalf: no person in them, so nothing that asks for one takes them.

use aws_lc_rs::digest;
use dovetail_shared::UnixTime;
use dovetail_shared::id::TenantId;
use serde::Serialize;
use uuid::Uuid;

use super::access::ACCESS_LIFE_SECS;
use super::issue::{issuer, sign_as};
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
pub(crate) async fn issue_app_access(
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
    sign_as(app, issue.alg, &claims).await
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
