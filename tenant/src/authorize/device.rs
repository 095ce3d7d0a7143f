//! Devices that show who they are while somebody signs in: by PKeyAuth, or by their certificate in TLS.

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;

use super::dispatch::{self, lost, named};
use super::flow::{FlowId, load, update};
use super::page;
use crate::account::directory;
use crate::app::{App, Tenant};
use crate::error::Fault;
use crate::prt::{Proof, pkeyauth};
use crate::tls::PeerCertificate;
use crate::{clock, oauth};

/// Where PKeyAuth's answers come.
fn submit_address(app: &App) -> String {
    format!("{}/common/DeviceAuthPKeyAuth", app.hosts.login)
}

/// Asks the client for its device before the person is asked for anything.
pub(super) async fn challenge(app: &App, id: &FlowId) -> Result<Response, Fault> {
    let tenant = directory(&app.store).await?.id;
    let submit = format!("{}?ctx={}", submit_address(app), id.ctx);
    let location = pkeyauth::challenge_address(app, tenant, &id.ctx, &submit)?;
    let body = page::moved(&location);
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((StatusCode::FOUND, headers, body).into_response())
}

/// `GET /common/DeviceAuthPKeyAuth?ctx=…`: the answer to the challenge; the sign-in goes on, with the device or without.
pub(super) async fn answered(
    State(app): State<Tenant>,
    Path(tenant): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let now = clock::now();
    let Some(answer) = pkeyauth::answer(&headers) else {
        return Ok(lost());
    };
    let Some(id) = named(query.get("ctx"), &headers).filter(|id| id.ctx == answer.context) else {
        return Ok(lost());
    };
    let Some(mut flow) = load(&app.store, &id, now).await? else {
        return Ok(lost());
    };
    match pkeyauth::device(&app, &answer, &submit_address(&app), now).await {
        Ok(device) => flow.device = device.or(flow.device),
        // As with every credential: one that is not good is as good as none.
        Err(refusal) => {
            tracing::warn!(%refusal, "a device did not show who it is");
            app.audit.ignored(refusal.reason());
        }
    }
    if !update(&app.store, &id, &flow).await? {
        return Ok(lost());
    }
    dispatch::answer(&app, &tenant, &id, &mut flow, &headers, now).await
}

/// `GET /` of the host for devices: whom the certificate of the connection belongs to, or why not.
pub(super) async fn by_certificate(
    State(app): State<Tenant>,
    Extension(PeerCertificate(peer)): Extension<PeerCertificate>,
) -> Response {
    let now = clock::now();
    let Some(der) = peer else {
        let error = oauth::described(
            "invalid_request",
            50_187,
            "Device authentication failed: no client certificate was presented.",
        );
        return oauth::refused(StatusCode::UNAUTHORIZED, error);
    };
    let known = match Proof::of_certificate(&app, &der, now) {
        Ok((proof, _)) => proof.device(&app).await,
        Err(refusal) => Err(refusal),
    };
    match known {
        Ok(device) => {
            let body =
                serde_json::json!({ "deviceId": device.id, "trustType": device.trust_type() });
            let unkept = HeaderValue::from_static("no-store");
            ([(header::CACHE_CONTROL, unkept)], axum::Json(body)).into_response()
        }
        Err(refusal) => refusal.into_response(),
    }
}
