//! GetPolicies (MS-XCEP §3.1.4): what a certificate request should look like.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::bearer;
use super::settings::{Settings, settings};
use super::soap::{self, Refusal, Request, reply, xsi};
use super::xml::{Node, Ns, el, leaf};
use crate::app::{App, Tenant};
use crate::fault::Asked;

const NAMESPACE: &str = "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy";
pub(super) const ACTION: &str =
    "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy/IPolicy/GetPolicies";
const ANSWER: &str =
    "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy/IPolicy/GetPoliciesResponse";

/// Shortest RSA key that is certified.
const KEY_BITS: &str = "2048";

/// `POST /EnrollmentServer/Policy.svc`
pub(super) async fn policies(
    State(app): State<Tenant>,
    asked: Option<Extension<Asked>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = match soap::read(&headers, &body, ACTION) {
        Ok(request) => request,
        Err(refusal) => return soap::fault(&refusal, None),
    };
    let refused = asked.and_then(|Extension(Asked(kind))| Refusal::asked(kind));
    let answered = match refused {
        Some(refusal) => Err(refusal),
        None => check(&app, &request).await,
    };
    match answered {
        Ok(settings) => reply(&request.message_id, ANSWER, None, answer(&settings)),
        Err(refusal) => soap::fault(&refusal, Some(&request.message_id)),
    }
}

async fn check(app: &App, request: &Request) -> Result<Settings, Refusal> {
    if !request.body.is(Ns::EnrollmentPolicy, "GetPolicies") {
        return Err(Refusal::format("the body is no GetPolicies"));
    }
    for name in ["client", "requestFilter"] {
        request
            .body
            .one(Ns::EnrollmentPolicy, name)
            .map_err(|error| Refusal::format(&error.to_string()))?;
    }
    bearer::user(app, request.token.as_deref()).await?;
    Ok(settings(&app.store).await?)
}

fn answer(settings: &Settings) -> Node {
    let nil = |name| el(name).nil();
    let validity = el("certificateValidity")
        .child(leaf(
            "validityPeriodSeconds",
            settings.certificate_life_secs.to_string(),
        ))
        .child(leaf(
            "renewalPeriodSeconds",
            (settings.renew_days * 86_400).to_string(),
        ));
    let key = el("privateKeyAttributes")
        .child(leaf("minimalKeyLength", KEY_BITS))
        .children(
            [
                "keySpec",
                "keyUsageProperty",
                "permissions",
                "algorithmOIDReference",
            ]
            .map(nil),
        )
        .child(el("cryptoProviders").child(leaf("provider", "Microsoft Platform Crypto Provider")));
    let attributes = el("attributes")
        .child(leaf("commonName", "DovetailManagement"))
        .child(leaf("policySchema", "3"))
        .child(validity)
        .child(
            el("permission")
                .child(leaf("enroll", "true"))
                .child(leaf("autoEnroll", "false")),
        )
        .child(key)
        .child(
            el("revision")
                .child(leaf("majorRevision", "101"))
                .child(leaf("minorRevision", "0")),
        )
        .children(
            [
                "supersededPolicies",
                "privateKeyFlags",
                "subjectNameFlags",
                "enrollmentFlags",
                "generalFlags",
            ]
            .map(nil),
        )
        .child(leaf("hashAlgorithmOIDReference", "0"))
        .children(["rARequirements", "keyArchivalAttributes", "extensions"].map(nil));
    let policy = el("policy")
        .child(leaf("policyOIDReference", "0"))
        .child(nil("cAs"))
        .child(attributes);
    let response = el("response")
        .child(leaf("policyID", "dovetail-management"))
        .children(
            [
                "policyFriendlyName",
                "nextUpdateHours",
                "policiesNotChanged",
            ]
            .map(nil),
        )
        .child(el("policies").child(policy));
    let oid = |value, group, id: &str, name| {
        el("oID")
            .child(leaf("value", value))
            .child(leaf("group", group))
            .child(leaf("oIDReferenceID", id))
            .child(leaf("defaultName", name))
    };
    xsi(el("GetPoliciesResponse").with("xmlns", NAMESPACE))
        .child(response)
        .child(nil("cAs"))
        .child(
            el("oIDs")
                .child(oid("2.16.840.1.101.3.4.2.1", "4", "0", "szOID_NIST_sha256"))
                .child(oid("1.2.840.113549.1.1.1", "3", "1", "szOID_RSA_RSA")),
        )
}
