//! The CA's key and certificate: made at first start, kept in `DIR/ca`.

use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use der::asn1::BitString;
use der::{AnyRef, Decode as _, Encode as _, Tag};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::certificate::TbsCertificate;
use x509_cert::name::Name;

use super::issue::{CA_YEARS, Issued, ca_extensions, lifetime, serial_number, tbs};
use super::log::has_any;
use super::name::issuer;
use crate::clock;
use crate::random;
use crate::store::{Store, StoreError};
use crate::vault::{Vault, VaultError, write_public};

/// The device CA's key.
const KEY: &str = "ca/device-ca.key";

/// The CA could not be opened, or could not issue.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeviceCaError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(
        "the CA's files {0} and .pem are not whole; restore both from a backup, or remove the whole folder to begin anew"
    )]
    Key(PathBuf),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the cryptography library refused")]
    Crypto,
    #[error("DER: {0}")]
    Der(#[from] der::Error),
    #[error(transparent)]
    Random(#[from] random::NoRandom),
}

/// A key that signs certificates, and its own certificate.
#[derive(Debug)]
pub(crate) struct Authority {
    key: RsaKeyPair,
    /// DER of the CA's own certificate.
    certificate: Vec<u8>,
}

impl Authority {
    /// Opens the CA of that file name in `DIR/ca`, and makes it when neither file is there; a certificate without its key is a
    /// start failure, not a reason for a new CA.
    pub(crate) fn open(vault: &Vault, file: &str, name: &Name) -> Result<Self, DeviceCaError> {
        let key_name = format!("ca/{file}.key");
        let path = vault.path(&format!("ca/{file}.pem"));
        let mut kept = vault.read(&key_name)?;
        if kept.is_none() && !path.exists() {
            create(vault, &key_name, &path, name)?;
            kept = vault.read(&key_name)?;
        }
        let lost = |_| DeviceCaError::Key(vault.path(&key_name));
        let kept = kept.ok_or_else(|| DeviceCaError::Key(vault.path(&key_name)))?;
        let pkcs8 = PrivatePkcs8KeyDer::from_pem_slice(&kept).map_err(lost)?;
        let key = RsaKeyPair::from_pkcs8(pkcs8.secret_pkcs8_der())
            .map_err(|_| DeviceCaError::Key(vault.path(&key_name)))?;
        let certificate = rustls_pki_types::CertificateDer::from_pem_file(&path)
            .map_err(lost)?
            .to_vec();
        Ok(Self { key, certificate })
    }

    /// The CA's own certificate, DER.
    pub(crate) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Signs what is to be a certificate.
    pub(crate) fn sign(&self, tbs: TbsCertificate) -> Result<Issued, DeviceCaError> {
        let serial = tbs.serial_number.as_bytes().to_vec();
        let der = sign(&self.key, tbs)?;
        let thumbprint = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &der);
        Ok(Issued {
            der,
            thumbprint: thumbprint.as_ref().to_vec(),
            serial,
        })
    }
}

/// Issues device certificates.
#[derive(Debug)]
pub(crate) struct DeviceCa(Authority);

impl DeviceCa {
    /// Where the CA's certificate is (PEM).
    pub(crate) fn path(data: &Path) -> PathBuf {
        data.join("ca/device-ca.pem")
    }

    /// A tenant that has issued certificates has the key that it did so with: another one is not made in its place.
    pub(crate) async fn check_key(vault: &Vault, store: &Store) -> Result<(), DeviceCaError> {
        let path = vault.path(KEY);
        if !path.exists() && has_any(store).await? {
            let what = "devices hold certificates that it signed";
            return Err(VaultError::Missing { path, what }.into());
        }
        Ok(())
    }

    /// Opens it, or makes it.
    pub(crate) fn open(vault: &Vault) -> Result<Self, DeviceCaError> {
        Authority::open(vault, "device-ca", &issuer()?).map(Self)
    }

    /// The CA's own certificate, DER.
    pub(crate) fn certificate(&self) -> &[u8] {
        self.0.certificate()
    }

    /// Signs what is to be a certificate.
    pub(super) fn sign(&self, tbs: TbsCertificate) -> Result<Issued, DeviceCaError> {
        self.0.sign(tbs)
    }
}

fn sign(key: &RsaKeyPair, tbs_certificate: TbsCertificate) -> Result<Vec<u8>, DeviceCaError> {
    let mut signature = vec![0; key.public_modulus_len()];
    let mut body = tbs_certificate.to_der()?;
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        &body,
        &mut signature,
    )
    .map_err(|_| DeviceCaError::Crypto)?;
    // What was signed stands in the certificate as it is: `Certificate` of RFC 5280 §4.1, without writing it a second time.
    rs256().encode_to_vec(&mut body)?;
    BitString::from_bytes(&signature)?.encode_to_vec(&mut body)?;
    Ok(AnyRef::new(Tag::Sequence, &body)?.to_der()?)
}

fn create(vault: &Vault, key_name: &str, path: &Path, name: &Name) -> Result<(), DeviceCaError> {
    // As the real service's: a signature by 3072 bits costs three times as much, and registering is mostly that.
    let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| DeviceCaError::Crypto)?;
    let pkcs8: Pkcs8V1Der<'_> = key.as_der().map_err(|_| DeviceCaError::Crypto)?;
    let public = spki(key.public_key().as_ref())?;
    let now = clock::now();
    let tbs = tbs(
        serial_number(now)?,
        name.clone(),
        name.clone(),
        lifetime(now, CA_YEARS)?,
        public,
        ca_extensions()?,
    );
    let pkcs8 = zeroize::Zeroizing::new(pem("PRIVATE KEY", pkcs8.as_ref()));
    vault.write(key_name, pkcs8.as_bytes())?;
    write_public(path, pem("CERTIFICATE", &sign(&key, tbs)?).as_bytes())?;
    Ok(())
}

/// `sha256WithRSAEncryption` with NULL parameters.
pub(super) fn rs256() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned {
        oid: der::asn1::ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11"),
        parameters: Some(der::Any::null()),
    }
}

/// SubjectPublicKeyInfo of an RSA key in PKCS#1 DER.
pub(super) fn spki(pkcs1: &[u8]) -> Result<SubjectPublicKeyInfoOwned, der::Error> {
    let algorithm = AlgorithmIdentifierOwned {
        oid: der::asn1::ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1"),
        parameters: Some(der::Any::null()),
    };
    let owned = SubjectPublicKeyInfoOwned {
        algorithm,
        subject_public_key: BitString::from_bytes(pkcs1)?,
    };
    SubjectPublicKeyInfoOwned::from_der(&owned.to_der()?)
}

/// The same in DER.
pub(crate) fn spki_der(pkcs1: &[u8]) -> Result<Vec<u8>, der::Error> {
    spki(pkcs1)?.to_der()
}

/// PEM (RFC 7468): 64 characters a line.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let text = dovetail_shared::encode::b64(der);
    let lines: Vec<String> = text
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}
