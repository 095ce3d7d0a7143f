//! Keys in a file, for machines without a TPM whose administrator allowed it. Not hardware-bound.

use std::sync::Arc;

use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use dovetail_shared::Secret;
use dovetail_shared::encode::{b64, from_b64};
use dovetail_shared::rsa_blob::RsaPublic;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, PublicKeyData,
    RsaKeySize, SigningKey,
};
use rustls::client::ResolvesClientCert;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{PublicParts, VaultError};
use crate::store::Store;
use crate::tpm::TpmError;

pub(super) const FILE: &str = "keys/soft.json";

/// Subject that every client of this dialect sends; the service ignores it (MS-DVRJ; registration-and-prt §3).
pub(super) const SUBJECT: &str = "7E980AD9-B86D-4306-9425-9AC066FB014A";

/// Both private keys.
pub(super) struct Pair {
    device: KeyPair,
    transport: KeyPair,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    device: Secret<String>,
    transport: Secret<String>,
}

pub(super) fn make() -> Result<Pair, VaultError> {
    Ok(Pair {
        device: make_one()?,
        transport: make_one()?,
    })
}

pub(super) fn write(store: &Store, pair: &Pair) -> Result<(), VaultError> {
    let kept = Kept {
        device: text(&pair.device),
        transport: text(&pair.transport),
    };
    let bytes =
        Zeroizing::new(serde_json::to_vec(&kept).map_err(|_| VaultError::Crypto("writing keys"))?);
    store
        .write(FILE, &bytes, 0o600)
        .map_err(|error| VaultError::Store(error.to_string()))
}

pub(super) fn read(store: &Store) -> Result<Option<Pair>, VaultError> {
    let Some(bytes) = store
        .read(FILE)
        .map_err(|error| VaultError::Store(error.to_string()))?
    else {
        return Ok(None);
    };
    let bytes = Zeroizing::new(bytes);
    let kept: Kept = serde_json::from_slice(&bytes).map_err(|_| VaultError::Gone)?;
    Ok(Some(Pair {
        device: load(&kept.device)?,
        transport: load(&kept.transport)?,
    }))
}

impl Pair {
    pub(super) fn public(&self) -> Result<PublicParts, VaultError> {
        let csr = request(&self.device, SUBJECT)?;
        let transport =
            RsaPublic::from_pkcs1(self.transport.der_bytes()).map_err(|_| VaultError::Gone)?;
        Ok(PublicParts {
            csr,
            transport: transport.to_blob(),
            device_pkcs1: self.device.der_bytes().to_vec(),
        })
    }

    /// Opens RSA-OAEP with SHA-1 and an empty label.
    pub(super) fn unwrap(&self, encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let no = |_| VaultError::from(TpmError::NoSessionKey);
        let der = Zeroizing::new(self.transport.serialize_der());
        let key = PrivateDecryptingKey::from_pkcs8(&der)
            .ok()
            .and_then(|key| OaepPrivateDecryptingKey::new(key).ok())
            .ok_or(VaultError::Crypto("reading the transport key"))?;
        let mut clear = Zeroizing::new(vec![0; key.min_output_size()]);
        let length = key
            .decrypt(&OAEP_SHA1_MGF1SHA1, encrypted, &mut clear, None)
            .map_err(no)?
            .len();
        clear.truncate(length);
        Ok(clear)
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 by the device key.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.device
            .sign(message)
            .map_err(|_| VaultError::Crypto("signing a message"))
    }

    pub(super) fn client_auth(
        &self,
        certificate: Vec<u8>,
    ) -> Result<Arc<dyn ResolvesClientCert>, VaultError> {
        resolver(&self.device, certificate)
    }
}

/// An RSA key of 2048 bits.
pub(super) fn make_one() -> Result<KeyPair, VaultError> {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)
        .map_err(|_| VaultError::Crypto("generating an RSA key"))
}

/// PKCS#8 in base64, as it lies on disk.
pub(super) fn text(key: &KeyPair) -> Secret<String> {
    Secret::new(b64(Zeroizing::new(key.serialize_der()).as_slice()))
}

/// The key of such a text.
pub(super) fn load(text: &Secret<String>) -> Result<KeyPair, VaultError> {
    let der = Zeroizing::new(from_b64(text.expose()).map_err(|_| VaultError::Gone)?);
    let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der.to_vec()));
    KeyPair::from_der_and_sign_algo(&der, &PKCS_RSA_SHA256).map_err(|_| VaultError::Gone)
}

/// A certificate request (PKCS#10, DER).
pub(super) fn request(key: &KeyPair, subject: &str) -> Result<Vec<u8>, VaultError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, subject);
    params
        .serialize_request(key)
        .map(|csr| csr.der().to_vec())
        .map_err(|_| VaultError::Crypto("signing the request"))
}

/// Answers a server's request for a client certificate.
pub(super) fn resolver(
    key: &KeyPair,
    certificate: Vec<u8>,
) -> Result<Arc<dyn ResolvesClientCert>, VaultError> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let key =
        rustls::crypto::aws_lc_rs::sign::any_supported_type(&key).map_err(|_| VaultError::Gone)?;
    Ok(Arc::new(SingleCertAndKey::from(CertifiedKey::new(
        vec![CertificateDer::from(certificate)],
        key,
    ))))
}
