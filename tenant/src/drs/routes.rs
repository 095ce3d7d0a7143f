//! Where the service lives. Paths arrive in lower case (`router.rs`).

use axum::Router;
use axum::routing::{delete, get, post};

use super::{challenge, documents, join, key, nonce};
use crate::app::Tenant;

/// The registration host's routes.
pub(crate) fn routes() -> Router<Tenant> {
    Router::new()
        .route(
            "/{tenant}/enrollmentserver/contract",
            get(documents::contract),
        )
        .route("/enrollmentserver/contract", get(documents::contract))
        .route("/{tenant}/discover", get(documents::discover))
        .route("/enrollmentserver/discover", get(documents::discover))
        .route("/enrollmentserver/nonce/{tenant}", get(nonce::nonce))
        .route("/enrollmentserver/nonce/{tenant}/", get(nonce::nonce))
        .route("/enrollmentserver/device", post(join::join))
        .route("/enrollmentserver/device/", post(join::join))
        .route(
            "/enrollmentserver/device/{id}",
            delete(super::delete::leave),
        )
        .route("/enrollmentserver/key", post(key::register))
        .route("/enrollmentserver/key/", post(key::register))
        .route("/enrollmentserver/attestation", post(challenge::challenge))
        .route("/enrollmentserver/attestation/", post(challenge::challenge))
}
