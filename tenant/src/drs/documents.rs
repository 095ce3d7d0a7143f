//! Contract and Discover: where everything is (registration reference §2.1, §2.3; examples in MS-DVRD §4).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, RawPathParams, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::id::well_known::DRS_RESOURCE;
use serde_json::{Value, json};

use crate::account::{Directory, directory, domain, domains};
use crate::app::{App, Tenant};
use crate::error::Fault;
use crate::rule::{AttestationRule, rules};

type Parameters = Query<BTreeMap<String, String>>;

/// `GET /{domain}/EnrollmentServer/contract?api-version=1.0|1.2`
pub(super) async fn contract(
    State(app): State<Tenant>,
    path: RawPathParams,
    Query(parameters): Parameters,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let segment = path.iter().next().map(|(_, value)| value.to_owned());
    let Some((directory, name)) = named(&app, segment.as_deref()).await? else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let whole = match parameters.get("api-version").map(String::as_str) {
        Some("1.0") => false,
        Some("1.2") => true,
        _ => {
            return Ok(
                (StatusCode::BAD_REQUEST, "api-version must be 1.0 or 1.2\n").into_response(),
            );
        }
    };
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("application/xml");
    let wants = |kind: &str| {
        accept
            .split(',')
            .any(|word| word.trim().split(';').next() == Some(kind))
    };
    let document = document(&app, &directory, &name, whole).await?;
    if wants("application/json") {
        return Ok(Json(document).into_response());
    }
    if wants("application/xml") || wants("*/*") {
        return Ok((
            [(header::CONTENT_TYPE, "application/xml; charset=utf-8")],
            xml(&document),
        )
            .into_response());
    }
    Ok(StatusCode::NOT_ACCEPTABLE.into_response())
}

/// `GET /{domain}/Discover?api-version=1.9&managed=True`
pub(super) async fn discover(
    State(app): State<Tenant>,
    path: RawPathParams,
) -> Result<Response, Fault> {
    let segment = path.iter().next().map(|(_, value)| value.to_owned());
    let Some((directory, name)) = named(&app, segment.as_deref()).await? else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let mut document = document(&app, &directory, &name, true).await?;
    let (drs, tenant) = (&app.hosts.drs, directory.id);
    if let Some(members) = document.as_object_mut() {
        members.insert("DiscoveryService".to_owned(), json!({ "DiscoveryEndpoint": format!("{drs}/EnrollmentServer/Discover"), "ServiceVersion": "1.9" }));
        members.insert(
            "NonceService".to_owned(),
            service(
                "Endpoint",
                "ResourceId",
                &format!("{drs}/EnrollmentServer/nonce/{tenant}/"),
                "1.0",
            ),
        );
        members.insert(
            "DeviceManagementService".to_owned(),
            service(
                "DeviceManagementEndpoint",
                "DeviceManagementResourceId",
                &format!("{drs}/manage/{tenant}/"),
                "1.0",
            ),
        );
        members.insert(
            "WebAuthNService".to_owned(),
            service(
                "WebAuthNEndpoint",
                "WebAuthNResourceId",
                &format!("{drs}/webauthn/{tenant}/"),
                "1.0",
            ),
        );
        members.insert("TenantInfo".to_owned(), json!({ "TenantId": tenant, "TenantName": directory.name, "DisplayName": directory.display_name }));
        members.insert(
            "AzureRbacService".to_owned(),
            json!({ "RbacPolicyEndpoint": "https://pas.windows.net" }),
        );
    }
    Ok(Json(document).into_response())
}

/// Directory, and the name that endpoints of it are written with: the domain asked for, or the tenant's first.
async fn named(
    app: &App,
    segment: Option<&str>,
) -> Result<Option<(Arc<Directory>, String)>, Fault> {
    let directory = directory(&app.store).await?;
    let Some(segment) = segment else {
        let first = domains(&app.store)
            .await?
            .into_iter()
            .next()
            .map(|domain| domain.name);
        let name = first.unwrap_or_else(|| directory.name.clone());
        return Ok(Some((directory, name)));
    };
    if let Some(domain) = domain(&app.store, segment).await? {
        return Ok(Some((directory, domain.name)));
    }
    let known = segment == "common" || segment == directory.id.to_string();
    let id = directory.id.to_string();
    Ok(known.then_some((directory, id)))
}

fn service(endpoint: &str, resource: &str, url: &str, version: &str) -> Value {
    json!({ endpoint: url, resource: DRS_RESOURCE, "ServiceVersion": version })
}

/// Members in the published order; version 1.0 has the first three.
async fn document(
    app: &App,
    directory: &Directory,
    name: &str,
    whole: bool,
) -> Result<Value, Fault> {
    let (drs, login) = (&app.hosts.drs, &app.hosts.login);
    let passive = domain(&app.store, name)
        .await?
        .and_then(|domain| domain.federation)
        .map(|federation| federation.passive_url);
    let mut document = serde_json::Map::new();
    let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
    put(
        "DeviceRegistrationService",
        service(
            "RegistrationEndpoint",
            "RegistrationResourceId",
            &format!("{drs}/EnrollmentServer/DeviceEnrollmentWebService.svc"),
            "1.0",
        ),
    );
    put(
        "AuthenticationService",
        json!({ "OAuth2": { "AuthCodeEndpoint": format!("{login}/{name}/oauth2/authorize"), "TokenEndpoint": format!("{login}/{name}/oauth2/token") } }),
    );
    put(
        "IdentityProviderService",
        json!({ "PassiveAuthEndpoint": passive.clone().unwrap_or_else(|| format!("{login}/{}/wsfed", directory.id)) }),
    );
    if whole {
        let mut join = service(
            "JoinEndpoint",
            "JoinResourceId",
            &format!("{drs}/EnrollmentServer/device/"),
            "2.0",
        );
        if rules(&app.store).await?.attestation != AttestationRule::Off
            && let Some(members) = join.as_object_mut()
        {
            members.insert(
                "AttestationEndpoint".to_owned(),
                json!(format!("{drs}/EnrollmentServer/attestation/")),
            );
        }
        put("DeviceJoinService", join);
        let intranet = passive.map_or(Value::Null, |url| json!({ "Endpoints": [url] }));
        put(
            "WebBrowserZones",
            json!({ "Intranet": intranet, "Trusted": { "Endpoints": [format!("{}/", app.hosts.device_login), format!("{drs}/")] }, "Untrusted": null }),
        );
        put(
            "KeyProvisioningService",
            service(
                "KeyProvisionEndpoint",
                "KeyProvisionResourceId",
                &format!("{drs}/EnrollmentServer/key/"),
                "1.0",
            ),
        );
    }
    Ok(Value::Object(document))
}

