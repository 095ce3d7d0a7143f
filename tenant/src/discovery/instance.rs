//! `GET /common/discovery/instance`: which names are one cloud (client contract §1).

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use url::Url;

use crate::app::{App, Tenant};
use crate::hosts::Role;
use crate::oauth::{described, refused};

/// One cloud: ours.
pub(super) async fn instance(
    State(app): State<Tenant>,
    Query(parameters): Query<BTreeMap<String, String>>,
) -> Response {
    let endpoint = match parameters.get("authorization_endpoint") {
        Some(asked) => configuration(&app, asked),
        None => Some(format!(
            "{}/common/.well-known/openid-configuration",
            app.hosts.login
        )),
    };
    let Some(endpoint) = endpoint else {
        return refused(
            StatusCode::BAD_REQUEST,
            described("invalid_instance", 50_049, "Unknown or invalid instance."),
        );
    };
    let host = app.hosts.login.trim_start_matches("https://");
    let aliases = app.hosts.aliases();
    Json(json!({
        "tenant_discovery_endpoint": endpoint,
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": aliases }],
    }))
    .into_response()
}

/// The configuration of the tenant and version whose authorize endpoint that is; `None` when it is not one of ours.
fn configuration(app: &App, authorize: &str) -> Option<String> {
    let url = Url::parse(authorize).ok()?;
    let host = url.host_str()?;
    if url.scheme() != "https" || app.hosts.role(host) != Some(Role::Login) {
        return None;
    }
    let tenant = url
        .path_segments()?
        .next()
        .filter(|tenant| !tenant.is_empty())?;
    let version = if url.path().to_ascii_lowercase().contains("/v2.0/") {
        "/v2.0"
    } else {
        ""
    };
    Some(format!(
        "{}/{tenant}{version}/.well-known/openid-configuration",
        app.hosts.login
    ))
}
