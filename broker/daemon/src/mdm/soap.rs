//! SOAP 1.2 envelopes of MS-MDE2: written, and read back to the body or the fault.

use dovetail_shared::Secret;
use dovetail_shared::code::ServerSaid;
use dovetail_shared::encode::b64;
use url::Url;
use uuid::Uuid;

use super::error::{MdmError, fault};
use super::xml::{Out, Xml, XmlError};
use crate::net::{Answer, Ask, Body, Conversation, Net};

/// SOAP 1.2.
pub const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
/// WS-Addressing.
pub const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
/// WS-Security, "secext"; the encoding type hangs on it.
pub const SECURITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
/// Encoding of every binary security token here.
pub const BASE64: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd#base64binary";
/// What the bearer token of an enrollment is.
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// Detail of enrollment faults.
const ENROLLMENT: &str = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment";
/// Longest fault text that is kept, in characters.
const MAX_TEXT: usize = 512;

/// One question.
#[derive(Debug)]
pub struct Question<'a> {
    /// `a:Action`
    pub action: &'a str,
    /// Where it goes; also `a:To`.
    pub url: &'a Url,
    /// Access token for the security header, as the JWT it is.
    pub token: Option<&'a Secret<String>>,
    /// Ties it to the logs.
    pub correlation: &'a str,
}

impl Question<'_> {
    /// The whole envelope around `body`. Secret, because it may carry the token.
    pub fn envelope(&self, body: impl FnOnce(&mut Out)) -> Secret<String> {
        let mut out = Out::default();
        out.open(
            "s:Envelope",
            &[
                ("xmlns:s", SOAP),
                ("xmlns:a", ADDRESSING),
                ("xmlns:wsse", SECURITY),
            ],
        )
        .open("s:Header", &[])
        .leaf("a:Action", &[("s:mustUnderstand", "1")], self.action)
        .leaf("a:MessageID", &[], &format!("urn:uuid:{}", Uuid::new_v4()))
        .open("a:ReplyTo", &[])
        .leaf("a:Address", &[], &format!("{ADDRESSING}/anonymous"))
        .close()
        .leaf("a:To", &[("s:mustUnderstand", "1")], self.url.as_str());
        if let Some(token) = self.token {
            out.open("wsse:Security", &[("s:mustUnderstand", "1")])
                .leaf(
                    "wsse:BinarySecurityToken",
                    &[("ValueType", JWT), ("EncodingType", BASE64)],
                    // The JWT is text already and is encoded once more (reference §1.7).
                    &b64(token.expose()),
                )
                .close();
        }
        out.close().open("s:Body", &[]);
        body(&mut out);
        Secret::new(out.end())
    }

    /// Asks with the shared client.
    pub async fn ask(&self, net: &Net, body: impl FnOnce(&mut Out)) -> Result<Vec<u8>, MdmError> {
        checked(net.ask(self.request(body)).await?)
    }

    /// Asks over a connection that shows a certificate.
    pub async fn ask_as_device(
        &self,
        talk: &Conversation<'_>,
        body: impl FnOnce(&mut Out),
    ) -> Result<Vec<u8>, MdmError> {
        checked(talk.ask(self.request(body)).await?)
    }

    fn request(&self, body: impl FnOnce(&mut Out)) -> Ask<'_> {
        Ask::post(
            self.url,
            Body::Soap(self.envelope(body)),
            self.correlation.to_owned(),
        )
    }
}

/// Faults come with 500 and with 200: the body decides, the status only where there is no envelope.
fn checked(answer: Answer) -> Result<Vec<u8>, MdmError> {
    let good = answer.status == 200;
    if answer.body.is_empty() {
        return Err(if good {
            MdmError::Empty
        } else {
            MdmError::Status(answer.status)
        });
    }
    match read_fault(&answer.body) {
        Ok(None) if good => Ok(answer.body),
        Ok(Some((code, mut said))) => {
            said.http_status = answer.status;
            Err(MdmError::Fault(code, said))
        }
        Err(error) if good => Err(error.into()),
        Ok(None) | Err(_) => Err(MdmError::Status(answer.status)),
    }
}

