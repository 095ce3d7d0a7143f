//! Who is in front of a management page: the pages are a relying party of this tenant, because a browser cannot carry a token
//! in a navigation (`docs/adr/0012`).

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::terms::refuse;
use super::visit::{Purpose, Visit, VisitId, load, save};
use crate::account::{directory, user_by_id};
use crate::app::{App, Tenant};
use crate::error::Fault;
use crate::token::verify_for;
use crate::{clock, random};

/// The application that the management pages are: the service principal of device management.
pub(crate) const CLIENT: &str = "0000000a-0000-0000-c000-000000000000";
/// Where the sign-in comes back to. In lower case: it is compared to the letter.
pub(crate) const SIGN_IN: &str = "/termsofuse/signin";

/// Begins a visit, and sends the browser to sign in: silently, when it is signed in.
pub(super) async fn begin(
    app: &App,
    headers: &HeaderMap,
    purpose: Purpose,
) -> Result<Response, Fault> {
    let id = VisitId::new(headers)?;
    let visit = Visit {
        purpose,
        nonce: random::token()?,
        user: None,
    };
    save(&app.store, &id, &visit, clock::now()).await?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("client_id", CLIENT),
        ("response_type", "id_token"),
        ("response_mode", "form_post"),
        ("scope", "openid"),
        ("nonce", &visit.nonce),
        ("state", &id.state),
        ("redirect_uri", &app.hosts.management_sign_in()),
    ]);
    let location = format!(
        "{}/common/oauth2/authorize?{}",
        app.hosts.login,
        query.finish()
    );
    Ok(sent(&location, &id))
}

/// A redirect that keeps the visit's cookie.
pub(super) fn sent(location: &str, id: &VisitId) -> Response {
    let mut response = redirect(location);
    if let Ok(cookie) = HeaderValue::from_str(&id.cookie()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// 302, kept by nobody, telling nobody where from.
pub(super) fn redirect(location: &str) -> Response {
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (StatusCode::FOUND, headers).into_response()
}

/// `POST /termsofuse/signin`: somebody has signed in, or has not.
pub(super) async fn back(
    State(app): State<Tenant>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Fault> {
    let fields = super::form::fields(&body).unwrap_or_default();
    let get = |name: &str| fields.get(name).map(String::as_str);
    let Some(id) = VisitId::of(get("state"), &headers) else {
        return Ok(super::form::lost());
    };
    let now = clock::now();
    let Some(mut visit) = load(&app.store, &id, now).await? else {
        return Ok(super::form::lost());
    };
    if let Some(error) = get("error") {
        tracing::info!(error, "nobody signed in at a management page");
        return Ok(refuse(&visit, "unauthorized_client", "nobody signed in"));
    }
    let directory = directory(&app.store).await?;
    let token = get("id_token").unwrap_or_default();
    let audience = [CLIENT.to_owned()];
    let claims = match verify_for(&app, &directory, token, &audience, now).await {
        Ok(verified) => verified.claims().clone(),
        Err(_) => return Ok(refuse(&visit, "unauthorized_client", "unauthorized_client")),
    };
    // One sign-in, one visit: a token from elsewhere does not fit.
    if claims.nonce.as_deref() != Some(visit.nonce.as_str()) {
        return Ok(refuse(&visit, "unauthorized_client", "unauthorized_client"));
    }
    let user = user_by_id(&app.store, claims.oid).await?;
    let Some(user) = user.filter(|user| user.enabled) else {
        return Ok(refuse(
            &visit,
            "unauthorized_client",
            "unauthorized user or tenant",
        ));
    };
    visit.user = Some(user.id);
    save(&app.store, &id, &visit, now).await?;
    Ok(redirect(&page(&visit.purpose, &id)))
}

/// The page of a visit.
pub(super) fn page(purpose: &Purpose, id: &VisitId) -> String {
    let path = match purpose {
        Purpose::Terms(_) => "/termsofuse/page",
        Purpose::Compliance => "/compliance/page",
    };
    let state: String = form_urlencoded::byte_serialize(id.state.as_bytes()).collect();
    format!("{path}?visit={state}")
}

/// Whether a form stands on a page of ours.
pub(super) fn from_here(app: &App, headers: &HeaderMap) -> bool {
    let origin = headers
        .get(header::ORIGIN)
        .and_then(|value| value.to_str().ok());
    let ours = Url::parse(&app.hosts.manage_portal).map(|url| url.origin().ascii_serialization());
    ours.is_ok_and(|ours| origin == Some(ours.as_str()))
}
