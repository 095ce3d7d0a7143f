//! `GET /{tenant}/oauth2/authorize`: read, store, and hand over to the dispatcher.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::UnixTime;
use dovetail_shared::oidc::OAuthError;

use super::answer;
use super::device;
use super::dispatch::{self, login_url};
use super::flow::{Flow, FlowId, save};
use super::page;
use super::read::read;
use super::request::{Read, Request};
use super::sso::{Sso, device_of, sso};
use super::verdict::{Proof, Verdict, judge};
use crate::account::is_named;
use crate::app::{App, Tenant};
use crate::audit;
use crate::error::Fault;
use crate::grant::Version;
use crate::prt::pkeyauth;
use crate::session::Session;
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
            let error = oauth::described(refusal.error, refusal.number, &refusal.text);
            return Ok(answer::refuse(&request, &error));
        }
        Read::Untrusted(untrusted) => {
            let error = oauth::described("invalid_request", untrusted.number, untrusted.text);
            return Ok((StatusCode::BAD_REQUEST, page::error(&error)).into_response());
        }
    };
    let now = clock::now();
    let (start, cookie) = silent(&app, &uri, request, &headers, now).await?;
    let mut response = match start {
        Start::Answered(response) => response,
        Start::Ask(flow) => Box::pin(begin(&app, &tenant, *flow, &headers, now)).await?,
    };
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// How a request starts.
enum Start {
    /// It is answered without asking anybody anything.
    Answered(Response),
    /// The person is asked.
    Ask(Box<Flow>),
}

/// What the browser's own sessions, and the device's credentials, are good for; with the cookie of a session that a credential
/// made.
async fn silent(
    app: &App,
    uri: &Uri,
    request: Request,
    headers: &HeaderMap,
    now: UnixTime,
) -> Result<(Start, Option<HeaderValue>), Fault> {
    let mut flow = Flow::new(request);
    let request = flow.request.clone();
    let ask = |flow: Flow| Ok((Start::Ask(Box::new(flow)), None));
    let prompt = request.prompt.as_deref();
    if matches!(prompt, Some("login" | "select_account")) {
        flow.device = device_of(app, headers, now).await?;
        let all = session::all(&app.store, headers, now).await?;
        flow.choose = prompt == Some("select_account") && !all.is_empty();
        return ask(flow);
    }
    let all = session::all(&app.store, headers, now).await?;
    let mut fitting = all.iter().filter(|session| fits(&request, session));
    let (first, several) = (fitting.next(), fitting.next().is_some());
    let only = first.filter(|_| !several);
    match Box::pin(sso(app, uri, headers, &request, only, now)).await? {
        Sso::Person(session, cookie) => {
            let start = settle(app, flow, &session, now).await?;
            return Ok((start, Some(cookie)));
        }
        Sso::NewNonce(response) => return Ok((Start::Answered(response), None)),
        Sso::Device(known) => flow.device = Some(known),
        Sso::Nothing => {}
    }
    if let Some(session) = only {
        return Ok((settle(app, flow, session, now).await?, None));
    }
    if prompt == Some("none") {
        let error = if several {
            oauth::described(
                "interaction_required",
                16_000,
                "Several accounts are signed in: say which one, or ask the person.",
            )
        } else {
            oauth::described(
                "login_required",
                50_058,
                "A silent sign-in request was sent but no user is signed in.",
            )
        };
        return Ok((Start::Answered(answer::refuse(&request, &error)), None));
    }
    flow.choose = several;
    ask(flow)
}

/// Whether a session is of the account and the session that the request names.
fn fits(request: &Request, session: &Session) -> bool {
    let hinted = request.login_hint.as_ref();
    let named = request.sid.as_ref();
    hinted.is_none_or(|hint| hint.eq_ignore_ascii_case(&session.user.upn))
        && named.is_none_or(|sid| *sid == session.sid)
}

/// Answers from a session when what it proved is enough; else asks for what is missing.
async fn settle(
    app: &App,
    mut flow: Flow,
    session: &Session,
    now: UnixTime,
) -> Result<Start, Fault> {
    let request = &flow.request;
    let silent = request.prompt.as_deref() == Some("none");
    let user = &session.user;
    audit::is_user(user.id);
    if let Some(device) = session.device {
        audit::is_device(device);
    }
    let proof = Proof {
        user,
        amr: &session.amr,
        at: session.created,
        device: session.device,
    };
    let refused = |error: &OAuthError| Ok(Start::Answered(answer::refuse(request, error)));
    match judge(app, request, &proof, now).await? {
        Verdict::Enough => {
            let response = answer::answer(app, request, user, session, now).await?;
            Ok(Start::Answered(response))
        }
        Verdict::Refused(error) => refused(&error),
        Verdict::SecondFactor(error) if silent => refused(&error),
        Verdict::Again if silent => refused(&oauth::described(
            "login_required",
            50_058,
            "The last sign-in is longer ago than the application takes.",
        )),
        Verdict::SecondFactor(_) => {
            flow.go_on_from(session);
            Ok(Start::Ask(Box::new(flow)))
        }
        Verdict::Again => {
            flow.upn = Some(session.user.upn.clone());
            Ok(Start::Ask(Box::new(flow)))
        }
    }
}

/// Stores the request and shows the first page.
async fn begin(
    app: &App,
    tenant: &str,
    mut flow: Flow,
    headers: &HeaderMap,
    now: UnixTime,
) -> Result<Response, Fault> {
    tracing::info!(client = flow.request.client_id, shell = ?flow.request.shell, "a sign-in begins");
    let browser = session::cookie(headers, BROWSER_COOKIE).filter(|value| value.len() == 43);
    let id = FlowId {
        ctx: random::token()?,
        browser: browser.map_or_else(random::token, Ok)?,
    };
    save(&app.store, &id, &flow, now).await?;
    let cookie = format!(
        "{BROWSER_COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax",
        id.browser
    );
    // A shell of the article's kind (`cxh…`) is sent to the page under the address that names it; others are shown the page
    // at once, because programs that read it follow no redirects.
    let mut response = if flow.device.is_none() && pkeyauth::is_announced(headers) {
        device::challenge(app, &id).await?
    } else if flow.request.shell.flow.is_some() {
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
