//! The readers of what a management service says.

use dovetail_shared::UnixTime;
use dovetail_shared::encode::from_b64;
use url::Url;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::{address, discover, policy_service, provision, soap};
use crate::config;
use crate::mdm::node::{Status, Uri, Value, encode};

/// Where the service was found.
const BASE: &str = "https://mdm.contoso.test/EnrollmentServer/Discovery.svc";
/// Seconds since 1970 at which the sample's certificate is good.
const NOW: UnixTime = UnixTime(1_600_000_000);

/// An answer of one of the enrollment services, XML. Addresses in it are of the service's own host.
pub fn enrollment(xml: &[u8]) {
    let Ok(base) = Url::parse(BASE) else { return };
    let config = config::Management::default();
    if let Ok(services) = discover::read(xml, &base, &config) {
        let known = |url: &Url| address::named_by(&base, url.as_str(), &config).is_ok();
        assert!(known(&services.enrollment));
        assert!(services.policy.as_ref().is_none_or(known));
    }
    policy_service::read(xml).ok();
    soap::read_fault(xml).ok();
}

/// A provisioning document, XML, as if our key were the one in a certificate of it: what is put in place is of the service's own
/// host.
pub fn provisioning(xml: &[u8]) {
    let (Ok(document), Ok(base)) = (provision::read(xml), Url::parse(BASE)) else {
        return;
    };
    let keys: Vec<Vec<u8>> = document.parms.iter().filter_map(key).collect();
    let key = keys.last().map(Vec::as_slice).unwrap_or_default();
    let config = config::Management::default();
    let expect = provision::Expect {
        key,
        base: &base,
        config: &config,
        now: NOW,
    };
    if let Ok(found) = provision::check(document, expect) {
        assert_eq!(found.thumbprint.len(), 40);
        let known = |it: &provision::Application| {
            address::named_by(&base, it.address.as_str(), &config).is_ok()
        };
        assert!(found.application.as_ref().is_none_or(known));
    }
}

/// The key of a certificate that stands in a parameter.
fn key(parm: &provision::Parm) -> Option<Vec<u8>> {
    let text: String = parm.value.split_ascii_whitespace().collect();
    let der = from_b64(&text).ok()?;
    let (_, certificate) = X509Certificate::from_der(&der).ok()?;
    Some(certificate.public_key().subject_public_key.data.to_vec())
}

/// An address of the tree with a value. What was split is put together to the same node, and values come back as they went in.
pub fn node(text: &str) {
    let (address, data) = text.split_once('\n').unwrap_or((text, text));
    if let Ok(uri) = address.parse::<Uri>() {
        let whole: Vec<String> = uri
            .segments()
            .iter()
            .map(|segment| encode(segment))
            .collect();
        let again: Result<Uri, _> = format!("./Device/{}", whole.join("/")).parse();
        // Encoded, an address of the longest ones is longer than what is read.
        let same = match again {
            Ok(again) => again.segments() == uri.segments(),
            Err(status) => status == Status::TOO_LONG,
        };
        assert!(whole.is_empty() || same);
    }
    for format in ["chr", "int", "bool", "b64", "xml", "node", "null", "time"] {
        if let Ok(value) = Value::parse(Some(format), data) {
            let again = Value::parse(Some(value.format()), &value.data());
            assert_eq!(again, Ok(value));
        }
    }
}
