//! The one way in. Paths are read by hand (`path.rs`), because OData puts keys into brackets; they arrive in lower case.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use super::answer::{Context, many, one, properties, select};
use super::caller::Caller;
use super::error::Refusal;
use super::list::{self, Ask};
use super::path::{Dialect, Target, parse};
use super::query;
use super::{change, device, hello, people};
use crate::account::is_named;
use crate::app::{App, Tenant};
use crate::token::userinfo;

/// Largest body of a change.
const BODY: usize = 64 * 1024;

/// The directory host's routes.
pub(crate) fn routes() -> Router<Tenant> {
    Router::new()
        .route("/oidc/userinfo", get(userinfo).post(userinfo))
        .fallback(handle)
}

async fn handle(State(app): State<Tenant>, request: Request) -> Response {
    if request.method() == Method::OPTIONS {
        return preflight(request.headers());
    }
    let (parts, body) = request.into_parts();
    let client_request = people::client_request(&parts.headers).map(str::to_owned);
    let answered = respond(
        &app,
        &parts.method,
        parts.uri.path(),
        parts.uri.query().unwrap_or_default(),
        &parts.headers,
        body,
    )
    .await;
    let mut response =
        answered.unwrap_or_else(|refusal| refusal.response(client_request.as_deref()));
    // Bearers are not sent by themselves: any origin may ask, none may ask with cookies.
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("request-id, client-request-id, x-ms-request-id"),
    );
    if let Some(id) = client_request.and_then(|id| HeaderValue::from_str(&id).ok()) {
        headers.insert("client-request-id", id);
    }
    response
}

/// Workers of extensions, and pages, ask before they send a bearer.
fn preflight(headers: &HeaderMap) -> Response {
    let asked = headers
        .get(header::ACCESS_CONTROL_REQUEST_HEADERS)
        .cloned()
        .unwrap_or_else(|| HeaderValue::from_static("authorization"));
    (
        StatusCode::NO_CONTENT,
        [
            (
                header::ACCESS_CONTROL_ALLOW_ORIGIN,
                HeaderValue::from_static("*"),
            ),
            (
                header::ACCESS_CONTROL_ALLOW_METHODS,
                HeaderValue::from_static("GET, POST, PATCH, DELETE"),
            ),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, asked),
            (
                header::ACCESS_CONTROL_MAX_AGE,
                HeaderValue::from_static("3600"),
            ),
        ],
    )
        .into_response()
}

async fn respond(
    app: &App,
    method: &Method,
    path: &str,
    query: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    // Who asks comes first: nobody learns anything of paths without a token.
    let caller = Caller::of(app, headers).await?;
    let (dialect, target) = parse(path).map_err(Refusal::Segment)?;
    if dialect == Dialect::Legacy {
        legacy(app, path, query).await?;
    }
    let options = query::parse(query).map_err(Refusal::Invalid)?;
    let ask = Ask {
        app,
        caller: &caller,
        dialect,
        path,
        options: &options,
        headers,
    };
    match *method {
        Method::GET => read(&ask, &target).await,
        Method::PATCH | Method::POST => {
            let body = to_bytes(body, BODY)
                .await
                .map_err(|_| Refusal::invalid("The body is too large."))?;
            write(&ask, method, &target, &body).await
        }
        Method::DELETE => write(&ask, method, &target, &[]).await,
        _ => Err(Refusal::Verb),
    }
}

/// The old form names the tenant, and its version in the query.
async fn legacy(app: &App, path: &str, query: &str) -> Result<(), Refusal> {
    let tenant = path.split('/').nth(1).unwrap_or_default();
    let named = tenant == "myorganization" || is_named(&app.store, tenant).await?;
    let version = form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "api-version");
    if named && version {
        Ok(())
    } else {
        Err(Refusal::Segment(tenant.to_owned()))
    }
}

async fn read(ask: &Ask<'_>, target: &Target) -> Result<Response, Refusal> {
    match target {
        Target::Person(whose) => people::person(ask, whose).await,
        Target::PersonDevices(whose, relation) => list::of_person(ask, whose, *relation).await,
        Target::MemberOf(whose) => people::member_of(ask, whose).await,
        Target::HelloKeys(whose) => hello::list(ask, whose).await,
        Target::HelloKey(whose, id) => hello::one_of(ask, whose, *id).await,
        Target::Photo => {
            ask.caller.reads_own()?;
            Err(Refusal::NoPhoto)
        }
        Target::Devices => list::devices(ask).await,
        Target::DevicesCount => list::count(ask).await,
        Target::Device(key) => {
            let found = device::visible(ask.app, ask.caller, *key).await?;
            let whole = device::whole(ask.app, ask.dialect, &found).await?;
            Ok(one(
                context(ask, "devices"),
                select(whole, &ask.options.select)?,
            ))
        }
        Target::DevicePeople(key, relation) => people::of_device(ask, *key, *relation).await,
        Target::Endpoints => endpoints(ask),
        Target::Nothing(name) => Err(Refusal::NotFound(name.clone())),
        Target::References(..) | Target::Reference(..) => Err(Refusal::Verb),
    }
}

async fn write(
    ask: &Ask<'_>,
    method: &Method,
    target: &Target,
    body: &[u8],
) -> Result<Response, Refusal> {
    match (method, target) {
        (&Method::PATCH, Target::Device(key)) => change::patch(ask, *key, body).await,
        (&Method::DELETE, Target::Device(key)) => change::remove(ask, *key).await,
        (&Method::DELETE, Target::HelloKey(whose, id)) => hello::take_away(ask, whose, *id).await,
        (&Method::POST, Target::References(key, relation)) => {
            change::add(ask, *key, *relation, body).await
        }
        (&Method::DELETE, Target::Reference(key, relation, user)) => {
            change::take_off(ask, *key, *relation, *user).await
        }
        (_, Target::Nothing(name)) => Err(Refusal::NotFound(name.clone())),
        _ => Err(Refusal::Verb),
    }
}

/// Where the management service lives, for clients that ask the directory for it.
fn endpoints(ask: &Ask<'_>) -> Result<Response, Refusal> {
    ask.caller.reads_own()?;
    let hosts = &ask.app.hosts;
    let entry = |name: &str, uri: String| {
        properties(json!({
            "id": uuid::Uuid::nil(), "capability": name, "providerId": "0000000a-0000-0000-c000-000000000000",
            "providerName": name, "providerResourceId": null, "uri": uri,
        }))
    };
    let entries = vec![
        entry(
            "MDMEnrollment",
            format!("{}/EnrollmentServer/Discovery.svc", hosts.manage),
        ),
        entry("MDMPortal", hosts.manage_portal.clone()),
    ];
    Ok(many(context(ask, "endpoints"), entries, None, None))
}

fn context<'a>(ask: &Ask<'a>, set: &'a str) -> Context<'a> {
    Context {
        hosts: &ask.app.hosts,
        dialect: ask.dialect,
        set,
    }
}
