//! The good answer (registration reference §1.4): v1.0 writes numbers as strings, v2.0 as numbers.

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::encode::b64url;
use dovetail_shared::oidc::{Seconds, TokenResponse};
use dovetail_shared::{Secret, UnixTime};
use serde_json::json;

use super::foci;
use super::granted::Granted;
use super::origin::Flow;
use super::refusal::{Refusal, Version};
use super::scope::answered;
use crate::account::{Directory, directory};
use crate::app::App;
use crate::client::{IdTokenAlg, registration};
use crate::token::{ACCESS_LIFE_SECS, AccessIssue, Issue, id_token, issue_access, management};

/// Puts a grant into tokens.
pub(crate) async fn tokens(
    app: &App,
    version: Version,
    granted: &Granted,
    now: UnixTime,
) -> Result<TokenResponse, Refusal> {
    let directory = directory(&app.store).await?;
    let asked = |word: &str| granted.scope.split(' ').any(|other| other == word);
    let always = version == Version::V1;
    let amr = granted.origin.methods(now);
    let access = AccessIssue {
        directory: &directory,
        user: &granted.user,
        resource: &granted.resource.audience,
        scope: &granted.resource.scope,
        client_id: &granted.client_id,
        amr: &amr,
        device: granted.origin.device,
        flow: (granted.origin.flow == Flow::DeviceCode).then_some("device_code"),
        alg: granted.resource.alg,
    };
    let access_token = issue_access(app, &access, now)?;
    let id_token = if always || asked("openid") {
        let signed = id(app, version, &directory, granted, &access_token, now).await?;
        Some(Secret::new(signed))
    } else {
        None
    };
    let refresh_token = granted
        .lineage
        .filter(|_| always || asked("offline_access"))
        .map(|(lineage, number)| Secret::new(app.grant_key.refresh_token(lineage, number)));
    let seconds = |number: i64| match version {
        Version::V1 => Seconds::Text(number.to_string()),
        Version::V2 => Seconds::Number(number),
    };
    tracing::info!(
        upn = granted.user.upn,
        client = granted.client_id,
        resource = granted.resource.audience,
        "tokens were issued"
    );
    Ok(TokenResponse {
        token_type: "Bearer".to_owned(),
        scope: match version {
            Version::V1 => granted.resource.scope.clone(),
            Version::V2 => {
                let resource = &granted.resource;
                answered(&granted.scope, &resource.audience, &resource.scope)
            }
        },
        expires_in: seconds(ACCESS_LIFE_SECS),
        ext_expires_in: Some(seconds(ACCESS_LIFE_SECS)),
        expires_on: always.then(|| seconds(now.plus(ACCESS_LIFE_SECS).0)),
        not_before: always.then(|| seconds(now.0)),
        resource: always.then(|| granted.resource.audience.clone()),
        access_token: Secret::new(access_token),
        foci: (refresh_token.is_some() && foci::is_member(&granted.client_id))
            .then(|| foci::NAME.to_owned()),
        refresh_token,
        id_token,
        client_info: granted
            .client_info
            .then(|| b64url(json!({ "uid": granted.user.id, "utid": directory.id }).to_string())),
    })
}

async fn id(
    app: &App,
    version: Version,
    directory: &Directory,
    granted: &Granted,
    access_token: &str,
    now: UnixTime,
) -> Result<String, Refusal> {
    let management = if granted.windows {
        management(&app.store, &app.hosts, &granted.user).await?
    } else {
        None
    };
    let amr = granted.origin.methods(now);
    let issue = Issue {
        directory,
        user: &granted.user,
        client_id: &granted.client_id,
        nonce: granted.nonce.as_deref(),
        amr: &amr,
        windows: granted.windows,
        management: management.as_ref(),
        version,
        alg: registration(&app.store, &granted.client_id)
            .await?
            .map_or(IdTokenAlg::Rs256, |client| client.id_token_alg),
        scope: &granted.scope,
        auth_time: granted.origin.auth_time,
        access_token: Some(access_token),
        code: None,
        sid: None,
    };
    Ok(id_token(app, &issue, now)?)
}

/// The same over HTTP: kept by nobody on the way.
pub(super) fn answer(tokens: TokenResponse) -> Response {
    let mut response = Json(tokens).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
