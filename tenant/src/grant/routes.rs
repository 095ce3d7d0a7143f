//! Where the token endpoint is. Paths arrive in lower case (`router.rs`).

use axum::Router;
use axum::routing::post;

use super::{cors, endpoint};
use crate::app::Tenant;

/// The token endpoint, v1.0 and v2.0.
pub(crate) fn routes() -> Router<Tenant> {
    let v1 = post(endpoint::v1).options(cors::preflight);
    let v2 = post(endpoint::v2).options(cors::preflight);
    Router::new()
        .route("/{tenant}/oauth2/token", v1)
        .route("/{tenant}/oauth2/v2.0/token", v2)
}
