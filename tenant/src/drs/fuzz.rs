//! Registration's readers.

use std::collections::BTreeMap;
use std::path::Path;

use tpm2_protocol::TpmUnmarshal as _;
use tpm2_protocol::data::TpmsAttest;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::attest::{attestation_key, rsa_signature};
use super::ek_root::EkRoots;
use super::{credential, csr, join, key, transport};

/// A certificate request, DER. The key of one that is taken is one that may be registered.
pub fn certificate_request(der: &[u8]) {
    if let Ok(key) = csr::check(der) {
        assert!(csr::good_key(&key.rsa).is_ok());
        assert_eq!(key.rsa.to_pkcs1(), key.pkcs1);
    }
}

/// A whole registration request, JSON, of a device or of a Hello key; and the text as a transport key by itself.
pub fn registration(body: &[u8]) {
    let query = BTreeMap::from([("api-version".to_owned(), "2.0".to_owned())]);
    join::what(&query, body).ok();
    if let Ok(key) = key::key(body) {
        assert_eq!((key.bits(), key.to_blob().len()), (2048, 283));
    }
    if let Ok(text) = std::str::from_utf8(body)
        && let Ok(key) = transport::read(text)
    {
        assert!(csr::good_key(&key).is_ok());
    }
}

/// A TPM's structures: a public area, a signature, a statement.
pub fn attestation(bytes: &[u8]) {
    if let Ok(name) = attestation_key(bytes) {
        assert_eq!(name.len(), 2 + 32);
    }
    rsa_signature(bytes).ok();
    TpmsAttest::unmarshal(bytes).ok();
}

/// An endorsement certificate, DER, where nobody is trusted; and the bytes as the key in it, for which a secret is sealed.
pub fn endorsement(bytes: &[u8]) {
    let nobody = EkRoots::open(Path::new("/nowhere"));
    assert!(nobody.verify(bytes).is_err());
    if let Ok((_, certificate)) = X509Certificate::from_der(bytes) {
        certificate.key_usage().ok();
        certificate.extended_key_usage().ok();
        certificate.is_ca();
    }
    if let Ok(made) = credential::make(&[7; 32], &[0; 34], bytes) {
        assert!(!made.encrypted_secret.is_empty());
    }
}
