//! Discovery (MS-MDE2 §3.1, reference §1.5): where policies and certificates are to be had.

use dovetail_shared::Code;
use url::Url;

use super::address;
use super::error::MdmError;
use super::machine;
use super::soap::{self, Question};
use super::xml::{Out, Xml, XmlError};
use crate::config;
use crate::net::Net;

pub(super) const ACTION: &str =
    "http://schemas.microsoft.com/windows/management/2012/01/enrollment/IDiscoveryService/Discover";
const SPACE: &str = "http://schemas.microsoft.com/windows/management/2012/01/enrollment";
/// Version that we speak.
pub const VERSION: &str = "5.0";
/// Lowest version of the service that is talked to: older ones have other tokens. Decimal digits before the point.
const FLOOR: u32 = 4;

/// What the service answered, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Services {
    /// `EnrollmentPolicyServiceUrl`; may be left out for directory enrollments.
    pub policy: Option<Url>,
    /// `EnrollmentServiceUrl`
    pub enrollment: Url,
}

/// Asks the address of the verified token.
pub async fn discover(
    net: &Net,
    url: &Url,
    upn: &str,
    correlation: &str,
    config: &config::Management,
) -> Result<Services, MdmError> {
    let question = Question {
        action: ACTION,
        url,
        token: None,
        correlation,
    };
    let answer = question.ask(net, |out| request(out, upn)).await?;
    read(&answer, url, config)
}

pub(super) fn request(out: &mut Out, upn: &str) {
    out.open("Discover", &[("xmlns", SPACE)])
        .open("request", &[])
        .leaf("EmailAddress", &[], upn)
        .leaf("RequestVersion", &[], VERSION)
        .leaf("DeviceType", &[], machine::DEVICE_TYPE)
        .leaf("ApplicationVersion", &[], &machine::version())
        .leaf("OSEdition", &[], machine::EDITION)
        .open("AuthPolicies", &[])
        .leaf("AuthPolicy", &[], "Federated");
}

#[derive(Default)]
struct Said {
    auth: String,
    version: String,
    policy: Option<String>,
    enrollment: Option<String>,
}

pub(super) fn read(
    answer: &[u8],
    base: &Url,
    config: &config::Management,
) -> Result<Services, MdmError> {
    let said = soap::body(answer, |xml, first| {
        if !first.is(SPACE, "DiscoverResponse") {
            return Err(XmlError::Unexpected("another answer than DiscoverResponse"));
        }
        let mut said = None;
        while let Some(part) = xml.child()? {
            if part.is(SPACE, "DiscoverResult") && said.is_none() {
                said = Some(result(xml)?);
            } else {
                xml.skip()?;
            }
        }
        said.ok_or(XmlError::Unexpected("no DiscoverResult"))
    })?;
    let refused = |text: &str| {
        let said = dovetail_shared::code::ServerSaid {
            message: text.to_owned(),
            ..Default::default()
        };
        MdmError::Fault(Code::MDM_NOT_SUPPORTED, said)
    };
    if said.auth != "Federated" {
        return Err(refused("the service does not take the directory's sign-in"));
    }
    // Where it is left out, the first version is meant (MS-MDE2 §2.2.2.2).
    let major = said.version.split('.').next().unwrap_or_default();
    if major.parse::<u32>().unwrap_or(0) < FLOOR {
        return Err(refused("the service speaks only older versions"));
    }
    let near = |text: &str| address::named_by(base, text, config).map_err(|_| MdmError::Redirect);
    let enrollment = said
        .enrollment
        .as_deref()
        .ok_or(XmlError::Unexpected("no EnrollmentServiceUrl"))?;
    let services = Services {
        policy: said.policy.as_deref().map(near).transpose()?,
        enrollment: near(enrollment)?,
    };
    // Policies and certificates come from one host (reference §1.5).
    let one = services
        .policy
        .as_ref()
        .is_none_or(|policy| policy.host() == services.enrollment.host());
    if one {
        Ok(services)
    } else {
        Err(MdmError::Redirect)
    }
}

