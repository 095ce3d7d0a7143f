//! Health for machines: a second socket with HTTP. No secret; `/healthz` nothing about the tenant either.

use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use dovetail_shared::status::Status;

use crate::Daemon;
use crate::front::{ListenError, own_listener};
use crate::handle::status;

/// Serves `/healthz` and `/status` on the socket until the process ends.
pub fn start(daemon: Arc<Daemon>, path: &Path) -> Result<(), ListenError> {
    let socket = own_listener(path)?;
    let routes = Router::new()
        .route("/healthz", get(healthz))
        .route("/status", get(whole))
        .with_state(daemon);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(socket, routes).await {
            tracing::warn!("the health socket is closed: {error}");
        }
    });
    Ok(())
}

async fn healthz(State(daemon): State<Arc<Daemon>>) -> (StatusCode, &'static str) {
    match daemon.broken() {
        None => (StatusCode::OK, "ok\n"),
        Some(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the stored state cannot be used\n",
        ),
    }
}

async fn whole(State(daemon): State<Arc<Daemon>>) -> Json<Status> {
    Json(status::public(&daemon, &daemon.record()))
}
