//! `POST /{tenant}/oauth2/devicecode` and `…/v2.0/devicecode` (RFC 8628 §3.1; registration reference §1.10).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, http::StatusCode};
use dovetail_shared::Secret;
use dovetail_shared::oidc::{DeviceCodeResponse, Seconds};
use serde_json::Value;

use super::store::{INTERVAL_SECS, LIFE_SECS, NewDeviceCode, is_off, keep};
use crate::account::is_named;
use crate::app::{App, Tenant};
use crate::client::registration;
use crate::clock;
use crate::grant::{Form, Refusal, Version, correlation, echo, meant_by_v1, resolve};
use crate::tls::PeerAddress;

/// Longest name of a program that is shown to a person.
const PROGRAM: usize = 80;

/// v1.0
pub(super) async fn v1(
    State(app): State<Tenant>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    Extension(from): Extension<PeerAddress>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let begun = begin(&app, &tenant, Version::V1, from, &headers, &body).await;
    respond(begun, &headers, query.as_deref())
}

/// v2.0
pub(super) async fn v2(
    State(app): State<Tenant>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    Extension(from): Extension<PeerAddress>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let begun = begin(&app, &tenant, Version::V2, from, &headers, &body).await;
    respond(begun, &headers, query.as_deref())
}

fn respond(
    begun: Result<DeviceCodeResponse, Refusal>,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Response {
    let id = correlation(headers, query);
    let mut response = match begun {
        Ok(answer) => (StatusCode::OK, Json(answer)).into_response(),
        Err(refusal) => refusal.respond(id),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    echo(headers, id);
    response
}

async fn begin(
    app: &App,
    tenant: &str,
    version: Version,
    from: PeerAddress,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<DeviceCodeResponse, Refusal> {
    if !is_named(&app.store, tenant).await? {
        return Err(Refusal::NoTenant);
    }
    let form = Form::parse(body)?;
    let client_id = form.need("client_id")?.to_ascii_lowercase();
    let client = registration(&app.store, &client_id).await?;
    let client = client.ok_or(Refusal::NoClient)?;
    if is_off(&app.store, &client_id).await? {
        tracing::warn!(client = client_id, "a device code was refused by policy");
        return Err(Refusal::DeviceCodeOff);
    }
    let scope = form.get("scope").unwrap_or_default();
    // At v1.0 permissions are not named by scope.
    let permissions = (version == Version::V2 || scope.contains('/')).then_some(scope);
    let resource = resolve(app, &client, form.get("resource"), permissions).await??;
    let scope = match version {
        Version::V1 => meant_by_v1(scope),
        Version::V2 => scope.to_owned(),
    };
    let place = place(from, headers);
    let new = NewDeviceCode {
        client_id: &client_id,
        resource: &resource.audience,
        scope: &scope,
        ngcmfa: wants_ngcmfa(&form),
        place: &place,
    };
    let (id, user_code) = keep(&app.store, &new, clock::now()).await?;
    tracing::info!(client = client_id, place, "a device code was given out");
    let address = format!("{}/devicelogin", app.hosts.login);
    let seconds = |number: i64| match version {
        Version::V1 => Seconds::Text(number.to_string()),
        Version::V2 => Seconds::Number(number),
    };
    Ok(DeviceCodeResponse {
        message: format!(
            "To sign in, use a web browser to open the page {address} and enter the code {user_code} to authenticate."
        ),
        user_code,
        device_code: Secret::new(app.grant_key.device_code(id)),
        verification_uri: Some(address.clone()),
        verification_url: Some(address),
        verification_uri_complete: None,
        expires_in: seconds(LIFE_SECS),
        interval: Some(seconds(INTERVAL_SECS)),
    })
}

/// `amr_values=ngcmfa`, or the same in `claims` (registration reference §1.2).
fn wants_ngcmfa(form: &Form) -> bool {
    if form
        .get("amr_values")
        .is_some_and(|values| values.contains("ngcmfa"))
    {
        return true;
    }
    let claims: Option<Value> = form
        .get("claims")
        .and_then(|claims| serde_json::from_str(claims).ok());
    let values = claims.and_then(|claims| {
        let amr = claims.get("access_token")?.get("amr")?.clone();
        amr.get("values").and_then(Value::as_array).cloned()
    });
    values.is_some_and(|values| values.iter().any(|value| value == "ngcmfa"))
}

/// Address and program of whoever asks, as a person may recognise them. Both are only what the network and the program say.
fn place(from: PeerAddress, headers: &HeaderMap) -> String {
    let program = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let program: String = program.chars().take(PROGRAM).collect();
    if program.is_empty() {
        from.0.to_string()
    } else {
        format!("{} ({program})", from.0)
    }
}
