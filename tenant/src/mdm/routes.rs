//! Where the service lives. Paths arrive in lower case (`router.rs`).

use axum::Router;
use axum::routing::{get, post};

use super::session::dm;
use super::{discover, enroll, policy_service};
use crate::app::Tenant;

/// For machines.
pub(crate) fn routes() -> Router<Tenant> {
    Router::new()
        .route(
            "/enrollmentserver/discovery.svc",
            get(discover::ping).post(discover::discover),
        )
        .route(
            "/enrollmentserver/policy.svc",
            post(policy_service::policies),
        )
        .route("/enrollmentserver/enrollment.svc", post(enroll::enroll))
        .route("/dm", post(dm))
}

/// For people.
pub(crate) fn portal_routes() -> Router<Tenant> {
    Router::new()
}
