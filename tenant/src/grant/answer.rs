//! The good answer (registration reference §1.4): v1.0 writes numbers as strings, v2.0 as numbers.

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::Secret;
use dovetail_shared::encode::b64url;
use dovetail_shared::oidc::{Seconds, TokenResponse};
use serde_json::json;

use super::endpoint::Ask;
use super::family;
use super::granted::Granted;
use super::refusal::{Refusal, Version};
use crate::account::directory;
use crate::token::{ACCESS_LIFE_SECS, AccessIssue, Issue, id_token, issue_access, management};

/// Puts a grant into tokens.
pub(super) async fn answer(ask: &Ask<'_>, granted: &Granted) -> Result<Response, Refusal> {
    let (app, now) = (ask.app, ask.now);
    let directory = directory(&app.store).await?;
    let asked = |word: &str| granted.scope.split(' ').any(|other| other == word);
    let always = ask.version == Version::V1;
    let access = AccessIssue {
        directory: &directory,
        user: &granted.user,
        resource: &granted.resource.audience,
        scope: granted.resource.scope,
        client_id: ask.client_id,
        amr: &granted.amr,
    };
    let access_token = issue_access(&app.signer, &access, now)?;
    let id_token = if always || asked("openid") {
        let management = management(&app.store, &app.hosts, &granted.user).await?;
        let issue = Issue {
            directory: &directory,
            user: &granted.user,
            client_id: ask.client_id,
            nonce: granted.nonce.as_deref(),
            amr: &granted.amr,
            windows: granted.windows,
            management: management.as_ref(),
        };
        Some(Secret::new(id_token(&app.signer, &issue, now)?))
    } else {
        None
    };
    let refresh_token = if always || asked("offline_access") {
        let (resource, scope) = (&granted.resource.audience, &granted.scope);
        let token = family::issue(&app.store, &granted.family, resource, scope).await?;
        Some(Secret::new(token))
    } else {
        None
    };
    let seconds = |number: i64| match ask.version {
        Version::V1 => Seconds::Text(number.to_string()),
        Version::V2 => Seconds::Number(number),
    };
    let body = TokenResponse {
        token_type: "Bearer".to_owned(),
        scope: granted.resource.scope.to_owned(),
        expires_in: seconds(ACCESS_LIFE_SECS),
        ext_expires_in: Some(seconds(ACCESS_LIFE_SECS)),
        expires_on: always.then(|| seconds(now.plus(ACCESS_LIFE_SECS).0)),
        not_before: always.then(|| seconds(now.0)),
        resource: always.then(|| granted.resource.audience.clone()),
        access_token: Secret::new(access_token),
        refresh_token,
        id_token,
        client_info: (ask.form.get("client_info") == Some("1"))
            .then(|| b64url(json!({ "uid": granted.user.id, "utid": directory.id }).to_string())),
    };
    tracing::info!(
        upn = granted.user.upn,
        client = ask.client_id,
        resource = granted.resource.audience,
        "tokens were issued"
    );
    let mut response = Json(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(response)
}
