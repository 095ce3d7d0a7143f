//! `GET /odc/v2.1/federationProvider?domain=…`: which tenant and cloud a domain belongs to (client contract §1).

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::account::{directory, domain};
use crate::app::Tenant;
use crate::error::Fault;

/// The tenant of a domain.
pub(super) async fn federation_provider(
    State(app): State<Tenant>,
    Query(parameters): Query<BTreeMap<String, String>>,
) -> Result<Response, Fault> {
    let name = parameters
        .get("domain")
        .map(String::as_str)
        .unwrap_or_default();
    if domain(&app.store, name).await?.is_none() {
        return Ok((StatusCode::NOT_FOUND, Json(json!({}))).into_response());
    }
    let directory = directory(&app.store).await?;
    Ok(Json(json!({
        "tenantId": directory.id,
        "domain": name,
        "environment": "Global",
        // Clients put the scheme before it themselves.
        "authority_host": app.hosts.login.trim_start_matches("https://"),
        "graph": app.hosts.graph,
    }))
    .into_response())
}