/// Goes to the first element of the body and gives it to `read`.
pub fn body<T>(
    bytes: &[u8],
    read: impl FnOnce(&mut Xml<'_>, &super::xml::Element) -> Result<T, XmlError>,
) -> Result<T, XmlError> {
    let mut xml = Xml::new(bytes)?;
    xml.root(SOAP, "Envelope")?;
    let mut found = None;
    let mut read = Some(read);
    while let Some(part) = xml.child()? {
        if !part.is(SOAP, "Body") {
            xml.skip()?;
            continue;
        }
        let read = read
            .take()
            .ok_or(XmlError::Unexpected("more than one body"))?;
        let first = xml.child()?.ok_or(XmlError::Unexpected("an empty body"))?;
        found = Some(read(&mut xml, &first)?);
        if xml.child()?.is_some() {
            return Err(XmlError::Unexpected("more than one answer"));
        }
    }
    xml.finish()?;
    found.ok_or(XmlError::Unexpected("no body"))
}

/// The code of a fault, if these bytes are one.
#[cfg(test)]
pub(super) fn fault_of(bytes: &[u8]) -> Option<dovetail_shared::Code> {
    read_fault(bytes).ok().flatten().map(|(code, _)| code)
}

pub(super) fn read_fault(
    bytes: &[u8],
) -> Result<Option<(dovetail_shared::Code, ServerSaid)>, XmlError> {
    body(bytes, |xml, first| {
        if !first.is(SOAP, "Fault") {
            xml.skip()?;
            return Ok(None);
        }
        let (mut subcode, mut kind) = (String::new(), None);
        let mut said = ServerSaid::default();
        while let Some(part) = xml.child()? {
            match part.name.as_str() {
                "Code" => read_code(xml, &mut subcode)?,
                "Reason" => {
                    while let Some(text) = xml.child()? {
                        if text.name == "Text" {
                            said.message = cut(&xml.text()?);
                        } else {
                            xml.skip()?;
                        }
                    }
                }
                "Detail" => read_detail(xml, &mut kind, &mut said)?,
                _ => xml.skip()?,
            }
        }
        said.error = cut(kind.as_deref().unwrap_or(&subcode));
        Ok(Some((fault(&subcode, kind.as_deref()), said)))
    })
}

fn read_code(xml: &mut Xml<'_>, subcode: &mut String) -> Result<(), XmlError> {
    while let Some(part) = xml.child()? {
        if part.name != "Subcode" {
            xml.skip()?;
            continue;
        }
        while let Some(value) = xml.child()? {
            if value.name == "Value" {
                *subcode = xml.text()?;
            } else {
                xml.skip()?;
            }
        }
    }
    Ok(())
}

fn read_detail(
    xml: &mut Xml<'_>,
    kind: &mut Option<String>,
    said: &mut ServerSaid,
) -> Result<(), XmlError> {
    while let Some(part) = xml.child()? {
        if !part.is(ENROLLMENT, "DeviceEnrollmentServiceError") {
            xml.skip()?;
            continue;
        }
        while let Some(field) = xml.child()? {
            match field.name.as_str() {
                "ErrorType" => *kind = Some(xml.text()?),
                "Message" => said.message = cut(&xml.text()?),
                "TraceId" => said.request_id = cut(&xml.text()?),
                _ => xml.skip()?,
            }
        }
    }
    Ok(())
}

fn cut(text: &str) -> String {
    text.trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_TEXT)
        .collect()
}

#[cfg(test)]
mod tests {
    use dovetail_shared::Code;

    use super::*;

    fn answer(status: u16, body: &str) -> Result<Vec<u8>, MdmError> {
        checked(Answer {
            status,
            body: body.as_bytes().to_vec(),
            date: None,
        })
    }

    /// The shape of MS-MDE2 §2.2.10, with the lower-case `receiver` of its sample.
    const FAULT: &str = r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">
      <s:Header><a:Action s:mustUnderstand="1">http://schemas.microsoft.com/windows/pki/2009/01/enrollment/rstrc/wstep</a:Action></s:Header>
      <s:Body><s:Fault>
        <s:Code><s:Value>s:receiver</s:Value><s:Subcode><s:Value>s:authorization</s:Value></s:Subcode></s:Code>
        <s:Reason><s:Text xml:lang="en-us">refused</s:Text></s:Reason>
        <s:Detail><DeviceEnrollmentServiceError xmlns="http://schemas.microsoft.com/windows/pki/2009/01/enrollment">
          <ErrorType>DeviceCapReached</ErrorType><Message>device cap reached</Message><TraceId>2493ee37</TraceId>
        </DeviceEnrollmentServiceError></s:Detail>
      </s:Fault></s:Body></s:Envelope>"#;

    /// Services send faults with 500 and with 200; both are the fault.
    #[test]
    fn a_fault_is_read_whatever_the_status() {
        for status in [200, 500] {
            let error = answer(status, FAULT).unwrap_err();
            assert_eq!(error.code(), Code::MDM_DEVICE_CAP);
            let said = error.said().unwrap();
            assert_eq!(
                (
                    said.http_status,
                    said.error.as_str(),
                    said.message.as_str(),
                    said.request_id.as_str()
                ),
                (status, "DeviceCapReached", "device cap reached", "2493ee37")
            );
        }
    }

    /// A proxy's page, nothing at all, or half an answer: a code each, and no enrollment.
    #[test]
    fn what_is_no_envelope_is_no_answer() {
        assert_eq!(answer(200, "").unwrap_err().code(), Code::MDM_EMPTY);
        assert_eq!(
            answer(502, "<html>").unwrap_err().code(),
            Code::MDM_INTERNAL
        );
        assert_eq!(
            answer(401, "").unwrap_err().code(),
            Code::MDM_AUTHENTICATION
        );
        let half = FAULT.get(..FAULT.len() / 2).unwrap();
        assert_eq!(answer(200, half).unwrap_err().code(), Code::MDM_SESSION);
        let two = FAULT.replace("</s:Fault>", "</s:Fault><s:Fault/>");
        assert_eq!(answer(200, &two).unwrap_err().code(), Code::MDM_SESSION);
    }

    /// The token stands in the header, encoded once more, and never in what is printed.
    #[test]
    fn a_question_has_its_header() {
        let url =
            Url::parse("https://mdm.contoso.test/EnrollmentServer/Policy.svc?a=1&b=2").unwrap();
        let token = Secret::new("eyJ.a.b".to_owned());
        let question = Question {
            action: "http://a/b",
            url: &url,
            token: Some(&token),
            correlation: "c",
        };
        let envelope = question.envelope(|out| {
            out.leaf("x", &[], "1");
        });
        let text = envelope.expose();
        assert!(
            text.contains("&amp;b=2") && text.contains(&b64("eyJ.a.b")),
            "{text}"
        );
        assert!(text.contains(r#"ValueType="urn:ietf:params:oauth:token-type:jwt""#));
        let content = body(text.as_bytes(), |xml, first| {
            assert!(first.is("", "x"));
            xml.text()
        });
        assert_eq!(content.unwrap(), "1");
        assert!(!format!("{question:?}{envelope:?}").contains("eyJ"));
    }
}
