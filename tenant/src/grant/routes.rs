//! Where the token endpoint is. Paths arrive in lower case (`router.rs`).

use axum::Router;
use axum::routing::post;

use super::endpoint;
use crate::app::Tenant;

/// The token endpoint, v1.0 and v2.0.
pub(crate) fn routes() -> Router<Tenant> {
    Router::new()
        .route("/{tenant}/oauth2/token", post(endpoint::v1))
        .route("/{tenant}/oauth2/v2.0/token", post(endpoint::v2))
}