fn result(xml: &mut Xml<'_>) -> Result<Said, XmlError> {
    let mut said = Said::default();
    while let Some(field) = xml.child()? {
        let text = xml.text()?.trim().to_owned();
        match field.name.as_str() {
            "AuthPolicy" => said.auth = text,
            "EnrollmentVersion" => said.version = text,
            "EnrollmentPolicyServiceUrl" if !text.is_empty() => once(&mut said.policy, text)?,
            "EnrollmentServiceUrl" => once(&mut said.enrollment, text)?,
            _ => {}
        }
    }
    Ok(said)
}

/// Two addresses of a kind: which one would be believed?
fn once(place: &mut Option<String>, text: String) -> Result<(), XmlError> {
    if place.replace(text).is_some() {
        return Err(XmlError::Unexpected("the same address twice"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MS-MDE2 §3.1.4.1.1.2: the published shape.
    fn answer(enrollment: &str, policy: &str, version: &str, auth: &str) -> String {
        format!(
            r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">
  <s:Header><a:Action s:mustUnderstand="1">http://schemas.microsoft.com/windows/management/2012/01/enrollment/IDiscoveryService/DiscoverResponse</a:Action>
  <ActivityId CorrelationId="8c6060c4-3d78-4d73-ae17-e8bce88426ee" xmlns="http://schemas.microsoft.com/2004/09/ServiceModel/Diagnostics">8c6060c4</ActivityId>
  <a:RelatesTo>urn:uuid: 748132ec-a575-4329-b01b-6171a9cf8478</a:RelatesTo></s:Header>
  <s:Body xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <DiscoverResponse xmlns="http://schemas.microsoft.com/windows/management/2012/01/enrollment"><DiscoverResult>
    <AuthPolicy>{auth}</AuthPolicy><EnrollmentVersion>{version}</EnrollmentVersion>
    <EnrollmentPolicyServiceUrl>{policy}</EnrollmentPolicyServiceUrl>
    <EnrollmentServiceUrl>{enrollment}</EnrollmentServiceUrl>
  </DiscoverResult></DiscoverResponse></s:Body></s:Envelope>"#
        )
    }

    fn code(enrollment: &str, policy: &str, version: &str, auth: &str) -> Option<Code> {
        let base = Url::parse("https://mdm.contoso.test/EnrollmentServer/Discovery.svc").unwrap();
        let answer = answer(enrollment, policy, version, auth);
        read(answer.as_bytes(), &base, &config::Management::default())
            .err()
            .map(|error| error.code())
    }

    /// [MD-09] A good answer is taken; one of an older version, of another sign-in, or that leads elsewhere is not.
    #[test]
    fn an_answer_that_leads_elsewhere_or_back_is_refused() {
        let (e, p) = (
            "https://mdm.contoso.test/EnrollmentServer/Enrollment.svc",
            "https://mdm.contoso.test/EnrollmentServer/Policy.svc",
        );
        let redirect = Some(Code::MDM_INSECURE_REDIRECT);
        let old = Some(Code::MDM_NOT_SUPPORTED);
        assert_eq!(code(e, p, "4.0", "Federated"), None);
        assert_eq!(code(e, "", "5.0", "Federated"), None);
        assert_eq!(code(e, p, "3.0", "Federated"), old);
        assert_eq!(code(e, p, "", "Federated"), old);
        assert_eq!(code(e, p, "4.0", "OnPremise"), old);
        let http = e.replace("https", "http");
        assert_eq!(code(&http, p, "4.0", "Federated"), redirect);
        let foreign = e.replace("contoso.test", "contoso.test.evil.example");
        assert_eq!(code(&foreign, p, "4.0", "Federated"), redirect);
        assert_eq!(code(e, &foreign, "4.0", "Federated"), redirect);
        let below = e.replace("mdm.", "r.mdm.");
        assert_eq!(code(&below, p, "4.0", "Federated"), redirect, "two hosts");
        let twice = format!("{e}</EnrollmentServiceUrl><EnrollmentServiceUrl>{e}");
        assert_eq!(code(&twice, p, "4.0", "Federated"), Some(Code::MDM_SESSION));
    }
}
