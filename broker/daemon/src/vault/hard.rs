//! Keys in the TPM, as they lie on disk.

use dovetail_shared::encode::{b64, from_b64};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, PKCS_RSA_SHA256, PublicKeyData,
    SignatureAlgorithm, SigningKey,
};
use serde::{Deserialize, Serialize};

use super::{PublicParts, VaultError};
use crate::store::Store;
use crate::tpm::{KeySet, SignKey, Tpm};

pub(super) const FILE: &str = "keys/tpm.json";

/// The key set with its certificate request, which needs no token and is therefore made with the keys.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) keys: KeySet,
    /// Base64 of DER.
    csr: String,
}

pub(super) async fn make(tpm: &Tpm) -> Result<Kept, VaultError> {
    let keys = tpm.create().await?;
    let csr = request(tpm, keys.device_key(), super::soft::SUBJECT).await?;
    Ok(Kept {
        keys,
        csr: b64(csr),
    })
}

/// A certificate request (PKCS#10, DER) for a key of the TPM.
pub(super) async fn request(tpm: &Tpm, key: SignKey, subject: &str) -> Result<Vec<u8>, VaultError> {
    let signer = Signer {
        pkcs1: key.public()?.to_pkcs1(),
        key,
        tpm: tpm.clone(),
    };
    let subject = subject.to_owned();
    let made = tokio::task::spawn_blocking(move || {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, subject);
        params
            .serialize_request(&signer)
            .map(|csr| csr.der().to_vec())
    });
    made.await
        .map_err(|_| VaultError::Crypto("the key thread ended"))?
        .map_err(|_| VaultError::Crypto("signing the request"))
}

pub(super) fn write(store: &Store, kept: &Kept) -> Result<(), VaultError> {
    let bytes = serde_json::to_vec(kept).map_err(|_| VaultError::Crypto("writing keys"))?;
    store
        .write(FILE, &bytes, 0o600)
        .map_err(|error| VaultError::Store(error.to_string()))
}

pub(super) fn read(store: &Store) -> Result<Option<Kept>, VaultError> {
    let bytes = store
        .read(FILE)
        .map_err(|error| VaultError::Store(error.to_string()))?;
    bytes
        .map(|bytes| serde_json::from_slice(&bytes).map_err(|_| VaultError::Gone))
        .transpose()
}

impl Kept {
    pub(super) fn public(&self) -> Result<PublicParts, VaultError> {
        Ok(PublicParts {
            csr: from_b64(&self.csr).map_err(|_| VaultError::Gone)?,
            transport: self.keys.transport_public()?.to_blob(),
            device_pkcs1: self.keys.device_public()?.to_pkcs1(),
        })
    }
}

/// rcgen's view of a key: it hands over the whole request, the TPM signs.
struct Signer {
    tpm: Tpm,
    key: SignKey,
    pkcs1: Vec<u8>,
}

impl PublicKeyData for Signer {
    fn der_bytes(&self) -> &[u8] {
        &self.pkcs1
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

impl SigningKey for Signer {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.tpm
            .sign_blocking(&self.key, message)
            .map_err(|_| rcgen::Error::RemoteKeyError)
    }
}
