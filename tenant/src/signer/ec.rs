//! Keys for ID tokens of applications that ask for ES256: P-256, each with a self-signed certificate whose SHA-1 is its name.

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use dovetail_shared::encode::{b64, b64url};
use dovetail_shared::jose::Jwk;
use zeroize::Zeroizing;

use super::key::{KeyError, StoredKey};

/// A key that signs with ES256 (RFC 7518 §3.4).
#[derive(Debug)]
pub(super) struct EcKey {
    pair: EcdsaKeyPair,
    pub(super) kid: String,
    certificate: Vec<u8>,
}

/// Makes a key and its certificate.
pub(super) fn create() -> Result<StoredKey, KeyError> {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(
        rcgen::DnType::CommonName,
        "accounts.accesscontrol.windows.net",
    );
    let certificate = params.self_signed(&pair)?.der().to_vec();
    Ok(StoredKey {
        pkcs8: Zeroizing::new(pair.serialize_der()),
        certificate,
    })
}

impl EcKey {
    pub(super) fn read(pkcs8: &[u8], certificate: Vec<u8>) -> Result<Self, KeyError> {
        let name = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &certificate);
        Ok(Self {
            pair: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)?,
            kid: b64url(name),
            certificate,
        })
    }

    /// 64 bytes: r and s.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature = self.pair.sign(&SystemRandom::new(), message)?;
        Ok(signature.as_ref().to_vec())
    }

    /// The public half: 4, then both coordinates.
    pub(super) fn point(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// As `discovery/keys` shows it (RFC 7518 §6.2.1).
    pub(super) fn jwk(&self, issuer: &str) -> Jwk {
        let (x, y) = self
            .point()
            .split_first()
            .and_then(|(_, rest)| rest.split_at_checked(32))
            .unwrap_or_default();
        Jwk {
            kty: "EC".to_owned(),
            use_: Some("sig".to_owned()),
            kid: self.kid.clone(),
            x5t: Some(self.kid.clone()),
            crv: Some("P-256".to_owned()),
            x: Some(b64url(x)),
            y: Some(b64url(y)),
            x5c: Some(vec![b64(&self.certificate)]),
            issuer: Some(issuer.to_owned()),
            ..Jwk::default()
        }
    }
}
