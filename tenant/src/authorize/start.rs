//! `GET /{tenant}/oauth2/authorize`: read, store, and hand over to the dispatcher.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::dispatch::login_url;
use super::finish;
use super::flow::{Flow, FlowId, Leg, save};
use super::page;
use super::request::{Read, read};
use crate::account::is_named;
use crate::app::Tenant;
use crate::error::Fault;
use crate::grant::Version;
use crate::{clock, oauth, random, session};

/// The half of a flow's name that stays in the browser. `Lax` is enough: people come here by top-level navigation only.
pub(super) const BROWSER_COOKIE: &str = "__Host-signin";

/// Starts a sign-in, or answers at once from a session.
pub(super) async fn authorize(
    State(app): State<Tenant>,
    Path(tenant): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    if !is_named(&app.store, &tenant).await? {
        let error = oauth::described(
            "invalid_request",
            90_002,
            "Tenant not found. Check to make sure you have the correct tenant ID.",
        );
        return Ok((StatusCode::BAD_REQUEST, page::error(&error)).into_response());
    }
    let version = if uri.path().contains("/v2.0/") {
        Version::V2
    } else {
        Version::V1
    };
    let request = match read(&app, version, uri.query().unwrap_or_default()).await? {
        Read::Good(request) => *request,
        Read::Refused(request, refusal) => {
            return Ok(finish::refuse(
                &request,
                &oauth::described(refusal.error, refusal.number, refusal.text),
            ));
        }
        Read::Untrusted(untrusted) => {
            let error = oauth::described("invalid_request", untrusted.number, untrusted.text);
            return Ok((StatusCode::BAD_REQUEST, page::error(&error)).into_response());
        }
    };
    let now = clock::now();
    let prompt = request.prompt.clone().unwrap_or_default();
    if prompt != "login" && prompt != "select_account" {
        if let Some(session) = session::current(&app.store, &headers, now).await? {
            return finish::from_session(&app, &request, &session, now).await;
        }
        if prompt == "none" {
            let error = oauth::described(
                "login_required",
                50058,
                "A silent sign-in request was sent but no user is signed in.",
            );
            return Ok(finish::refuse(&request, &error));
        }
    }
    tracing::info!(client = request.client_id, shell = ?request.shell, "a sign-in begins");
    let browser = session::cookie(&headers, BROWSER_COOKIE).filter(|value| value.len() == 43);
    let id = FlowId {
        ctx: random::token()?,
        browser: browser.map_or_else(random::token, Ok)?,
    };
    let location = login_url(&tenant, &id, &request.shell);
    let flow = Flow {
        upn: request.login_hint.clone(),
        request,
        amr: Vec::new(),
        stay: None,
        leg: Leg::Ahead,
        complaint: None,
    };
    save(&app.store, &id, &flow, now).await?;
    let cookie = format!(
        "{BROWSER_COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax",
        id.browser
    );
    Ok((
        StatusCode::FOUND,
        [(header::LOCATION, location), (header::SET_COOKIE, cookie)],
    )
        .into_response())
}
