//! User realm: how an account signs in (registration reference §1.6, federation reference §2.1). Tells about domains, never
//! whether a user exists.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::html;
use serde_json::{Map, Value, json};

use crate::account::{Domain, DomainKind, Federation, domain_of};
use crate::app::{App, Tenant};
use crate::error::Fault;
use crate::federation::{REALM, Want, address};

type Parameters = Query<BTreeMap<String, String>>;

/// Which cloud this is.
const INSTANCE: &str = "microsoftonline.com";

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

/// `GET /GetUserRealm.srf?login=…`, in JSON or, with `xml=1`, in XML.
pub(super) async fn legacy(
    State(app): State<Tenant>,
    Query(parameters): Parameters,
) -> Result<Response, Fault> {
    let login = parameters.get("login").cloned().unwrap_or_default();
    let domain = domain_of(&app.store, &login).await?;
    let fields = old(&login, domain.as_ref());
    if parameters.get("xml").is_some_and(|value| value == "1") {
        return Ok((
            [(header::CONTENT_TYPE, "text/xml; charset=utf-8")],
            xml(&fields),
        )
            .into_response());
    }
    let members: Map<String, Value> = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    Ok(Json(members).into_response())
}

fn version(parameters: &BTreeMap<String, String>) -> &str {
    parameters.get("api-version").map_or("2.1", String::as_str)
}

async fn answer(app: &App, user: &str, version: &str) -> Result<Json<Value>, Fault> {
    let domain = domain_of(&app.store, user).await?;
    Ok(Json(if version == "1.0" {
        first(domain)
    } else {
        second(user, domain, version)
    }))
}

/// Version 1.0, which MSAL libraries ask for.
fn first(domain: Option<Domain>) -> Value {
    let Some(domain) = domain else {
        return json!({ "ver": "1.0", "account_type": "Unknown", "cloud_instance_name": INSTANCE });
    };
    let mut answer = json!({
        "ver": "1.0",
        "account_type": word(domain.kind),
        "domain_name": domain.name,
        "cloud_instance_name": INSTANCE,
        "cloud_audience_urn": REALM,
    });
    if let (Some(federation), Some(members)) = (domain.federation, answer.as_object_mut()) {
        members.insert("federation_protocol".to_owned(), json!("WSTrust"));
        // Only what there is: a client that finds an empty address would ask it.
        for (name, url) in [
            ("federation_metadata_url", federation.mex_url),
            ("federation_active_auth_url", federation.active_url),
        ] {
            members.extend(url.map(|url| (name.to_owned(), json!(url))));
        }
    }
    answer
}

/// Versions 2.0 and 2.1.
fn second(user: &str, domain: Option<Domain>, version: &str) -> Value {
    let Some(domain) = domain else {
        return json!({ "NameSpaceType": "Unknown", "Login": user, "cloud_instance_name": INSTANCE });
    };
    let mut answer = json!({
        "NameSpaceType": word(domain.kind),
        "Login": user,
        "DomainName": domain.name,
        "FederationBrandName": domain.brand,
        "TenantBrandingInfo": null,
        "cloud_instance_name": INSTANCE,
    });
    let Some(members) = answer.as_object_mut() else {
        return answer;
    };
    if version != "2.0" {
        members.insert("cloud_audience_urn".to_owned(), json!(REALM));
    }
    if let Some(federation) = domain.federation {
        members.insert("federation_protocol".to_owned(), json!("WSTrust"));
        members.insert("IsDomainVerified".to_owned(), json!(0));
        members.insert("AuthURL".to_owned(), json!(auth_url(&federation, user)));
    }
    answer
}

/// The oldest form: name and value in the order of the answer.
fn old(login: &str, domain: Option<&Domain>) -> Vec<(&'static str, Value)> {
    let Some(domain) = domain else {
        return vec![
            ("State", json!(0)),
            ("UserState", json!(0)),
            ("Login", json!(login)),
            ("NameSpaceType", json!("Unknown")),
        ];
    };
    let mut fields = vec![
        (
            "State",
            json!(if domain.kind == DomainKind::Managed {
                4
            } else {
                3
            }),
        ),
        ("UserState", json!(1)),
        ("Login", json!(login)),
        ("NameSpaceType", json!(word(domain.kind))),
        ("DomainName", json!(domain.name)),
    ];
    if let Some(federation) = &domain.federation {
        fields.push(("FederationGlobalVersion", json!(-1)));
        fields.push(("AuthURL", json!(auth_url(federation, login))));
        fields.extend(
            federation
                .active_url
                .as_ref()
                .map(|url| ("STSAuthURL", json!(url))),
        );
        fields.extend(
            federation
                .mex_url
                .as_ref()
                .map(|url| ("MEXURL", json!(url))),
        );
    }
    fields.push(("FederationBrandName", json!(domain.brand)));
    fields.push(("CloudInstanceName", json!(INSTANCE)));
    fields
}

/// The same as XML.
fn xml(fields: &[(&'static str, Value)]) -> String {
    let members: Vec<String> = fields
        .iter()
        .map(|(name, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            format!("<{name}>{}</{name}>", html! { (text) }.into_string())
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><RealmInfo Success=\"true\">{}</RealmInfo>",
        members.concat()
    )
}

fn word(kind: DomainKind) -> &'static str {
    match kind {
        DomainKind::Managed => "Managed",
        DomainKind::Federated => "Federated",
    }
}

/// The address with the article's parameters; the caller fills in `wctx`.
fn auth_url(federation: &Federation, user: &str) -> String {
    address(federation, Some(user), "", Want::Anything)
}
