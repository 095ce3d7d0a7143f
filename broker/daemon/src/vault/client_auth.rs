//! TLS client authentication with the device key in the TPM: PKCS#1 with SHA-256 only, over TLS 1.2 (ADR 7).

use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{SignatureAlgorithm, SignatureScheme};
use rustls_pki_types::CertificateDer;

use crate::tpm::{KeySet, Tpm};

/// Answers a request for a client certificate with `certificate` (DER).
pub(super) fn resolver(
    tpm: Tpm,
    keys: KeySet,
    certificate: Vec<u8>,
) -> Arc<dyn ResolvesClientCert> {
    let key = Arc::new(DeviceKey { tpm, keys });
    Arc::new(rustls::sign::SingleCertAndKey::from(CertifiedKey::new(
        vec![CertificateDer::from(certificate)],
        key,
    )))
}

#[derive(Debug, Clone)]
struct DeviceKey {
    tpm: Tpm,
    keys: KeySet,
}

impl SigningKey for DeviceKey {
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

impl Signer for DeviceKey {
    /// Waits for the TPM thread, some milliseconds: rustls asks synchronously, and leaving happens once in a machine's life.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        self.tpm
            .sign_blocking(&self.keys, message)
            .map_err(|error| rustls::Error::General(error.to_string()))
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::RSA_PKCS1_SHA256
    }
}
