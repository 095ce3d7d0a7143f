//! Where the service lives. Paths arrive in lower case (`router.rs`).

use axum::Router;
use axum::routing::{get, post};

use super::session::dm;
use super::sign_in::SIGN_IN;
use super::{compliance_page, discover, enroll, policy_service, sign_in, terms};
use crate::app::Tenant;
use crate::authorize::style;

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
        .route("/termsofuse", get(terms::start))
        .route("/termsofuse/page", get(terms::show))
        .route("/termsofuse/answer", post(terms::answer))
        .route(SIGN_IN, post(sign_in::back))
        .route("/compliance", get(compliance_page::start))
        .route("/compliance/page", get(compliance_page::show))
        .route("/static/signin.css", get(style))
}
