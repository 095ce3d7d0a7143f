//! TLS client authentication with a key in the TPM: PKCS#1 with SHA-256 only, over TLS 1.2 (ADR 7).

use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{SignatureAlgorithm, SignatureScheme};
use rustls_pki_types::CertificateDer;

use crate::tpm::{SignKey, Tpm};

/// Answers a request for a client certificate with `certificate` (DER).
pub(super) fn resolver(
    tpm: Tpm,
    key: SignKey,
    certificate: Vec<u8>,
) -> Arc<dyn ResolvesClientCert> {
    let key = Arc::new(TpmKey { tpm, key });
    Arc::new(rustls::sign::SingleCertAndKey::from(CertifiedKey::new(
        vec![CertificateDer::from(certificate)],
        key,
    )))
}

#[derive(Debug, Clone)]
struct TpmKey {
    tpm: Tpm,
    key: SignKey,
}

impl SigningKey for TpmKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        if offered.contains(&SignatureScheme::RSA_PKCS1_SHA256) {
            Some(Box::new(self.clone()))
        } else {
            None
        }
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::RSA
    }
}

impl Signer for TpmKey {
    /// Waits for the TPM thread, some milliseconds: rustls asks synchronously, and there is one handshake a session.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        self.tpm
            .sign_blocking(&self.key, message)
            .map_err(|error| rustls::Error::General(error.to_string()))
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::RSA_PKCS1_SHA256
    }
}
