//! User realm: how an account signs in (registration reference §1.6). Tells about domains, never whether a user exists.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde_json::{Value, json};

use crate::account::{Domain, DomainKind, domain};
use crate::app::{App, Tenant};
use crate::error::Fault;

type Parameters = Query<BTreeMap<String, String>>;

/// `GET /common/userrealm/?user=…&api-version=2.1`
pub(super) async fn by_query(
    State(app): State<Tenant>,
    Query(parameters): Parameters,
) -> Result<Json<Value>, Fault> {
    let user = parameters.get("user").cloned().unwrap_or_default();
    answer(&app, &user, version(&parameters)).await
}

/// `GET /common/userrealm/{user}?api-version=…`
pub(super) async fn by_path(
    State(app): State<Tenant>,
    Path((_, user)): Path<(String, String)>,
    Query(parameters): Parameters,
) -> Result<Json<Value>, Fault> {
    answer(&app, &user, version(&parameters)).await
}

/// `GET /GetUserRealm.srf?login=…`
pub(super) async fn legacy(
    State(app): State<Tenant>,
    Query(parameters): Parameters,
) -> Result<Json<Value>, Fault> {
    let login = parameters.get("login").cloned().unwrap_or_default();
    let domain = look_up(&app, &login).await?;
    Ok(Json(match domain {
        Some(domain) => json!({
            "State": if domain.kind == DomainKind::Managed { 4 } else { 3 },
            "UserState": 1,
            "Login": login,
            "NameSpaceType": word(domain.kind),
            "DomainName": domain.name,
            "FederationGlobalVersion": -1,
            "AuthURL": domain.passive_url.as_deref().map(|url| auth_url(url, &login)),
            "FederationBrandName": domain.brand,
            "CloudInstanceName": "microsoftonline.com",
        }),
        None => json!({ "State": 0, "UserState": 0, "Login": login, "NameSpaceType": "Unknown" }),
    }))
}

fn version(parameters: &BTreeMap<String, String>) -> &str {
    parameters.get("api-version").map_or("2.1", String::as_str)
}

async fn look_up(app: &App, user: &str) -> Result<Option<Domain>, Fault> {
    match user.rsplit_once('@') {
        Some((_, name)) => Ok(domain(&app.store, name).await?),
        None => Ok(None),
    }
}

async fn answer(app: &App, user: &str, version: &str) -> Result<Json<Value>, Fault> {
    let domain = look_up(app, user).await?;
    Ok(Json(if version == "1.0" {
        first(domain)
    } else {
        second(user, domain)
    }))
}

/// Version 1.0, which MSAL libraries ask for.
fn first(domain: Option<Domain>) -> Value {
    let Some(domain) = domain else {
        return json!({ "ver": "1.0", "account_type": "Unknown", "cloud_instance_name": "microsoftonline.com" });
    };
    let mut answer = json!({
        "ver": "1.0",
        "account_type": word(domain.kind),
        "domain_name": domain.name,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    });
    if let (DomainKind::Federated, Some(members)) = (domain.kind, answer.as_object_mut()) {
        members.insert("federation_protocol".to_owned(), json!("WSTrust"));
    }
    answer
}

/// Versions 2.0 and 2.1.
fn second(user: &str, domain: Option<Domain>) -> Value {
    let Some(domain) = domain else {
        return json!({ "NameSpaceType": "Unknown", "Login": user, "cloud_instance_name": "microsoftonline.com" });
    };
    let mut answer = json!({
        "NameSpaceType": word(domain.kind),
        "Login": user,
        "DomainName": domain.name,
        "FederationBrandName": domain.brand,
        "TenantBrandingInfo": null,
        "cloud_instance_name": "microsoftonline.com",
    });
    if let (DomainKind::Federated, Some(members)) = (domain.kind, answer.as_object_mut()) {
        members.insert("federation_protocol".to_owned(), json!("WSTrust"));
        members.insert("IsDomainVerified".to_owned(), json!(0));
        members.insert(
            "AuthURL".to_owned(),
            json!(domain.passive_url.as_deref().map(|url| auth_url(url, user))),
        );
    }
    answer
}

fn word(kind: DomainKind) -> &'static str {
    match kind {
        DomainKind::Managed => "Managed",
        DomainKind::Federated => "Federated",
    }
}

/// The passive URL with the article's parameters.
fn auth_url(passive: &str, user: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("username", user)
        .append_pair("wa", "wsignin1.0")
        .append_pair("wtrealm", "urn:federation:MicrosoftOnline")
        .append_pair("wctx", "")
        .finish();
    format!("{passive}?{query}")
}
