//! RequestSecurityToken (MS-WSTEP §3.1.4, reference §1.7, §1.8.1): a certificate request goes out, a provisioning document
//! comes back.

use dovetail_shared::Secret;
use dovetail_shared::encode::{b64, from_b64};
use url::Url;

use super::error::MdmError;
use super::soap::{self, BASE64, Question, SECURITY};
use super::xml::{Out, Xml, XmlError};
use super::{discover, machine};
use crate::net::{Conversation, Net};

pub(super) const ACTION: &str =
    "http://schemas.microsoft.com/windows/pki/2009/01/enrollment/RST/wstep";
const TRUST: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
const AUTHORIZATION: &str = "http://schemas.xmlsoap.org/ws/2006/12/authorization";
const TOKEN: &str =
    "http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentToken";
pub(super) const ISSUE: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue";
pub(super) const RENEW: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Renew";
pub(super) const PKCS10: &str =
    "http://schemas.microsoft.com/windows/pki/2009/01/enrollment#PKCS10";
pub(super) const PKCS7: &str = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment#PKCS7";
const DOCUMENT: &str = "http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentProvisionDoc";

/// What is said about the device.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Directory's device id, hyphenated.
    pub device_id: &'a str,
    /// What it is called.
    pub device_name: &'a str,
    /// `EnrollmentType`: `Device` for the organisation's, `Full` for one's own.
    pub kind: &'a str,
    /// The terms' blob, unchanged.
    pub terms: Option<&'a Secret<String>>,
}

/// Asks for a first certificate. `csr` is PKCS#10, DER.
pub async fn issue(
    net: &Net,
    url: &Url,
    token: &Secret<String>,
    csr: &[u8],
    context: Context<'_>,
    correlation: &str,
) -> Result<Vec<u8>, MdmError> {
    let question = Question {
        action: ACTION,
        url,
        token: Some(token),
        correlation,
    };
    let answer = question
        .ask(net, |out| request(out, ISSUE, PKCS10, csr, context))
        .await?;
    Ok(soap::body(&answer, response)?)
}

/// Asks for the next certificate with the present one: `cms` is a CMS SignedData around the request. `talk` shows the
/// present certificate.
pub async fn renew(
    talk: &Conversation<'_>,
    url: &Url,
    cms: &[u8],
    context: Context<'_>,
    correlation: &str,
) -> Result<Vec<u8>, MdmError> {
    let question = Question {
        action: ACTION,
        url,
        token: None,
        correlation,
    };
    let answer = question
        .ask_as_device(talk, |out| request(out, RENEW, PKCS7, cms, context))
        .await?;
    Ok(soap::body(&answer, response)?)
}

pub(super) fn request(
    out: &mut Out,
    kind: &str,
    value_type: &str,
    bytes: &[u8],
    context: Context<'_>,
) {
    out.open("wst:RequestSecurityToken", &[("xmlns:wst", TRUST)])
        .leaf("wst:TokenType", &[], TOKEN)
        .leaf("wst:RequestType", &[], kind)
        .leaf(
            "wsse:BinarySecurityToken",
            &[("ValueType", value_type), ("EncodingType", BASE64)],
            &b64(bytes),
        )
        .open("ac:AdditionalContext", &[("xmlns:ac", AUTHORIZATION)]);
    let version = machine::version();
    let (hardware, locale) = (machine::hardware_id(), machine::locale());
    let items = [
        ("UXInitiated", "true"),
        ("HWDevID", &hardware),
        ("Locale", &locale),
        ("TargetedUserLoggedIn", "true"),
        ("OSEdition", machine::EDITION),
        ("DeviceName", context.device_name),
        ("DeviceID", context.device_id),
        ("EnrollmentType", context.kind),
        ("DeviceType", machine::DEVICE_TYPE),
        ("OSVersion", &version),
        ("ApplicationVersion", &version),
        ("NotInOobe", "true"),
        ("RequestVersion", discover::VERSION),
        ("BulkAADJ", "false"),
    ];
    for (name, value) in items {
        item(out, name, value);
    }
    if let Some(terms) = context.terms {
        item(out, "EnrollmentData", terms.expose());
    }
    for mac in machine::macs() {
        item(out, "MAC", &mac);
    }
}

fn item(out: &mut Out, name: &str, value: &str) {
    out.open("ac:ContextItem", &[("Name", name)])
        .leaf("ac:Value", &[], value)
        .close();
}

