//! The answer: an ID token, a code or a refusal, by fragment, query or posted form.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::UnixTime;
use dovetail_shared::oidc::OAuthError;

use super::flow::{Flow as Pending, FlowId, end};
use super::page;
use super::request::{Mode, Request, Wanted};
use crate::account::{User, directory, user_by_id, user_by_upn};
use crate::app::App;
use crate::client::{IdTokenAlg, registration};
use crate::error::Fault;
use crate::grant::{Flow, NewCode, Origin, Version, issue_code, meant_by_v1};
use crate::oauth::described;
use crate::prt::credential;
use crate::session::{self, NewSession, Session};
use crate::token::{Issue, id_token, management};

/// Ends a sign-in: a new session, and the answer.
pub(super) async fn finish(
    app: &App,
    id: &FlowId,
    flow: &Pending,
    headers: &HeaderMap,
    now: UnixTime,
) -> Result<Response, Fault> {
    if !end(&app.store, id).await? {
        return Ok(super::dispatch::lost());
    }
    let user = user_by_upn(&app.store, flow.upn.as_deref().unwrap_or_default()).await?;
    let Some(user) = user.filter(|user| user.enabled) else {
        return Ok(refuse(
            &flow.request,
            &described("access_denied", 50_057, "The user account is disabled."),
        ));
    };
    let device = match flow.device {
        Some(device) => credential::serves(app, device, &user).await?,
        None => None,
    };
    let new = NewSession {
        user: user.id,
        amr: &flow.amr,
        stay: flow.stay == Some(true),
        signed_in: now,
        device,
        prt: None,
    };
    let (sid, cookie) = session::create(&app.store, headers, &new, now).await?;
    let session = Session {
        sid,
        user: user.id,
        amr: flow.amr.clone(),
        created: now,
        device,
    };
    let mut response = answer(app, &flow.request, &user, &session, now).await?;
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The answer for somebody who is signed in already.
pub(super) async fn from_session(
    app: &App,
    request: &Request,
    session: &Session,
    now: UnixTime,
) -> Result<Response, Fault> {
    match user_by_id(&app.store, session.user).await? {
        Some(user) => answer(app, request, &user, session, now).await,
        None => Ok(refuse(
            request,
            &described("login_required", 50_058, "The user is gone."),
        )),
    }
}

async fn answer(
    app: &App,
    request: &Request,
    user: &User,
    session: &Session,
    now: UnixTime,
) -> Result<Response, Fault> {
    let value = match request.wanted {
        Wanted::IdToken => token(app, request, user, session, now).await?,
        Wanted::Code => code(app, request, session, now).await?,
    };
    tracing::info!(
        upn = user.upn,
        client = request.client_id,
        amr = ?session.amr,
        "signed in"
    );
    let name = match request.wanted {
        Wanted::IdToken => "id_token",
        Wanted::Code => "code",
    };
    Ok(send(
        request,
        &[(name, &value), ("session_state", &session.sid)],
    ))
}

async fn token(
    app: &App,
    request: &Request,
    user: &User,
    session: &Session,
    now: UnixTime,
) -> Result<String, Fault> {
    let directory = directory(&app.store).await?;
    let management = management(&app.store, &app.hosts, user).await?;
    let issue = Issue {
        directory: &directory,
        user,
        client_id: &request.client_id,
        nonce: request.nonce.as_deref(),
        amr: &session.amr,
        windows: request.windows,
        management: management.as_ref(),
        version: request.version,
        alg: registration(&app.store, &request.client_id)
            .await?
            .map_or(IdTokenAlg::Rs256, |client| client.id_token_alg),
        scope: &request.scope,
        auth_time: session.created,
        access_token: None,
        code: None,
        sid: Some(&session.sid),
    };
    id_token(app, &issue, now).await
}

async fn code(
    app: &App,
    request: &Request,
    session: &Session,
    now: UnixTime,
) -> Result<String, Fault> {
    let origin = Origin {
        client_id: request.client_id.clone(),
        user: session.user,
        amr: session.amr.clone(),
        auth_time: session.created,
        device: session.device,
        flow: Flow::SignIn,
        platform: request.platform,
    };
    let scope = match request.version {
        Version::V1 => meant_by_v1(&request.scope),
        Version::V2 => request.scope.clone(),
    };
    let new = NewCode {
        origin: &origin,
        redirect_uri: &request.redirect_uri,
        sid: &session.sid,
        resource: &request.resource,
        scope: &scope,
        challenge: request.challenge.as_deref(),
        nonce: request.nonce.as_deref(),
        windows: request.windows,
    };
    issue_code(app, &new, now).await
}

/// Sends a refusal back to the application.
pub(super) fn refuse(request: &Request, error: &OAuthError) -> Response {
    send(
        request,
        &[
            ("error", &error.error),
            ("error_description", &error.error_description),
        ],
    )
}

fn send(request: &Request, fields: &[(&str, &str)]) -> Response {
    let mut all = fields.to_vec();
    if let Some(state) = &request.state {
        all.push(("state", state));
    }
    if request.mode == Mode::FormPost {
        return page::form_post(&request.redirect_uri, &all);
    }
    let encoded = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(all)
        .finish();
    let uri = &request.redirect_uri;
    let mark = match request.mode {
        Mode::Query if uri.contains('?') => '&',
        Mode::Query => '?',
        Mode::Fragment | Mode::FormPost => '#',
    };
    let location = format!("{uri}{mark}{encoded}");
    // Some clients read the link in the body, not the header (registration reference §1.2).
    let body = page::moved(&location);
    (
        StatusCode::FOUND,
        [
            (header::LOCATION, location),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::REFERRER_POLICY, "no-referrer".to_owned()),
        ],
        body,
    )
        .into_response()
}
