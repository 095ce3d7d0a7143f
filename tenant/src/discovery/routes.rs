//! Where the documents are. Paths arrive in lower case (`router.rs`).

use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::routing::{get, post};
use tower_http::cors::{Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use super::{credential_type, instance, openid, realm};
use crate::app::Tenant;

/// The login host's public documents.
pub(crate) fn routes() -> Router<Tenant> {
    let public = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET])
        .allow_headers([HeaderName::from_static("client-request-id"), header::ACCEPT]);
    let documents = Router::new()
        .route(
            "/{tenant}/.well-known/openid-configuration",
            get(openid::v1),
        )
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            get(openid::v2),
        )
        .route("/{tenant}/discovery/keys", get(openid::keys))
        .route("/{tenant}/discovery/v2.0/keys", get(openid::keys))
        .route("/{tenant}/discovery/instance", get(instance::instance))
        .route("/{tenant}/userrealm", get(realm::by_query))
        .route("/{tenant}/userrealm/", get(realm::by_query))
        .route("/{tenant}/userrealm/{user}", get(realm::by_path))
        .route("/getuserrealm.srf", get(realm::legacy))
        .layer(public)
        .layer(SetResponseHeaderLayer::overriding(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ));
    documents.route(
        "/{tenant}/getcredentialtype",
        post(credential_type::credential_type),
    )
}