/// The one document in the collection.
pub(super) fn response(
    xml: &mut Xml<'_>,
    first: &super::xml::Element,
) -> Result<Vec<u8>, XmlError> {
    if !first.is(TRUST, "RequestSecurityTokenResponseCollection") {
        return Err(XmlError::Unexpected("another answer than a token"));
    }
    let mut document = None;
    while let Some(answer) = xml.child()? {
        if !answer.is(TRUST, "RequestSecurityTokenResponse") {
            xml.skip()?;
            continue;
        }
        while let Some(part) = xml.child()? {
            if !part.is(TRUST, "RequestedSecurityToken") {
                xml.skip()?;
                continue;
            }
            while let Some(token) = xml.child()? {
                let ours = token.is(SECURITY, "BinarySecurityToken")
                    && token.attribute("ValueType") == Some(DOCUMENT);
                if !ours {
                    xml.skip()?;
                } else if document.replace(xml.text()?).is_some() {
                    return Err(XmlError::Unexpected("two provisioning documents"));
                }
            }
        }
    }
    let text = document.ok_or(XmlError::Unexpected("no provisioning document"))?;
    let text: String = text.split_ascii_whitespace().collect();
    from_b64(&text).map_err(|_| XmlError::Unexpected("a document that is not base64"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shape of MS-WSTEP §4.1 as MS-MDE2 §3.4 uses it.
    fn answer(inner: &str) -> String {
        format!(
            r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"
 xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"><s:Header>
<a:Action s:mustUnderstand="1">http://schemas.microsoft.com/windows/pki/2009/01/enrollment/RSTRC/wstep</a:Action>
<o:Security s:mustUnderstand="1" xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">
<u:Timestamp u:Id="_0"><u:Created>2012-08-02T00:32:59.420Z</u:Created><u:Expires>2012-08-02T00:37:59.420Z</u:Expires></u:Timestamp></o:Security></s:Header>
<s:Body><RequestSecurityTokenResponseCollection xmlns="http://docs.oasis-open.org/ws-sx/ws-trust/200512"><RequestSecurityTokenResponse>
<TokenType>http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentToken</TokenType>
<DispositionMessage xmlns="http://schemas.microsoft.com/windows/pki/2009/01/enrollment"/><RequestedSecurityToken>{inner}</RequestedSecurityToken>
<RequestID xmlns="http://schemas.microsoft.com/windows/pki/2009/01/enrollment">0</RequestID></RequestSecurityTokenResponse>
</RequestSecurityTokenResponseCollection></s:Body></s:Envelope>"#
        )
    }

    const TOKEN_ELEMENT: &str = r#"<BinarySecurityToken ValueType="http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentProvisionDoc"
 EncodingType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd#base64binary"
 xmlns="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">PGEv
 Pg==</BinarySecurityToken>"#;

    /// The document is taken out; none, two, or one of another type is a refusal.
    #[test]
    fn one_document_is_taken_out() {
        let read = |inner: &str| soap::body(answer(inner).as_bytes(), response);
        assert_eq!(read(TOKEN_ELEMENT).unwrap(), b"<a/>");
        assert!(read("").is_err());
        assert!(read(&TOKEN_ELEMENT.repeat(2)).is_err());
        assert!(read(&TOKEN_ELEMENT.replace("ProvisionDoc", "Else")).is_err());
        assert!(read(&TOKEN_ELEMENT.replace("PGEv", "*")).is_err());
    }

    /// What goes out has the request, the terms unchanged, and the device; what is said is true of this machine.
    #[test]
    fn the_request_names_the_device() {
        let mut out = Out::default();
        let blob = Secret::new("a+b/c==&<".to_owned());
        let context = Context {
            device_id: "00166477-081e-4bc4-b2f2-468326ef9428",
            device_name: "laptop",
            kind: "Device",
            terms: Some(&blob),
        };
        out.open("r", &[("xmlns:wsse", SECURITY)]);
        request(&mut out, ISSUE, PKCS10, &[1, 2, 3], context);
        let text = out.end();
        let mut items = Vec::new();
        let mut xml = Xml::new(text.as_bytes()).unwrap();
        xml.root("", "r").unwrap();
        assert!(
            xml.child()
                .unwrap()
                .unwrap()
                .is(TRUST, "RequestSecurityToken")
        );
        while let Some(part) = xml.child().unwrap() {
            match part.name.as_str() {
                "TokenType" => assert_eq!(xml.text().unwrap(), TOKEN),
                "RequestType" => assert_eq!(xml.text().unwrap(), ISSUE),
                "BinarySecurityToken" => {
                    assert_eq!(part.attribute("ValueType"), Some(PKCS10));
                    assert_eq!(part.attribute("EncodingType"), Some(BASE64));
                    assert_eq!(xml.text().unwrap(), "AQID");
                }
                "AdditionalContext" => {
                    while let Some(item) = xml.child().unwrap() {
                        assert!(xml.child().unwrap().unwrap().is(AUTHORIZATION, "Value"));
                        let value = xml.text().unwrap();
                        items.push((item.attribute("Name").unwrap().to_owned(), value));
                        assert_eq!(xml.child(), Ok(None));
                    }
                }
                other => panic!("{other}"),
            }
        }
        let value = |name: &str| {
            let found: Vec<_> = items.iter().filter(|(known, _)| known == name).collect();
            assert_eq!(found.len(), 1, "{name}");
            found[0].1.as_str()
        };
        assert_eq!(value("EnrollmentData"), "a+b/c==&<");
        assert_eq!(value("DeviceID"), context.device_id);
        assert_eq!(value("DeviceName"), "laptop");
        assert_eq!(value("EnrollmentType"), "Device");
        assert_eq!(value("OSVersion"), machine::version());
        assert_eq!(value("HWDevID").len(), 64);
    }
}
