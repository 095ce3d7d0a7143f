//! The lab's certificate authority for TLS: made at first start, kept in `DIR/ca`.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};

use crate::vault::{Vault, VaultError, write_public};

/// Its key's name.
const KEY: &str = "ca/ca.key";

/// The CA could not be made or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CaError {
    #[error("{path}: {source}")]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("{0} is not PEM of what it should be")]
    Pem(PathBuf),
}

/// Where the CA certificate is: what clients of the lab trust.
pub(crate) fn lab_ca_path(data: &Path) -> PathBuf {
    data.join("ca/ca.pem")
}

/// A certificate for `names`, fresh at each start, and its key.
pub(crate) fn server_identity(
    vault: &Vault,
    names: &[String],
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), CaError> {
    let path = vault.path("ca/ca.pem");
    let ca_key = ca_key(vault, &path)?;
    let ca_pem = read(&path)?;
    let issuer = Issuer::from_ca_cert_pem(&ca_pem, ca_key)?;
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(names.to_vec())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(
        DnType::CommonName,
        names.first().cloned().unwrap_or_default(),
    );
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let now = OffsetDateTime::now_utc();
    params.not_before = now - Duration::hours(1);
    params.not_after = now + Duration::days(90);
    let certificate = params.signed_by(&key, &issuer)?;
    let root = CertificateDer::from_pem_slice(ca_pem.as_bytes()).map_err(|_| CaError::Pem(path))?;
    Ok((
        vec![certificate.der().clone(), root],
        PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
    ))
}

/// The CA's key; CA and key are made when neither is there. A certificate without its key is a start failure: clients trust it.
fn ca_key(vault: &Vault, certificate_path: &Path) -> Result<KeyPair, CaError> {
    if let Some(pem) = vault.read(KEY)? {
        let pem = std::str::from_utf8(&pem).map_err(|_| CaError::Pem(vault.path(KEY)))?;
        return KeyPair::from_pem(pem).map_err(|_| CaError::Pem(vault.path(KEY)));
    }
    if certificate_path.exists() {
        let what = "clients trust the certificate beside it";
        let path = vault.path(KEY);
        return Err(VaultError::Missing { path, what }.into());
    }
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "Dovetail lab CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let now = OffsetDateTime::now_utc();
    params.not_before = now - Duration::hours(1);
    params.not_after = now + Duration::days(3650);
    let certificate = params.self_signed(&key)?;
    let pem = zeroize::Zeroizing::new(key.serialize_pem());
    vault.write(KEY, pem.as_bytes())?;
    write_public(certificate_path, certificate.pem().as_bytes())?;
    Ok(key)
}

fn read(path: &Path) -> Result<String, CaError> {
    std::fs::read_to_string(path).map_err(|source| CaError::File {
        path: path.to_owned(),
        source,
    })
}
