//! UserInfo (OIDC Core §5.3): `/{tenant}/openid/userinfo`, and `/oidc/userinfo` of Graph's host.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::oidc::OAuthError;
use serde_json::{Map, Value, json};

use super::access::{AccessClaims, verify_access};
use super::verify::TokenError;
use crate::account::{directory, user_by_id};
use crate::app::{App, Tenant};
use crate::audit;
use crate::clock;
use crate::device::device;
use crate::error::Fault;
use crate::oauth::{self, described};

/// Whose tokens are taken: those for Graph and for its forerunner, which is v1.0's default.
const AUDIENCES: &[&str] = &["https://graph.microsoft.com", "https://graph.windows.net"];

/// What the bearer's client may know of the person.
pub(crate) async fn userinfo(
    State(app): State<Tenant>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let Some(claims) = bearer(&app, &headers).await? else {
        return Ok(refused());
    };
    audit::is_user(claims.oid);
    let user = user_by_id(&app.store, claims.oid).await?;
    let Some(user) = user.filter(|user| user.enabled) else {
        return Ok(refused());
    };
    // `sub` is the one in this client's ID tokens: relying parties compare them.
    let mut answer = Map::new();
    answer.insert("sub".to_owned(), json!(claims.sub));
    answer.insert("name".to_owned(), json!(user.display_name));
    answer.insert("preferred_username".to_owned(), json!(user.upn));
    answer.insert("email".to_owned(), json!(user.upn));
    for (name, value) in [
        ("given_name", &user.given_name),
        ("family_name", &user.family_name),
    ] {
        if let Some(value) = value {
            answer.insert(name.to_owned(), json!(value));
        }
    }
    let mut response = Json(Value::Object(answer)).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn bearer(app: &App, headers: &HeaderMap) -> Result<Option<AccessClaims>, Fault> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let Some(token) = token else {
        return Ok(None);
    };
    let directory = directory(&app.store).await?;
    for audience in AUDIENCES {
        match verify_access(app, &directory, token, audience, clock::now()).await {
            Ok(claims) => {
                return Ok(match claims.deviceid {
                    // What a device vouched for ends with it.
                    Some(id) => device(&app.store, id)
                        .await?
                        .filter(|device| device.enabled)
                        .map(|_| claims),
                    None => Some(claims),
                });
            }
            Err(TokenError::Audience) => {}
            Err(_) => return Ok(None),
        }
    }
    Ok(None)
}

/// RFC 6750 §3.1.
fn refused() -> Response {
    let error: OAuthError = described(
        "invalid_token",
        50_013,
        "The access token is missing, has expired, or is not meant for this resource.",
    );
    let mut response = oauth::refused(StatusCode::UNAUTHORIZED, error);
    response.headers_mut().insert(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Bearer error=\"invalid_token\""),
    );
    response
}
