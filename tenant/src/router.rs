//! The one way in: name → role → routes. Paths are brought to lower case first, because clients write them as they like.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use tower::ServiceExt as _;
use tower::util::MapRequestLayer;

use crate::admission::{Admission, come_again, whole};
use crate::app::Tenant;
use crate::audit::{Asked, route, witness};
use crate::hosts::Role;
use crate::tls::PeerAddress;
use crate::{authorize, device_code, discovery, drs, fault, grant, graph, mdm, portal};

/// Largest body that anybody may send.
const BODY: usize = 256 * 1024;

/// Everything, for one listener.
#[derive(Debug, Clone)]
pub(crate) struct Front(Arc<Roles>);

/// A router per role.
#[derive(Debug)]
struct Roles {
    app: Tenant,
    admission: Admission,
    login: Router,
    device_login: Router,
    drs: Router,
    portal: Router,
    graph: Router,
    manage: Router,
    manage_portal: Router,
}

impl Front {
    /// The routes of every role.
    pub(crate) fn new(app: Tenant) -> Self {
        // Together, as each layer by itself would cost every request a copy of what lies beneath.
        let seen = || (DefaultBodyLimit::max(BODY), MapRequestLayer::new(route));
        let faults = || {
            let misbehave = middleware::from_fn_with_state(app.clone(), fault::misbehave);
            (seen(), misbehave)
        };
        let with_state = |routes: Router<Tenant>| routes.with_state(app.clone());
        let login = discovery::routes()
            .merge(authorize::routes())
            .merge(grant::routes())
            .merge(device_code::routes())
            .layer(faults());
        let login = if app.hosts.portal_on_login() {
            login.merge(portal::routes(&app).layer(seen()))
        } else {
            login
        };
        Self(Arc::new(Roles {
            login: with_state(login),
            device_login: with_state(authorize::device_routes().layer(seen())),
            drs: with_state(drs::routes().layer(faults())),
            portal: with_state(portal::routes(&app).layer(seen())),
            graph: with_state(graph::routes().layer(faults())),
            manage: with_state(mdm::routes().layer(faults())),
            manage_portal: with_state(mdm::portal_routes().layer(faults())),
            app,
            admission: Admission::default(),
        }))
    }

    /// Answers a request, whoever it is for, and writes down what has to be.
    pub(crate) async fn answer(&self, request: Request) -> Response {
        let roles = &*self.0;
        let role = asked_name(&request).and_then(|name| roles.app.hosts.role(name));
        let id = crate::random::guid();
        let asked = Asked {
            host: role.map(Role::word),
            method: request.method().clone(),
            peer: request
                .extensions()
                .get::<PeerAddress>()
                .map(|PeerAddress(peer)| *peer),
            id,
        };
        let mut response = witness(&roles.app.audit, asked, answer(roles, role, request)).await;
        let mut text = uuid::Uuid::encode_buffer();
        if let Ok(id) = HeaderValue::from_str(id.hyphenated().encode_lower(&mut text)) {
            let name = HeaderName::from_static("x-ms-request-id");
            response.headers_mut().insert(name, id);
        }
        response
    }
}

async fn answer(roles: &Roles, role: Option<Role>, request: Request) -> Response {
    let Some(role) = role else {
        return (
            StatusCode::MISDIRECTED_REQUEST,
            "This server does not answer to that name.\n",
        )
            .into_response();
    };
    let router = match role {
        Role::Login => &roles.login,
        Role::Drs => &roles.drs,
        Role::Portal => &roles.portal,
        Role::Manage => &roles.manage,
        Role::ManagePortal => &roles.manage_portal,
        Role::Graph => &roles.graph,
        Role::DeviceLogin => &roles.device_login,
    };
    let Some(request) = whole(lower_case(request), BODY).await else {
        return StatusCode::REQUEST_TIMEOUT.into_response();
    };
    let Some(_place) = roles.admission.enter() else {
        return come_again();
    };
    let Ok(mut response) = router.clone().oneshot(request).await;
    let headers = response.headers_mut();
    headers.insert(
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=31536000"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// HTTP/2 names the host in the URI, HTTP/1.1 in a header; forwarded names are nobody's business here.
fn asked_name(request: &Request) -> Option<&str> {
    let authority = match request.uri().host() {
        Some(host) => host,
        None => request.headers().get(header::HOST)?.to_str().ok()?,
    };
    authority.split(':').next()
}

/// The path in lower case; the page's own files keep theirs, and the user name in a realm path is compared without case anyway.
fn lower_case(mut request: Request<Body>) -> Request<Body> {
    let uri = request.uri();
    if !uri.path().bytes().any(|byte| byte.is_ascii_uppercase()) {
        return request;
    }
    let page = portal::PATH.to_ascii_lowercase();
    let lower = uri.path().to_ascii_lowercase();
    let path = if lower.starts_with(&page) {
        format!("{page}{}", uri.path().get(page.len()..).unwrap_or_default())
    } else {
        lower
    };
    let query = uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    if let Ok(uri) = format!("{path}{query}").parse::<Uri>() {
        *request.uri_mut() = uri;
    }
    request
}
