//! The readers of what sign-in services say.

use dovetail_shared::UnixTime;

use super::assertion::{claimed_issuer, read};
use super::document::{Shape, parse};
use super::signature::{Signed, verify};
use super::{certificate, metadata};

/// A certificate that signed nothing of what comes in (MS-DVRE §4.1).
const STRANGER: &[u8] = include_bytes!("../../../shared/tests/vectors/dvre_cert.der");

/// An answer or an assertion, XML. Its claims are read as if it were signed, and its signature is held against a stranger's key.
pub fn assertion(xml: &[u8]) {
    for shape in [Shape::Answer, Shape::Assertion] {
        let Ok(parsed) = parse(xml, shape) else {
            continue;
        };
        claimed_issuer(&parsed).ok();
        assert!(verify(&parsed, &[STRANGER.to_vec()]).is_err());
        let node = parsed.assertion;
        let parsed = &parsed;
        if let Ok(claims) = read(&Signed { parsed, node }) {
            assert_eq!(claims.id, parsed.id);
        }
    }
}

/// A service's description of itself, XML; and the bytes as a certificate.
pub fn description(bytes: &[u8]) {
    if let Ok(found) = metadata(bytes, UnixTime(0)) {
        assert!(found.certificates.len() <= 2);
    }
    if let Ok(der) = certificate(bytes, UnixTime(0)) {
        assert!(certificate(&der, UnixTime(0)).is_ok_and(|again| again == der));
    }
}
