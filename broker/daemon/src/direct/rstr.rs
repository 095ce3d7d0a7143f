//! The service's answer: an assertion, taken out byte for byte, because its signature is over those bytes; or a fault.

use dovetail_shared::Secret;
use dovetail_shared::code::ServerSaid;

use super::error::DirectError;
use super::rst::Version;
use crate::mdm::soap::{self, SOAP};
use crate::mdm::xml::{Element, Xml, XmlError};
use crate::net::Answer;

/// Longest fault text that is kept, in characters.
const MAX_TEXT: usize = 512;
/// The fault of a wrong password, whatever its namespace (WS-Security §12; services put it into several).
const FAILED: &str = "FailedAuthentication";

/// Which SAML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saml {
    /// SAML 1.1; its namespace says 1.0.
    One,
    /// SAML 2.0
    Two,
}

/// An assertion.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) saml: Saml,
    /// Unchanged.
    pub(super) xml: Secret<String>,
}

enum Said {
    Token(Token),
    Fault { reason: String, subcode: String },
}

/// Reads an answer to a request of that version.
pub(super) fn read(answer: &Answer, version: Version) -> Result<Token, DirectError> {
    let said = soap::body(&answer.body, |xml, first| {
        if first.is(SOAP, "Fault") {
            return fault(xml);
        }
        if first.is(version.space(), "RequestSecurityTokenResponseCollection") {
            let inner = xml
                .child()?
                .ok_or(XmlError::Unexpected("an empty collection"))?;
            let token = response(xml, &inner, version)?;
            if xml.child()?.is_some() {
                return Err(XmlError::Unexpected("more than one answer"));
            }
            return Ok(Said::Token(token));
        }
        response(xml, first, version).map(Said::Token)
    });
    match said {
        Ok(Said::Token(token)) if answer.status == 200 => Ok(token),
        Ok(Said::Fault { reason, subcode }) => {
            let failed = subcode.rsplit(':').next() == Some(FAILED);
            let said = Box::new(ServerSaid {
                http_status: answer.status,
                error: subcode,
                message: reason,
                request_id: String::new(),
            });
            Err(if failed {
                DirectError::WrongPassword(said)
            } else {
                DirectError::Fault(said)
            })
        }
        Err(error) if answer.status == 200 => Err(error.into()),
        Ok(Said::Token(_)) | Err(_) => Err(DirectError::Status(answer.status)),
    }
}

fn response(xml: &mut Xml<'_>, element: &Element, version: Version) -> Result<Token, XmlError> {
    if !element.is(version.space(), "RequestSecurityTokenResponse") {
        return Err(XmlError::Unexpected(
            "another answer than one to our request",
        ));
    }
    let mut found = None;
    while let Some(part) = xml.child()? {
        if !part.is(version.space(), "RequestedSecurityToken") {
            xml.skip()?;
            continue;
        }
        let inner = xml.child()?.ok_or(XmlError::Unexpected("no token"))?;
        let saml = match (inner.space.as_str(), inner.name.as_str()) {
            ("urn:oasis:names:tc:SAML:1.0:assertion", "Assertion") => Saml::One,
            ("urn:oasis:names:tc:SAML:2.0:assertion", "Assertion") => Saml::Two,
            _ => return Err(XmlError::Unexpected("a token that is no assertion")),
        };
        let xml_text = Secret::new(xml.whole()?.to_owned());
        let token = Token {
            saml,
            xml: xml_text,
        };
        if found.replace(token).is_some() || xml.child()?.is_some() {
            return Err(XmlError::Unexpected("more than one token"));
        }
    }
    found.ok_or(XmlError::Unexpected("no token"))
}

fn fault(xml: &mut Xml<'_>) -> Result<Said, XmlError> {
    let (mut reason, mut subcode) = (String::new(), String::new());
    while let Some(part) = xml.child()? {
        match part.name.as_str() {
            "Code" => inner(xml, "Subcode", &mut |xml| {
                inner(xml, "Value", &mut |xml| {
                    subcode = short(&xml.text()?, 64);
                    Ok(())
                })
            })?,
            "Reason" => inner(xml, "Text", &mut |xml| {
                reason = short(&xml.text()?, MAX_TEXT);
                Ok(())
            })?,
            _ => xml.skip()?,
        }
    }
    Ok(Said::Fault { reason, subcode })
}

/// The children of that name, in SOAP's namespace; the others are passed over.
fn inner(
    xml: &mut Xml<'_>,
    name: &str,
    take: &mut dyn FnMut(&mut Xml<'_>) -> Result<(), XmlError>,
) -> Result<(), XmlError> {
    while let Some(element) = xml.child()? {
        if element.is(SOAP, name) {
            take(xml)?;
        } else {
            xml.skip()?;
        }
    }
    Ok(())
}

fn short(text: &str, longest: usize) -> String {
    text.trim()
        .chars()
        .filter(|letter| !letter.is_control())
        .take(longest)
        .collect()
}

#[cfg(test)]
#[path = "test/rstr.rs"]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests;
