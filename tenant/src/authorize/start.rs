//! `GET /{tenant}/oauth2/authorize`: read, store, and hand over to the dispatcher.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::UnixTime;
use dovetail_shared::id::DeviceId;

use super::dispatch::{self, login_url};
use super::finish;
use super::flow::{Flow, FlowId, Leg, save};
use super::page;
use super::request::{Read, Request, read};
use super::sso::{Sso, device_of, sso};
use crate::account::is_named;
use crate::app::{App, Tenant};
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
    let mut device = None;
    if prompt == "login" || prompt == "select_account" {
        device = device_of(&app, &headers, now).await?;
    } else {
        let current = session::current(&app.store, &headers, now).await?;
        match sso(&app, &uri, &headers, &request, current.as_ref(), now).await? {
            Sso::Person(session, set_cookie) => {
                let mut response = finish::from_session(&app, &request, &session, now).await?;
                response
                    .headers_mut()
                    .append(header::SET_COOKIE, set_cookie);
                return Ok(response);
            }
            Sso::NewNonce(response) => return Ok(response),
            Sso::Device(known) => device = Some(known),
            Sso::Nothing => {}
        }
        if let Some(session) = current {
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
    begin(&app, &tenant, request, device, &headers, now).await
}

/// Stores the request and shows the first page.
async fn begin(
    app: &App,
    tenant: &str,
    request: Request,
    device: Option<DeviceId>,
    headers: &HeaderMap,
    now: UnixTime,
) -> Result<Response, Fault> {
    tracing::info!(client = request.client_id, shell = ?request.shell, "a sign-in begins");
    let browser = session::cookie(headers, BROWSER_COOKIE).filter(|value| value.len() == 43);
    let id = FlowId {
        ctx: random::token()?,
        browser: browser.map_or_else(random::token, Ok)?,
    };
    let mut flow = Flow {
        upn: request.login_hint.clone(),
        request,
        amr: Vec::new(),
        stay: None,
        leg: Leg::Ahead,
        device,
        complaint: None,
    };
    save(&app.store, &id, &flow, now).await?;
    let cookie = format!(
        "{BROWSER_COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax",
        id.browser
    );
    // A shell of the article's kind (`cxh…`) is sent to the page under the address that names it; others are shown the page
    // at once, because programs that read it follow no redirects.
    let mut response = if flow.request.shell.flow.is_some() {
        let location = login_url(tenant, &id, &flow.request.shell);
        (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
    } else {
        dispatch::answer(app, tenant, &id, &mut flow, headers, now).await?
    };
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
