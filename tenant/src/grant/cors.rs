//! Which pages may read the token endpoint's answers: those at an address of a registered single-page application, and never
//! with cookies (Fetch §3.2).

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::{App, Tenant};
use crate::client::is_spa_origin;

/// `OPTIONS`: the browser's question before the request.
pub(super) async fn preflight(State(app): State<Tenant>, headers: HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let answer = response.headers_mut();
    if allow(&app, &headers, answer).await {
        answer.insert(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("POST, OPTIONS"),
        );
        answer.insert(
            header::ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static("600"),
        );
        if let Some(wanted) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
        }
    }
    response
}

/// Lets the page that asks read the answer, if it may. Whatever the answer is: a refusal must be readable, too.
pub(super) async fn allow(app: &App, asked: &HeaderMap, answer: &mut HeaderMap) -> bool {
    let Some(origin) = asked.get(header::ORIGIN) else {
        return false;
    };
    answer.append(header::VARY, HeaderValue::from_static("Origin"));
    let known = match origin.to_str() {
        Ok(origin) => is_spa_origin(&app.store, origin).await.unwrap_or(false),
        Err(_) => false,
    };
    if known {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        answer.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("client-request-id, x-ms-request-id, retry-after"),
        );
        answer.insert(
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("cross-origin"),
        );
    }
    known
}
