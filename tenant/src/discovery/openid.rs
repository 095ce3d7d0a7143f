//! OpenID configuration, v1.0 and v2.0, and the keys (registration reference §1.1).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dovetail_shared::jose::JwkSet;
use serde_json::{Value, json};

use crate::account::{Directory, directory, domain};
use crate::app::{App, Tenant};
use crate::client::any_es256;
use crate::error::Fault;
use crate::oauth::{described, refused};

/// What the token endpoint takes (`grant/`), as RFC 8414 names it.
const GRANT_TYPES: &[&str] = &[
    "authorization_code",
    "refresh_token",
    "password",
    "urn:ietf:params:oauth:grant-type:saml1_1-bearer",
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "client_credentials",
];

/// RS256 as in the real service; the other one once an application asks for it.
async fn algorithms(app: &App) -> Result<&'static [&'static str], Fault> {
    Ok(if any_es256(&app.store).await? {
        &["RS256", "ES256"]
    } else {
        &["RS256"]
    })
}

/// Which tenant a path names.
enum Named {
    /// `common`, `organizations`: the answer keeps the placeholder.
    Any(String),
    One(Arc<Directory>),
}

async fn named(app: &App, segment: &str) -> Result<Option<Named>, Fault> {
    let ours = directory(&app.store).await?;
    if ["common", "organizations"].contains(&segment) {
        return Ok(Some(Named::Any(segment.to_owned())));
    }
    let by_domain = domain(&app.store, segment).await?.is_some();
    Ok(
        (by_domain || ours.id.to_string() == segment || ours.name == segment)
            .then_some(Named::One(ours)),
    )
}

fn no_such_tenant() -> Response {
    refused(
        StatusCode::BAD_REQUEST,
        described(
            "invalid_tenant",
            90002,
            "Tenant not found. Check to make sure you have the correct tenant ID.",
        ),
    )
}

/// `GET /{tenant}/.well-known/openid-configuration`
pub(super) async fn v1(
    State(app): State<Tenant>,
    Path(segment): Path<String>,
) -> Result<Response, Fault> {
    let Some(named) = named(&app, &segment).await? else {
        return Ok(no_such_tenant());
    };
    let (tenant, issuer) = match named {
        Named::Any(word) => (word, "https://sts.windows.net/{tenantid}/".to_owned()),
        Named::One(directory) => (directory.id.to_string(), crate::token::issuer(&directory)),
    };
    let login = format!("{}/{tenant}", app.hosts.login);
    let document = json!({
        "authorization_endpoint": format!("{login}/oauth2/authorize"),
        "token_endpoint": format!("{login}/oauth2/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "jwks_uri": format!("{login}/discovery/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": algorithms(&app).await?,
        "http_logout_supported": true,
        "response_types_supported": ["code", "id_token", "code id_token", "token id_token", "token"],
        "grant_types_supported": GRANT_TYPES,
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid"],
        "issuer": issuer,
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "email", "given_name", "family_name", "nickname"],
        "microsoft_multi_refresh_token": true,
        "check_session_iframe": format!("{login}/oauth2/checksession"),
        "end_session_endpoint": format!("{login}/oauth2/logout"),
        "userinfo_endpoint": format!("{login}/openid/userinfo"),
        "device_authorization_endpoint": format!("{login}/oauth2/devicecode"),
        "capabilities": ["kdf_ver2"],
    });
    Ok(Json(document).into_response())
}

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`
pub(super) async fn v2(
    State(app): State<Tenant>,
    Path(segment): Path<String>,
) -> Result<Response, Fault> {
    let Some(named) = named(&app, &segment).await? else {
        return Ok(no_such_tenant());
    };
    let (tenant, id, region) = match named {
        Named::Any(word) => (word, "{tenantid}".to_owned(), Value::Null),
        Named::One(directory) => (
            directory.id.to_string(),
            directory.id.to_string(),
            json!(directory.region),
        ),
    };
    let login = format!("{}/{tenant}", app.hosts.login);
    let document = json!({
        "token_endpoint": format!("{login}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{login}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": algorithms(&app).await?,
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "grant_types_supported": GRANT_TYPES,
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{}/{id}/v2.0", app.hosts.login),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{}/oidc/userinfo", app.hosts.graph),
        "authorization_endpoint": format!("{login}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{login}/oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{login}/oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat",
            "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"],
        "kerberos_endpoint": format!("{login}/kerberos"),
        "tenant_region_scope": region,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    });
    Ok(Json(document).into_response())
}

/// `GET /{tenant}/discovery/keys`: read anew, so that a rotation by the command line is published at once.
pub(super) async fn keys(State(app): State<Tenant>) -> Result<Json<JwkSet>, Fault> {
    app.signer.keep_up(&app.store).await?;
    let issuer = crate::token::issuer(directory(&app.store).await?.as_ref());
    let published = app.signer.published();
    let rsa = published.iter().map(|key| key.jwk(&issuer));
    // Only RSA keys, until an application wants the other kind.
    let ec = if any_es256(&app.store).await? {
        app.signer.published_ec(&issuer)
    } else {
        Vec::new()
    };
    Ok(Json(JwkSet {
        keys: rsa.chain(ec).collect(),
    }))
}
