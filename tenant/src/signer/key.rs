//! One signing key: RSA-2048, with a self-signed certificate whose SHA-1 is its name.

use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use dovetail_shared::encode::{b64, b64url};
use dovetail_shared::jose::Jwk;
use dovetail_shared::rsa_blob::RsaPublic;
use rustls_pki_types::PrivatePkcs8KeyDer;
use zeroize::Zeroizing;

/// A key could not be made, read or used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// The cryptography library refused.
    #[error("the cryptography library refused a key")]
    Crypto,
    /// No certificate could be made for it.
    #[error("no certificate could be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The public half is not what it should be.
    #[error("the public key could not be read")]
    Public(#[from] dovetail_shared::rsa_blob::RsaBlobError),
}

impl From<aws_lc_rs::error::Unspecified> for KeyError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::Crypto
    }
}

impl From<aws_lc_rs::error::KeyRejected> for KeyError {
    fn from(_: aws_lc_rs::error::KeyRejected) -> Self {
        Self::Crypto
    }
}

/// A key that signs.
#[derive(Debug)]
pub(crate) struct SigningKey {
    pair: RsaKeyPair,
    pub(crate) public: PublicKey,
}

/// What verifiers need of a key, and what `discovery/keys` says of it.
#[derive(Debug, Clone)]
pub(crate) struct PublicKey {
    /// base64url SHA-1 of the certificate.
    pub(crate) kid: String,
    pub(crate) rsa: RsaPublic,
    /// DER.
    pub(crate) certificate: Vec<u8>,
    /// The same key, made ready for computing once.
    ready: ParsedPublicKey,
}

/// A fresh key as it is stored: PKCS#8 and certificate, both DER.
pub(crate) struct StoredKey {
    pub(crate) pkcs8: Zeroizing<Vec<u8>>,
    pub(crate) certificate: Vec<u8>,
}

/// Makes a key and its certificate.
pub(crate) fn create() -> Result<StoredKey, KeyError> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der()?;
    let pkcs8 = Zeroizing::new(pkcs8.as_ref().to_vec());
    let der = PrivatePkcs8KeyDer::from(pkcs8.as_slice());
    let signer = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_RSA_SHA256)?;
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(
        rcgen::DnType::CommonName,
        "accounts.accesscontrol.windows.net",
    );
    let certificate = params.self_signed(&signer)?.der().to_vec();
    Ok(StoredKey { pkcs8, certificate })
}

impl SigningKey {
    pub(crate) fn read(pkcs8: &[u8], certificate: Vec<u8>) -> Result<Self, KeyError> {
        let pair = RsaKeyPair::from_pkcs8(pkcs8)?;
        let pkcs1 = pair.public_key().as_ref();
        let rsa = RsaPublic::from_pkcs1(pkcs1)?;
        let ready = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pkcs1)?;
        let kid = b64url(digest::digest(
            &digest::SHA1_FOR_LEGACY_USE_ONLY,
            &certificate,
        ));
        Ok(Self {
            pair,
            public: PublicKey {
                kid,
                rsa,
                certificate,
                ready,
            },
        })
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            message,
            &mut signature,
        )?;
        Ok(signature)
    }
}

impl PublicKey {
    /// Whether this key signed that message: RSASSA-PKCS1-v1_5 with SHA-256.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.ready.verify_sig(message, signature).is_ok()
    }

    /// As `discovery/keys` shows it.
    pub(crate) fn jwk(&self, issuer: &str) -> Jwk {
        Jwk {
            kty: "RSA".to_owned(),
            use_: Some("sig".to_owned()),
            kid: self.kid.clone(),
            x5t: Some(self.kid.clone()),
            n: b64url(&self.rsa.modulus),
            e: b64url(&self.rsa.exponent),
            x5c: Some(vec![b64(&self.certificate)]),
            issuer: Some(issuer.to_owned()),
            ..Jwk::default()
        }
    }
}