/// The order in which members are written; `serde_json` keeps them by name.
const ORDER: &[&str] = &[
    "DeviceRegistrationService",
    "AuthenticationService",
    "IdentityProviderService",
    "DeviceJoinService",
    "WebBrowserZones",
    "KeyProvisioningService",
    "RegistrationEndpoint",
    "RegistrationResourceId",
    "JoinEndpoint",
    "JoinResourceId",
    "KeyProvisionEndpoint",
    "KeyProvisionResourceId",
    "ServiceVersion",
    "OAuth2",
    "AuthCodeEndpoint",
    "TokenEndpoint",
    "PassiveAuthEndpoint",
    "Intranet",
    "Trusted",
    "Untrusted",
    "Endpoints",
];

/// The XML form: the same members, except ours.
fn xml(document: &Value) -> String {
    let mut text = String::from(
        r#"<Discovery xmlns="http://schemas.datacontract.org/2004/07/Microsoft.DeviceRegistration.Entities" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">"#,
    );
    members(document, &mut text);
    text.push_str("</Discovery>");
    text
}

#[expect(clippy::format_push_string, reason = "a document of two kilobytes")]
fn members(value: &Value, text: &mut String) {
    for name in ORDER {
        match value.get(*name) {
            None => {}
            Some(Value::Null) => *text += &format!("<{name} i:nil=\"true\"/>"),
            Some(Value::String(word)) => *text += &format!("<{name}>{}</{name}>", escaped(word)),
            Some(Value::Array(uris)) => {
                *text += &format!(
                    "<{name} xmlns:a=\"http://schemas.microsoft.com/2003/10/Serialization/Arrays\">"
                );
                for uri in uris.iter().filter_map(Value::as_str) {
                    *text += &format!("<a:anyURI>{}</a:anyURI>", escaped(uri));
                }
                *text += &format!("</{name}>");
            }
            Some(inner) => {
                *text += &format!("<{name}>");
                members(inner, text);
                *text += &format!("</{name}>");
            }
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published JSON of MS-DVRD §4.3 comes out as the published XML of §4.2 (white space between elements aside).
    #[test]
    fn the_published_document_has_the_published_xml_form() {
        let json = include_str!("../../../shared/tests/vectors/dvrd_contract_1.2.json");
        let published = concat!(
            r#"<Discovery xmlns="http://schemas.datacontract.org/2004/07/Microsoft.DeviceRegistration.Entities" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">"#,
            "<DeviceRegistrationService><RegistrationEndpoint>https://sts.contoso.com/EnrollmentServer/DeviceEnrollmentWebService.svc</RegistrationEndpoint>",
            "<RegistrationResourceId>urn:ms-drs:434DF4A9-3CF2-4C1D-917E-2CD2B72F515A</RegistrationResourceId><ServiceVersion>1.0</ServiceVersion></DeviceRegistrationService>",
            "<AuthenticationService><OAuth2><AuthCodeEndpoint>https://sts.contoso.com/adfs/oauth2/authorize</AuthCodeEndpoint>",
            "<TokenEndpoint>https://sts.contoso.com/adfs/oauth2/token</TokenEndpoint></OAuth2></AuthenticationService>",
            "<IdentityProviderService><PassiveAuthEndpoint>https://sts.contoso.com/adfs/ls</PassiveAuthEndpoint></IdentityProviderService>",
            "<DeviceJoinService><JoinEndpoint>https://sts.contoso.com/EnrollmentServer/device/</JoinEndpoint>",
            "<JoinResourceId>urn:ms-drs:434DF4A9-3CF2-4C1D-917E-2CD2B72F515A</JoinResourceId><ServiceVersion>1.0</ServiceVersion></DeviceJoinService>",
            r#"<WebBrowserZones><Intranet><Endpoints xmlns:a="http://schemas.microsoft.com/2003/10/Serialization/Arrays"><a:anyURI>https://sts.contoso.com/</a:anyURI></Endpoints></Intranet>"#,
            r#"<Trusted i:nil="true"/><Untrusted i:nil="true"/></WebBrowserZones>"#,
            "<KeyProvisioningService><KeyProvisionEndpoint>https://sts.contoso.com/EnrollmentServer/key/</KeyProvisionEndpoint>",
            "<KeyProvisionResourceId>urn:ms-drs:434DF4A9-3CF2-4C1D-917E-2CD2B72F515A</KeyProvisionResourceId><ServiceVersion>1.0</ServiceVersion></KeyProvisioningService>",
            "</Discovery>"
        );
        assert_eq!(xml(&serde_json::from_str(json).unwrap()), published);
    }
}
