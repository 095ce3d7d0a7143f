//! The request for an assertion (WS-Trust 1.3 and February 2005; UsernameToken over TLS).

use dovetail_shared::{Secret, UnixTime};
use uuid::Uuid;

use super::Credentials;
use super::mex::Endpoint;
use crate::mdm::soap::{ADDRESSING, SECURITY, SOAP};
use crate::mdm::xml::Out;

const UTILITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const PASSWORD_TEXT: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";
const POLICY: &str = "http://schemas.xmlsoap.org/ws/2004/09/policy";
/// The name of the cloud among sign-in services.
const REALM: &str = "urn:federation:MicrosoftOnline";
/// Seconds for which the request is good.
const LIFE_SECS: i64 = 600;
/// Bytes of everything but name and password; so that the buffer with the password in it never moves.
const ROOM: usize = 4096;

/// Which WS-Trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Trust13,
    Trust2005,
}

impl Version {
    /// Namespace.
    pub(super) fn space(self) -> &'static str {
        match self {
            Self::Trust13 => "http://docs.oasis-open.org/ws-sx/ws-trust/200512",
            Self::Trust2005 => "http://schemas.xmlsoap.org/ws/2005/02/trust",
        }
    }

    /// `wsa:Action`, and the `SOAPAction` header.
    pub(super) fn action(self) -> &'static str {
        match self {
            Self::Trust13 => "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue",
            Self::Trust2005 => "http://schemas.xmlsoap.org/ws/2005/02/trust/RST/Issue",
        }
    }

    /// The version that has this action.
    pub(super) fn of_action(action: &str) -> Option<Self> {
        [Self::Trust13, Self::Trust2005]
            .into_iter()
            .find(|version| version.action() == action)
    }

    fn request_type(self) -> &'static str {
        match self {
            Self::Trust13 => "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue",
            Self::Trust2005 => "http://schemas.xmlsoap.org/ws/2005/02/trust/Issue",
        }
    }

    fn key_type(self) -> &'static str {
        match self {
            Self::Trust13 => "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer",
            Self::Trust2005 => "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey",
        }
    }
}

/// The envelope for that endpoint.
pub(super) fn envelope(
    endpoint: &Endpoint,
    credentials: Credentials<'_>,
    now: UnixTime,
) -> Secret<String> {
    let version = endpoint.version;
    let password = credentials.password.expose();
    // Escaping makes at most six bytes of one.
    let room = ROOM
        .saturating_add(endpoint.url.as_str().len())
        .saturating_add(password.len().saturating_mul(6));
    let mut out = Out::with_room(room);
    out.open(
        "s:Envelope",
        &[
            ("xmlns:s", SOAP),
            ("xmlns:a", ADDRESSING),
            ("xmlns:u", UTILITY),
        ],
    )
    .open("s:Header", &[])
    .leaf("a:Action", &[("s:mustUnderstand", "1")], version.action())
    .leaf("a:MessageID", &[], &format!("urn:uuid:{}", Uuid::new_v4()))
    .open("a:ReplyTo", &[])
    .leaf("a:Address", &[], &format!("{ADDRESSING}/anonymous"))
    .close()
    .leaf("a:To", &[("s:mustUnderstand", "1")], endpoint.url.as_str())
    .open(
        "o:Security",
        &[("s:mustUnderstand", "1"), ("xmlns:o", SECURITY)],
    )
    .open("u:Timestamp", &[("u:Id", "_0")])
    .leaf("u:Created", &[], &now.to_string())
    .leaf("u:Expires", &[], &now.plus(LIFE_SECS).to_string())
    .close()
    .open("o:UsernameToken", &[("u:Id", "_1")])
    .leaf("o:Username", &[], credentials.upn.as_str())
    .leaf("o:Password", &[("Type", PASSWORD_TEXT)], password)
    .close()
    .close()
    .close()
    .open("s:Body", &[])
    .open("t:RequestSecurityToken", &[("xmlns:t", version.space())])
    .open("p:AppliesTo", &[("xmlns:p", POLICY)])
    .open("a:EndpointReference", &[])
    .leaf("a:Address", &[], REALM)
    .close()
    .close()
    .leaf("t:KeyType", &[], version.key_type())
    .leaf("t:RequestType", &[], version.request_type());
    Secret::new(out.end())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Name and password are text, whatever is in them; the request says for how long it is good.
    #[test]
    fn the_request_carries_name_and_password_as_text() {
        let upn = "nestor@fabrikam.com".parse().unwrap();
        let password = Secret::new("</o:Password><x>&\"'ü".to_owned());
        let endpoint = Endpoint {
            url: "https://sts.fabrikam.com/adfs/services/trust/13/usernamemixed"
                .parse()
                .unwrap(),
            version: Version::Trust13,
        };
        let credentials = Credentials {
            upn: &upn,
            password: &password,
        };
        let text = envelope(&endpoint, credentials, UnixTime(1_764_000_000));
        let text = text.expose();
        assert!(text.contains(
            "<o:Username>nestor@fabrikam.com</o:Username><o:Password Type=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText\">&lt;/o:Password&gt;&lt;x&gt;&amp;"
        ));
        assert!(text.contains(
            "<u:Created>2025-11-24T16:00:00Z</u:Created><u:Expires>2025-11-24T16:10:00Z</u:Expires>"
        ));
        assert!(text.contains("<a:Address>urn:federation:MicrosoftOnline</a:Address>"));
        assert!(text.len() < ROOM);
    }

    #[test]
    fn an_action_names_its_version() {
        for version in [Version::Trust13, Version::Trust2005] {
            assert_eq!(Version::of_action(version.action()), Some(version));
        }
        assert_eq!(Version::of_action("urn:other"), None);
    }
}
