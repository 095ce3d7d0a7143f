//! Where the documents are. Paths arrive in lower case (`router.rs`).

use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::routing::{get, post};
use tower_http::cors::{Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use super::{credential_type, federation_provider, instance, openid, realm};
use crate::app::Tenant;
use crate::token::userinfo;

/// The login host's public documents.
pub(crate) fn routes() -> Router<Tenant> {
    let public = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET])
        .allow_headers([HeaderName::from_static("client-request-id"), header::ACCEPT]);
    // A bearer is not sent by itself, so any page may ask with the one it has.
    let by_bearer = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            HeaderName::from_static("client-request-id"),
        ]);
    let userinfo = Router::new()
        .route("/{tenant}/openid/userinfo", get(userinfo).post(userinfo))
        .layer(by_bearer);
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
        .route(
            "/odc/v2.1/federationprovider",
            get(federation_provider::federation_provider),
        )
        .layer(public)
        .layer(SetResponseHeaderLayer::overriding(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ));
    documents.merge(userinfo).route(
        "/{tenant}/getcredentialtype",
        post(credential_type::credential_type),
    )
}
