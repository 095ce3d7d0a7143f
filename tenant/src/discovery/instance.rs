//! `GET /common/discovery/instance`: which names are one cloud (client contract §1).

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::app::Tenant;

/// One cloud: ours.
pub(super) async fn instance(State(app): State<Tenant>) -> Json<Value> {
    let host = app.hosts.login.trim_start_matches("https://").to_owned();
    Json(json!({
        "tenant_discovery_endpoint": format!("{}/common/.well-known/openid-configuration", app.hosts.login),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    }))
}
