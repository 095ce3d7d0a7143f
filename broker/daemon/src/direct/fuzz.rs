//! The readers of what realm lookups and sign-in services say.

use url::Url;

use super::rst::Version;
use super::{mex, realm, rstr};
use crate::net::Answer;

/// Where the description was read from.
const FROM: &str = "https://sts.fabrikam.com/adfs/services/trust/mex";

/// A realm's answer, JSON. An address in it is behind TLS.
pub fn realm(body: &[u8]) {
    if let Ok(realm::Realm::Federated(url)) = realm::read(body) {
        assert_eq!(url.scheme(), "https");
        assert!(url.has_host());
    }
}

/// A service's description of itself (WSDL). A password goes to the host that it was read from and nowhere else.
pub fn description(xml: &[u8]) {
    let Ok(from) = Url::parse(FROM) else { return };
    if let Ok(endpoint) = mex::choose(xml, &from, &[]) {
        assert_eq!(endpoint.url.scheme(), "https");
        assert_eq!(endpoint.url.host_str(), from.host_str());
        assert!(endpoint.url.username().is_empty() && endpoint.url.password().is_none());
    }
}

/// An answer with an assertion or a fault, XML. The assertion is a part of the answer, to the byte.
pub fn assertion(xml: &[u8]) {
    for (status, version) in [
        (200, Version::Trust13),
        (200, Version::Trust2005),
        (500, Version::Trust13),
    ] {
        let answer = Answer {
            status,
            body: xml.to_vec(),
            date: None,
        };
        if let Ok(token) = rstr::read(&answer, version) {
            let text = token.xml.expose().as_bytes();
            assert!(xml.windows(text.len().max(1)).any(|part| part == text));
        }
    }
}
