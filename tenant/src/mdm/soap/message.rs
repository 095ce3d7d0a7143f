//! A request as it comes in. What must be understood and is not, is refused; what may stand once stands once.

use axum::http::{HeaderMap, header};
use dovetail_shared::encode::from_b64;

use super::refusal::Refusal;
use crate::mdm::xml::{Element, Ns, parse};

const ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// Ends the encoding of every binary token; before it stands the namespace, which writers spell in two ways.
const BASE64: &str = "#base64binary";

/// A request whose frame is good.
#[derive(Debug)]
pub(in crate::mdm) struct Request {
    /// `urn:uuid:…`
    pub(in crate::mdm) message_id: String,
    /// The bearer token of the security header, if there is one.
    pub(in crate::mdm) token: Option<String>,
    /// The one element of the body.
    pub(in crate::mdm) body: Element,
}

/// Reads a request for `action`.
pub(in crate::mdm) fn read(
    headers: &HeaderMap,
    bytes: &[u8],
    action: &str,
) -> Result<Request, Refusal> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    if !kind.trim().eq_ignore_ascii_case("application/soap+xml") {
        return Err(Refusal::format("the content is not application/soap+xml"));
    }
    let mut envelope = parse(bytes).map_err(|error| Refusal::format(&error.to_string()))?;
    if !envelope.is(Ns::Soap, "Envelope") {
        return Err(Refusal::format("the document is no SOAP 1.2 envelope"));
    }
    let body = envelope
        .children
        .pop()
        .filter(|last| last.is(Ns::Soap, "Body"));
    let header = envelope
        .children
        .pop()
        .filter(|first| first.is(Ns::Soap, "Header"));
    let (Some(mut body), Some(header)) = (body, header) else {
        return Err(Refusal::format(
            "the envelope is not one header and one body",
        ));
    };
    if !envelope.children.is_empty() {
        return Err(Refusal::format(
            "the envelope is not one header and one body",
        ));
    }
    let (Some(body), true) = (body.children.pop(), body.children.is_empty()) else {
        return Err(Refusal::format("the body does not hold one element"));
    };
    let message_id = heads(&header, action)?;
    let token = match one(&header, Ns::Security, "Security")? {
        Some(security) => Some(bearer(security)?),
        None => None,
    };
    Ok(Request {
        message_id,
        token,
        body,
    })
}

/// Checks the addressing headers and gives the message's id.
fn heads(header: &Element, action: &str) -> Result<String, Refusal> {
    let known = [
        (Ns::Addressing, "Action"),
        (Ns::Addressing, "MessageID"),
        (Ns::Addressing, "ReplyTo"),
        (Ns::Addressing, "To"),
        (Ns::Security, "Security"),
    ];
    for child in &header.children {
        let must = child.attribute(Ns::Soap, "mustUnderstand");
        let ours = known.iter().any(|(ns, name)| child.is(*ns, name));
        if !ours && matches!(must, Some("1" | "true")) {
            return Err(Refusal::format(
                "a header that must be understood is not known here",
            ));
        }
        if !matches!(must, None | Some("0" | "1" | "true" | "false")) {
            return Err(Refusal::format("mustUnderstand is neither 0 nor 1"));
        }
    }
    let asked = one(header, Ns::Addressing, "Action")?.map(Element::text);
    if asked != Some(action) {
        return Err(Refusal::format("the action is not one of this address"));
    }
    if let Some(reply) = one(header, Ns::Addressing, "ReplyTo")? {
        let address = one(reply, Ns::Addressing, "Address")?.map(Element::text);
        if address != Some(ANONYMOUS) {
            return Err(Refusal::format(
                "answers go back on the same connection only",
            ));
        }
    }
    one(header, Ns::Addressing, "To")?;
    let id = one(header, Ns::Addressing, "MessageID")?
        .map(Element::text)
        .unwrap_or_default();
    let id_is_good = (1..=128).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic());
    if !id_is_good {
        return Err(Refusal::format("the message has no id"));
    }
    Ok(id.to_owned())
}

