//! Signing certificates, as an administrator gives them.

use dovetail_shared::UnixTime;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

/// Smallest RSA modulus, bits.
const SMALLEST_RSA: usize = 2048;

/// Why a certificate is of no use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    #[error("this is no certificate, neither PEM nor DER")]
    Unreadable,
    #[error("its key is of a kind that is not supported: RSA from 2048 bits, or P-256 or P-384")]
    Key,
    #[error("its RSA key has {0} bits; at least 2048 are needed")]
    Weak(usize),
    #[error("it ended on {0}")]
    Ended(UnixTime),
}

/// Reads a certificate from PEM (the first one) or DER, and gives it in DER when it can be used to check signatures.
pub(crate) fn certificate(bytes: &[u8], now: UnixTime) -> Result<Vec<u8>, CertificateError> {
    let der = match CertificateDer::from_pem_slice(bytes) {
        Ok(der) => der.to_vec(),
        Err(_) => bytes.to_vec(),
    };
    let (rest, parsed) =
        X509Certificate::from_der(&der).map_err(|_| CertificateError::Unreadable)?;
    if !rest.is_empty() {
        return Err(CertificateError::Unreadable);
    }
    match parsed.public_key().parsed() {
        Ok(PublicKey::RSA(key)) if key.key_size() >= SMALLEST_RSA => {}
        Ok(PublicKey::RSA(key)) => return Err(CertificateError::Weak(key.key_size())),
        Ok(PublicKey::EC(point)) if [256, 384].contains(&point.key_size()) => {}
        _ => return Err(CertificateError::Key),
    }
    let end = UnixTime(parsed.validity().not_after.timestamp());
    if end < now {
        return Err(CertificateError::Ended(end));
    }
    if bergshamra_keys::loader::load_x509_cert_der(&der).is_err() {
        return Err(CertificateError::Key);
    }
    Ok(der)
}
