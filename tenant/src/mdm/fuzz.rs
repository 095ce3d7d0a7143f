//! The readers of device management.

use axum::http::{HeaderMap, HeaderValue, header};
use dovetail_shared::UnixTime;

pub use super::session::fuzz::syncml;
use super::terms::TermsKey;
use super::{csr, discover, enroll, form, policy_service, renew, rst, soap};

/// Whose signature is looked for in requests for later certificates (MS-DVRJ §4.1).
const SIGNER: &[u8] = include_bytes!("../../../shared/tests/vectors/dvrj_cert.der");

/// A message to one of the enrollment services, XML.
pub fn enrollment(xml: &[u8]) {
    let kind = HeaderValue::from_static("application/soap+xml");
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind)]);
    for action in [discover::ACTION, policy_service::ACTION] {
        soap::read(&headers, xml, action).ok();
    }
    let Ok(request) = soap::read(&headers, xml, enroll::ACTION) else {
        return;
    };
    assert!(!request.message_id.is_empty());
    if let Ok(asked) = rst::read(&request.body) {
        certificate_request(&asked.request);
    }
}

/// A certificate request, DER, and the same inside a signature (CMS).
pub fn certificate_request(der: &[u8]) {
    if let Ok(key) = csr::check(der) {
        assert_eq!(key.hash.len(), 32);
    }
    if let Ok(inner) = renew::open(der, SIGNER) {
        csr::check(&inner).ok();
    }
}

/// Queries and forms of the terms page, and the proof of acceptance.
pub fn terms(bytes: &[u8]) {
    if let Some(fields) = form::fields(bytes) {
        assert!(fields.values().map(String::len).sum::<usize>() <= 3 * bytes.len());
    }
    let key = TermsKey::new(&[7; 32]);
    let opened = key.open_blob(&String::from_utf8_lossy(bytes), UnixTime(0));
    assert!(opened.is_err());
}
