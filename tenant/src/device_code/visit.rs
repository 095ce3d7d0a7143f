//! A person who came with a code: they sign in like anywhere else, then they decide. The code they typed is bound to their
//! browser by a cookie, so nobody can send them to the last page.

use std::collections::BTreeMap;
use std::net::IpAddr;

use aws_lc_rs::digest;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Form};
use dovetail_shared::UnixTime;
use dovetail_shared::encode::b64url;

use super::page::{self, Complaint};
use super::store::{Decision, LIFE_SECS, Waiting, by_user_code, by_visit, decide};
use crate::app::{App, Tenant};
use crate::audit::Act;
use crate::authorize::own_origin;
use crate::client::DEVICE_LOGIN;
use crate::error::Fault;
use crate::session::{self, Session, cookie};
use crate::store::{hash, query};
use crate::tls::PeerAddress;
use crate::{audit, clock, oauth, random};

/// Where the pages are, and where people come back to.
pub(super) const PATH: &str = "/common/oauth2/deviceauth";
const COOKIE: &str = "__Host-devicecode";

type Fields = BTreeMap<String, String>;

/// `GET /devicelogin`: the address that machines show.
pub(super) async fn start() -> Response {
    page::enter(None)
}

/// `GET /{tenant}/oauth2/deviceauth`: with the sign-in's answer, the last page; else the first.
pub(super) async fn come(
    State(app): State<Tenant>,
    Query(fields): Query<Fields>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    if !fields.contains_key("code") {
        return Ok(page::enter(None));
    }
    let now = clock::now();
    let Some((waiting, session)) = present(&app, &headers, now).await? else {
        return Ok(page::enter(Some(Complaint::Over)));
    };
    Ok(if lacks_mfa(&waiting, &session) {
        page::enter(Some(Complaint::NoMfa))
    } else {
        page::confirm(&waiting, &session.user, &session.sid)
    })
}

/// `POST /{tenant}/oauth2/deviceauth`
pub(super) async fn take(
    State(app): State<Tenant>,
    Extension(from): Extension<PeerAddress>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, Fault> {
    if !own_origin(&app, &headers) {
        let error = oauth::described(
            "invalid_request",
            900_561,
            "The form was not sent by this site.",
        );
        return Ok(oauth::refused(StatusCode::FORBIDDEN, error));
    }
    let now = clock::now();
    match fields.get("step").map(String::as_str) {
        Some("approve") => approve(&app, &headers, fields.get("sid"), now).await,
        Some("decline") => {
            if let Some((waiting, _)) = present(&app, &headers, now).await? {
                decide(&app.store, &waiting, Decision::Decline, now).await?;
                app.audit.granted(Act::DeviceCodeDeclined);
                tracing::warn!(
                    client = waiting.client_id,
                    "a person declined a device code"
                );
            }
            Ok(page::declined())
        }
        Some("other") => match present(&app, &headers, now).await? {
            Some((waiting, _)) => sign_in(&app, &waiting, Some("select_account")),
            None => Ok(page::enter(Some(Complaint::Over))),
        },
        _ => {
            let typed = fields.get("otc").map(String::as_str).unwrap_or_default();
            code(&app, from.0, typed, now).await
        }
    }
}

/// A typed code: right ones go on to the sign-in.
async fn code(app: &App, from: IpAddr, typed: &str, now: UnixTime) -> Result<Response, Fault> {
    if !app.guesses.allows(&app.store, from, now).await? {
        tracing::warn!(%from, "too many wrong device codes");
        let refused = page::enter(Some(Complaint::TooMany));
        return Ok((StatusCode::TOO_MANY_REQUESTS, refused).into_response());
    }
    let Some(waiting) = by_user_code(&app.store, typed, now).await? else {
        app.guesses.count(&app.store, from, now).await?;
        return Ok(page::enter(Some(Complaint::Wrong)));
    };
    let visit = random::token()?;
    query("INSERT INTO device_code_visit (id_hash, device_code, expires) VALUES ($1, $2, $3)")
        .bind(hash(&visit))
        .bind(&waiting.id)
        .bind(now.plus(LIFE_SECS).0)
        .execute(&app.store)
        .await?;
    // A second factor that was asked for is to be shown now, not some time ago.
    let mut response = sign_in(app, &waiting, waiting.ngcmfa.then_some("login"))?;
    let value = format!("{COOKIE}={visit}; Path=/; Secure; HttpOnly; SameSite=Lax");
    if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// To the ordinary sign-in, and back here. The code that it comes back with is worth nothing: nobody knows its verifier.
fn sign_in(app: &App, waiting: &Waiting, prompt: Option<&str>) -> Result<Response, Fault> {
    let verifier = random::bytes::<32>()?;
    let challenge = b64url(digest::digest(&digest::SHA256, &verifier));
    let address = format!("{}{PATH}", app.hosts.login);
    let mut fields = form_urlencoded::Serializer::new(String::new());
    fields.extend_pairs([
        ("client_id", DEVICE_LOGIN),
        ("response_type", "code"),
        ("response_mode", "query"),
        ("scope", "openid"),
        ("redirect_uri", &address),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    if let Some(prompt) = prompt {
        fields.append_pair("prompt", prompt);
    }
    if waiting.ngcmfa {
        fields.append_pair("amr_values", "ngcmfa");
    }
    let location = format!("/common/oauth2/authorize?{}", fields.finish());
    let headers = [
        (header::LOCATION, location.as_str()),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

async fn approve(
    app: &App,
    headers: &HeaderMap,
    shown: Option<&String>,
    now: UnixTime,
) -> Result<Response, Fault> {
    let Some((waiting, session)) = present(app, headers, now).await? else {
        return Ok(page::enter(Some(Complaint::Over)));
    };
    // Who was shown is who approves.
    if shown.is_none_or(|shown| *shown != session.sid) {
        return Ok(page::enter(Some(Complaint::Changed)));
    }
    if lacks_mfa(&waiting, &session) {
        return Ok(page::enter(Some(Complaint::NoMfa)));
    }
    let mut amr = session.amr.clone();
    if waiting.ngcmfa {
        amr.push("ngcmfa".to_owned());
    }
    let decision = Decision::Approve {
        user: session.user.id,
        amr: &amr,
        auth_time: session.created,
    };
    app.audit.open_for_grants()?;
    if !decide(&app.store, &waiting, decision, now).await? {
        return Ok(page::enter(Some(Complaint::Over)));
    }
    tracing::info!(
        client = waiting.client_id,
        user = %session.user.id,
        place = waiting.place,
        "a person approved a device code"
    );
    app.audit.granted(Act::DeviceCodeApproved);
    Ok(page::done(&waiting))
}

/// A second factor was asked for, and this sign-in had none, or was before the code.
fn lacks_mfa(waiting: &Waiting, session: &Session) -> bool {
    let second = session.amr.iter().any(|method| method == "mfa");
    waiting.ngcmfa && (!second || session.created.0 < waiting.created)
}

/// The code that this browser typed, and who is signed in.
async fn present(
    app: &App,
    headers: &HeaderMap,
    now: UnixTime,
) -> Result<Option<(Waiting, Session)>, Fault> {
    let Some(visit) = cookie(headers, COOKIE) else {
        return Ok(None);
    };
    let Some(waiting) = by_visit(&app.store, &hash(&visit), now).await? else {
        return Ok(None);
    };
    let sessions = session::all(&app.store, headers, now).await?;
    audit::says_client(&waiting.client_id);
    if let Some(session) = sessions.first() {
        audit::is_user(session.user.id);
    }
    Ok(sessions
        .into_iter()
        .next()
        .map(|session| (waiting, session)))
}
