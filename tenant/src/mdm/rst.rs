//! RequestSecurityToken (MS-WSTEP §3.1.4, MS-MDE2 §3.4): read once for first and later certificates.

use super::context::{self, Context};
use super::soap::{Refusal, decode};
use super::xml::{Element, Ns};

const TOKEN: &str =
    "http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentToken";
const ISSUE: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue";
const RENEW: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Renew";
const PKCS10: &str = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment#PKCS10";
const PKCS7: &str = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment#PKCS7";

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A first certificate, for a PKCS#10 request.
    Issue,
    /// A later one, for a PKCS#10 request inside a CMS signed with the old key.
    Renew,
}

/// A request.
#[derive(Debug)]
pub(super) struct Rst {
    pub(super) wanted: Wanted,
    /// PKCS#10 or CMS, DER.
    pub(super) request: Vec<u8>,
    pub(super) context: Context,
}

/// Reads it.
pub(super) fn read(body: &Element) -> Result<Rst, Refusal> {
    if !body.is(Ns::Trust, "RequestSecurityToken") {
        return Err(Refusal::format("the body is no RequestSecurityToken"));
    }
    let known = [
        (Ns::Trust, "TokenType"),
        (Ns::Trust, "RequestType"),
        (Ns::Security, "BinarySecurityToken"),
        (Ns::Authorization, "AdditionalContext"),
        (Ns::Enrollment, "RequestID"),
    ];
    for child in &body.children {
        if !known.iter().any(|(ns, name)| child.is(*ns, name)) {
            return Err(Refusal::format("the request has a part that is not known"));
        }
    }
    let one = |ns, name| {
        body.one(ns, name)
            .map_err(|error| Refusal::format(&error.to_string()))
    };
    if one(Ns::Trust, "TokenType")?.map(Element::text) != Some(TOKEN) {
        return Err(Refusal::format("the token type is not known"));
    }
    let (wanted, kind) = match one(Ns::Trust, "RequestType")?.map(Element::text) {
        Some(ISSUE) => (Wanted::Issue, PKCS10),
        Some(RENEW) => (Wanted::Renew, PKCS7),
        _ => return Err(Refusal::format("the request type is not known")),
    };
    let token = one(Ns::Security, "BinarySecurityToken")?
        .ok_or_else(|| Refusal::format("there is no certificate request"))?;
    if token.attribute(Ns::None, "ValueType") != Some(kind) {
        return Err(Refusal::format(
            "the certificate request is of another type than is wanted",
        ));
    }
    Ok(Rst {
        wanted,
        request: decode(token).map_err(Refusal::CertificateRequest)?,
        context: context::read(body)?,
    })
}
