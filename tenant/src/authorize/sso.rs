//! Sign-in by a device's credentials, sent as headers or cookies (registration reference §4.10).

use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::UnixTime;
use dovetail_shared::id::DeviceId;

use super::page;
use super::request::Request;
use crate::app::App;
use crate::audit::Act;
use crate::error::Fault;
use crate::prt::{Credential, Person, credential};
use crate::session::{self, NewSession, Session, cookie};

/// A PRT, signed by its session key.
const PRT: &str = "x-ms-refreshtokencredential";
const PRT_COOKIE: &str = "x-ms-RefreshTokenCredential";
/// A device, signed by its own key.
const DEVICE: &str = "x-ms-devicecredential";
const DEVICE_COOKIE: &str = "x-ms-DeviceCredential";
/// Longest credential that is looked at.
const LONGEST: usize = 16 * 1024;

/// What the credentials come to.
#[derive(Debug)]
pub(super) enum Sso {
    /// The person is signed in: their session, and its `Set-Cookie`.
    Person(Session, HeaderValue),
    /// Only the device is known.
    Device(DeviceId),
    /// They would be good with another nonce: the answer that brings it.
    NewNonce(Response),
    Nothing,
}

/// Judges the credentials of a request. `current` is the browser's own session, which stays unless the credential says more of
/// the same person, or the application asks for the credential's person by name.
pub(super) async fn sso(
    app: &App,
    uri: &Uri,
    headers: &HeaderMap,
    request: &Request,
    current: Option<&Session>,
    now: UnixTime,
) -> Result<Sso, Fault> {
    // A session that a device vouched for already says all that a credential could.
    if current.is_some_and(|session| session.device.is_some()) {
        return Ok(Sso::Nothing);
    }
    if let Some(text) = shown(headers, PRT, PRT_COOKIE) {
        match credential::person(app, &text, now).await? {
            Credential::Good(person) if wins(request, current, &person) => {
                return begin(app, headers, person, now).await;
            }
            Credential::NonceWanted if may_ask(app, uri) => {
                return Ok(Sso::NewNonce(new_nonce(app, uri, headers)?));
            }
            Credential::Good(_) | Credential::NonceWanted | Credential::Ignored => {}
        }
    }
    device_alone(app, uri, headers, now).await
}

/// The device of a request whose person is to be asked anyway (`prompt=login`).
pub(super) async fn device_of(
    app: &App,
    headers: &HeaderMap,
    now: UnixTime,
) -> Result<Option<DeviceId>, Fault> {
    if let Some(text) = shown(headers, PRT, PRT_COOKIE)
        && let Credential::Good(person) = credential::person(app, &text, now).await?
    {
        return Ok(Some(person.device));
    }
    let Some(text) = shown(headers, DEVICE, DEVICE_COOKIE) else {
        return Ok(None);
    };
    Ok(match credential::device(app, &text, now).await? {
        Credential::Good(device) => Some(device),
        Credential::NonceWanted | Credential::Ignored => None,
    })
}

async fn device_alone(
    app: &App,
    uri: &Uri,
    headers: &HeaderMap,
    now: UnixTime,
) -> Result<Sso, Fault> {
    let Some(text) = shown(headers, DEVICE, DEVICE_COOKIE) else {
        return Ok(Sso::Nothing);
    };
    Ok(match credential::device(app, &text, now).await? {
        Credential::Good(device) => Sso::Device(device),
        Credential::NonceWanted if may_ask(app, uri) => {
            Sso::NewNonce(new_nonce(app, uri, headers)?)
        }
        Credential::NonceWanted | Credential::Ignored => Sso::Nothing,
    })
}

fn wins(request: &Request, current: Option<&Session>, person: &Person) -> bool {
    let hinted = request
        .login_hint
        .as_deref()
        .map(|hint| hint.eq_ignore_ascii_case(&person.user.upn));
    match (hinted, current) {
        (Some(right), _) => right,
        (None, Some(session)) => session.user.id == person.user.id,
        (None, None) => true,
    }
}

async fn begin(
    app: &App,
    headers: &HeaderMap,
    person: Person,
    now: UnixTime,
) -> Result<Sso, Fault> {
    let new = NewSession {
        user: person.user.id,
        amr: &person.amr,
        stay: false,
        signed_in: person.auth_time,
        device: Some(person.device),
        prt: Some(person.prt),
        hello_key: person.hello_key,
    };
    app.audit.open_for_grants()?;
    let (sid, set_cookie) = session::create(&app.store, headers, &new, now).await?;
    let Ok(set_cookie) = HeaderValue::from_str(&set_cookie) else {
        return Ok(Sso::Nothing);
    };
    tracing::info!(upn = person.user.upn, device = %person.device, "signed in by a primary refresh token");
    app.audit
        .granted_about(Act::SignedInByDevice, person.amr.join(" "));
    let session = Session {
        sid,
        user: person.user,
        amr: person.amr,
        created: person.auth_time,
        device: Some(person.device),
        prt: Some(person.prt),
        hello_key: person.hello_key,
    };
    Ok(Sso::Person(session, set_cookie))
}

/// The one credential of that name, of a length that is looked at: the header's, else the cookie's.
fn shown(headers: &HeaderMap, name: &str, cookie_name: &str) -> Option<String> {
    let mut all = headers.get_all(name).iter();
    let text = match (all.next(), all.next()) {
        (Some(one), None) => one.to_str().ok()?.trim().to_owned(),
        (Some(_), Some(_)) => return None,
        (None, _) => cookie(headers, cookie_name)?,
    };
    (!text.is_empty() && text.len() <= LONGEST).then_some(text)
}

/// Whoever was given a nonce just now and comes back without it cannot do better: asking again would go on for ever.
fn may_ask(app: &App, uri: &Uri) -> bool {
    let given = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "sso_nonce")
        .map(|(_, value)| value.into_owned());
    app.prt.nonces.check(given.as_deref()).is_err()
}

/// 302 to the same address with a new `sso_nonce`. Of what the client calls us only the name is taken, which is known to be one of
/// ours; the port is our own.
fn new_nonce(app: &App, uri: &Uri, headers: &HeaderMap) -> Result<Response, Fault> {
    let nonce = app.prt.nonces.issue()?;
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(|host| host.split(':').next())
        .map_or_else(
            || app.hosts.login.clone(),
            |name| app.hosts.under_name(name),
        );
    let rest: Vec<&str> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("sso_nonce="))
        .collect();
    let rest = rest.join("&");
    let location = format!("{host}{}?{rest}&sso_nonce={nonce}", uri.path());
    let body = page::moved(&location);
    Ok((
        StatusCode::FOUND,
        [
            (header::LOCATION, location),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::REFERRER_POLICY, "no-referrer".to_owned()),
        ],
        body,
    )
        .into_response())
}
