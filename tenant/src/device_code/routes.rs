//! Where it lives. Paths arrive in lower case (`router.rs`).

use axum::Router;
use axum::routing::{get, post};

use super::{begin, visit};
use crate::app::Tenant;

/// The machine's endpoint and the person's pages.
pub(crate) fn routes() -> Router<Tenant> {
    Router::new()
        .route("/{tenant}/oauth2/devicecode", post(begin::v1))
        .route("/{tenant}/oauth2/v2.0/devicecode", post(begin::v2))
        .route("/devicelogin", get(visit::start))
        .route(
            "/{tenant}/oauth2/deviceauth",
            get(visit::come).post(visit::take),
        )
}
