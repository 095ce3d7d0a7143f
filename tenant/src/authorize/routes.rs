//! Where sign-in lives. Paths arrive in lower case (`router.rs`).

use axum::Router;
use axum::routing::{get, post};

use super::{device, dispatch, federated, logout, page, sas, start, step};
use crate::app::Tenant;

/// Authorize, the sign-in pages, logout.
pub(crate) fn routes() -> Router<Tenant> {
    Router::new()
        .route("/{tenant}/oauth2/authorize", get(start::authorize))
        .route("/{tenant}/oauth2/v2.0/authorize", get(start::authorize))
        .route("/{tenant}/login", get(dispatch::show).post(step::take))
        .route("/{tenant}/sas/beginauth", post(sas::begin))
        .route("/{tenant}/sas/endauth", get(sas::poll).post(sas::end))
        .route("/{tenant}/sas/processauth", post(step::take))
        .route("/{tenant}/deviceauthpkeyauth", get(device::answered))
        .route("/login.srf", post(federated::answer))
        .route(
            "/{tenant}/oauth2/logout",
            get(logout::logout).post(logout::posted),
        )
        .route(
            "/{tenant}/oauth2/v2.0/logout",
            get(logout::logout).post(logout::posted),
        )
        .route("/{tenant}/oauth2/nativeclient", get(page::native_client))
        .route("/static/signin.css", get(page::style))
}

/// The host where devices show their certificate in TLS.
pub(crate) fn device_routes() -> Router<Tenant> {
    Router::new().route("/", get(device::by_certificate))
}
