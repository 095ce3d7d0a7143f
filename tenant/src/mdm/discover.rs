//! Discovery (MS-MDE2 §3.1): which services there are.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::soap::{self, Refusal, reply};
use super::xml::{Element, Ns, el, leaf};
use crate::app::{App, Tenant};
use crate::fault::{Asked, Kind};

const NAMESPACE: &str = "http://schemas.microsoft.com/windows/management/2012/01/enrollment";
pub(super) const ACTION: &str =
    "http://schemas.microsoft.com/windows/management/2012/01/enrollment/IDiscoveryService/Discover";
const ANSWER: &str = "http://schemas.microsoft.com/windows/management/2012/01/enrollment/IDiscoveryService/DiscoverResponse";

/// Versions of the protocol below this are refused: they know no tokens of the directory.
const FLOOR: u32 = 4;
/// The newest that is spoken here.
const NEWEST: u32 = 5;

/// `GET`: there is somebody (200, empty).
pub(super) async fn ping() {}

/// `POST /EnrollmentServer/Discovery.svc`
pub(super) async fn discover(
    State(app): State<Tenant>,
    asked: Option<Extension<Asked>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = match soap::read(&headers, &body, ACTION) {
        Ok(request) => request,
        Err(refusal) => return soap::fault(&refusal, None),
    };
    let kind = asked.map(|Extension(Asked(kind))| kind);
    let answered = match kind.and_then(Refusal::asked) {
        Some(refusal) => Err(refusal),
        None => check(&request.body),
    };
    match answered {
        Ok(version) => reply(
            &request.message_id,
            ANSWER,
            None,
            answer(&app, version, kind),
        ),
        Err(refusal) => soap::fault(&refusal, Some(&request.message_id)),
    }
}

/// Checks the request and gives the version that both sides know.
fn check(body: &Element) -> Result<u32, Refusal> {
    if !body.is(Ns::Discovery, "Discover") {
        return Err(Refusal::format("the body is no Discover"));
    }
    let request = one(body, "request")?.ok_or_else(|| Refusal::format("there is no request"))?;
    let text = |name| Ok::<_, Refusal>(one(request, name)?.map(Element::text).unwrap_or_default());
    let version = text("RequestVersion")?;
    let major = version
        .split_once('.')
        .filter(|(_, minor)| minor.len() <= 3 && minor.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|(major, _)| major.parse::<u32>().ok())
        .ok_or_else(|| Refusal::format("RequestVersion is no version"))?;
    if major < FLOOR {
        return Err(Refusal::NotSupported);
    }
    if !["CIMClient_Windows", "CIMClient_Linux"].contains(&text("DeviceType")?) {
        return Err(Refusal::DeviceNotSupported);
    }
    let address = text("EmailAddress")?;
    if address.len() > 320 || !(address.is_empty() || address.contains('@')) {
        return Err(Refusal::format("EmailAddress is no address"));
    }
    if let Some(policies) = one(request, "AuthPolicies")? {
        let mut all = policies.all(Ns::Discovery, "AuthPolicy");
        if !all.any(|policy| policy.text() == "Federated") {
            return Err(Refusal::NotSupported);
        }
    }
    Ok(major.min(NEWEST))
}

fn one<'a>(parent: &'a Element, name: &str) -> Result<Option<&'a Element>, Refusal> {
    parent
        .one(Ns::Discovery, name)
        .map_err(|error| Refusal::format(&error.to_string()))
}

fn answer(app: &App, version: u32, kind: Option<Kind>) -> super::xml::Node {
    let base = match kind {
        Some(Kind::DiscoverHttp) => app.hosts.manage.replacen("https:", "http:", 1),
        Some(Kind::DiscoverForeignHost) => "https://mdm.elsewhere.example".to_owned(),
        _ => app.hosts.manage.clone(),
    };
    let service = |name: &str| format!("{base}/EnrollmentServer/{name}.svc");
    el("DiscoverResponse").with("xmlns", NAMESPACE).child(
        el("DiscoverResult")
            .child(leaf("AuthPolicy", "Federated"))
            .child(leaf("EnrollmentVersion", format!("{version}.0")))
            .child(leaf("EnrollmentPolicyServiceUrl", service("Policy")))
            .child(leaf("EnrollmentServiceUrl", service("Enrollment"))),
    )
}
