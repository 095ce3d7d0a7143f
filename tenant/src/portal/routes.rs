//! Where the page is, and its configuration.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::asset;
use super::policy::guarded;
use crate::app::{App, Tenant};

/// Path of the page; everything of it lies below.
pub(crate) const PATH: &str = "/WebApp/CloudDomainJoin/4";

/// The page's routes. Paths arrive in lower case down to the page's own files.
pub(crate) fn routes(app: &App) -> Router<Tenant> {
    let base = PATH.to_ascii_lowercase();
    let page = Router::new()
        .route(&base, get(asset::index))
        .route(&format!("{base}/"), get(asset::index))
        .route(&format!("{base}/config.json"), get(config))
        .route(&format!("{base}/{{file}}"), get(asset::file));
    let page = if app.hosts.portal_on_login() {
        page
    } else {
        page.route("/", get(|| async { Redirect::temporary(PATH) }))
    };
    guarded(
        page.route("/robots.txt", get(robots))
            .route("/favicon.ico", get(asset::icon)),
        app,
    )
}

/// What the page must know before it can ask anybody.
async fn config(State(app): State<Tenant>) -> Response {
    let config = json!({ "authority": format!("{}/common", app.hosts.login) });
    (
        [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
        Json(config),
    )
        .into_response()
}

async fn robots() -> impl IntoResponse {
    (
        StatusCode::OK,
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        "User-agent: *\nDisallow:\n",
    )
}
