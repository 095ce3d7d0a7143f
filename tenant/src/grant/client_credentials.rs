//! `grant_type=client_credentials` (RFC 6749 §4.4): an application on its own behalf. No person, no ID token, no refresh token.

use dovetail_shared::Secret;
use dovetail_shared::oidc::{Seconds, TokenResponse};

use super::client::Proof;
use super::endpoint::Ask;
use super::refusal::{Refusal, Version};
use super::scope::words;
use crate::account::directory;
use crate::token::{ACCESS_LIFE_SECS, AppIssue, issue_app_access};

/// A token for an application that has proved itself.
pub(super) async fn tokens(ask: &Ask<'_>) -> Result<TokenResponse, Refusal> {
    let proof = ask.client.proved.ok_or(Refusal::NoProof)?;
    let name = match (ask.version, ask.form.get("resource")) {
        (Version::V1, Some(name)) => name,
        (Version::V1, None) if ask.scope().is_none() => return Err(Refusal::Missing("resource")),
        (_, _) => {
            let scope = ask.scope().ok_or(Refusal::Missing("scope"))?;
            let words = words(scope).map_err(|_| Refusal::AppScope)?;
            // Only what the administrator gave, as a whole; nothing can be picked.
            let name = words.resource.filter(|_| words.permissions == [".default"]);
            name.ok_or(Refusal::AppScope)?
        }
    };
    let resource = ask.app_resource(name).await?;
    let now = ask.now;
    let directory = directory(&ask.app.store).await?;
    let issue = AppIssue {
        directory: &directory,
        resource: &resource.audience,
        client_id: ask.client_id,
        roles: &ask.client.registration.roles,
        by_key: proof == Proof::Assertion,
        alg: resource.alg,
    };
    let access_token = issue_app_access(ask.app, &issue, now)?;
    tracing::info!(
        client = ask.client_id,
        resource = resource.audience,
        "an application got a token"
    );
    let v1 = ask.version == Version::V1;
    let seconds = |number: i64| match ask.version {
        Version::V1 => Seconds::Text(number.to_string()),
        Version::V2 => Seconds::Number(number),
    };
    Ok(TokenResponse {
        token_type: "Bearer".to_owned(),
        scope: String::new(),
        expires_in: seconds(ACCESS_LIFE_SECS),
        ext_expires_in: Some(seconds(ACCESS_LIFE_SECS)),
        expires_on: v1.then(|| seconds(now.plus(ACCESS_LIFE_SECS).0)),
        not_before: v1.then(|| seconds(now.0)),
        resource: v1.then(|| resource.audience.clone()),
        access_token: Secret::new(access_token),
        refresh_token: None,
        id_token: None,
        client_info: None,
        foci: None,
    })
}