/// The JWT of a security header. It is base64 text that holds base64url text.
fn bearer(security: &Element) -> Result<String, Refusal> {
    let known = |child: &Element| {
        child.is(Ns::Security, "BinarySecurityToken") || child.is(Ns::Utility, "Timestamp")
    };
    if !security.children.iter().all(known) {
        return Err(Refusal::security("it holds something besides one token"));
    }
    let token = security
        .one(Ns::Security, "BinarySecurityToken")
        .map_err(|_| Refusal::security("it holds two tokens"))?
        .ok_or_else(|| Refusal::security("it holds no token"))?;
    if token.attribute(Ns::None, "ValueType") != Some(JWT) {
        return Err(Refusal::security("the token is of another type than a JWT"));
    }
    let bytes = decode(token).map_err(Refusal::security)?;
    String::from_utf8(bytes).map_err(|_| Refusal::security("the token is not text"))
}

/// The bytes of a binary token: base64, white space allowed (it is wrapped by some).
pub(in crate::mdm) fn decode(token: &Element) -> Result<Vec<u8>, &'static str> {
    let encoding = token
        .attribute(Ns::None, "EncodingType")
        .unwrap_or_default();
    if !encoding.to_ascii_lowercase().ends_with(BASE64) {
        return Err("the token is not encoded in base64");
    }
    let text: String = token
        .text()
        .chars()
        .filter(|character| !character.is_ascii_whitespace())
        .collect();
    from_b64(&text).map_err(|_| "the token is not base64")
}

fn one<'a>(parent: &'a Element, ns: Ns, name: &str) -> Result<Option<&'a Element>, Refusal> {
    parent
        .one(ns, name)
        .map_err(|error| Refusal::format(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use dovetail_shared::encode::b64;

    const ACTION: &str = "urn:act";

    fn headers() -> HeaderMap {
        HeaderMap::from_iter([(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/soap+xml; charset=utf-8"),
        )])
    }

    fn envelope(heads: &str, body: &str) -> String {
        format!(
            "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' xmlns:a='http://www.w3.org/2005/08/addressing' \
             xmlns:wsse='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'>\
             <s:Header>{heads}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
        )
    }

    fn take(heads: &str, body: &str) -> Result<Request, Refusal> {
        read(&headers(), envelope(heads, body).as_bytes(), ACTION)
    }

    const GOOD: &str =
        "<a:Action s:mustUnderstand='1'>urn:act</a:Action><a:MessageID>urn:uuid:1</a:MessageID>";

    fn token(value: &str) -> String {
        format!(
            "{GOOD}<wsse:Security><wsse:BinarySecurityToken ValueType='{JWT}' EncodingType='x#base64binary'>{}</wsse:BinarySecurityToken></wsse:Security>",
            b64(value)
        )
    }

    /// A good frame gives id, token and body.
    #[test]
    fn a_frame_is_read() {
        let request = take(&token("a.b.c"), "<x/>").unwrap();
        assert_eq!(request.message_id, "urn:uuid:1");
        assert_eq!(request.token.as_deref(), Some("a.b.c"));
        assert_eq!(request.body.name, "x");
    }

    /// Repeated and unknown critical parts, foreign actions, and frames of another shape are refused.
    #[test]
    fn a_frame_that_is_not_understood_is_refused() {
        for heads in [
            String::new(),
            format!("{GOOD}{GOOD}"),
            format!("{GOOD}<y s:mustUnderstand='1'/>"),
            format!(
                "{GOOD}<a:ReplyTo><a:Address>http://elsewhere.example/</a:Address></a:ReplyTo>"
            ),
            GOOD.replace("urn:act", "urn:other"),
            GOOD.replace("urn:uuid:1", ""),
            GOOD.replace("'1'", "'2'"),
            token("a").replace("</wsse:Security>", "<y/></wsse:Security>"),
            token("a").replace(JWT, "urn:other"),
            token("a").replace("#base64binary", "#hex"),
            format!("{GOOD}<wsse:Security/>"),
        ] {
            assert!(take(&heads, "<x/>").is_err(), "{heads}");
        }
        for body in ["", "<x/><y/>", "text"] {
            assert!(take(GOOD, body).is_err(), "{body}");
        }
        assert!(take(&format!("{GOOD}<y/>"), "<x/>").is_ok(), "not critical");
        let plain = read(&HeaderMap::new(), envelope(GOOD, "<x/>").as_bytes(), ACTION);
        assert!(plain.is_err(), "another content type");
    }
}
