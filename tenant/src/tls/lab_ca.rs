//! The lab's certificate authority for TLS: made at first start, kept in `DIR/ca`.

use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};

/// The CA could not be made or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CaError {
    #[error("{path}: {source}")]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
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
    data: &Path,
    names: &[String],
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), CaError> {
    let ca_key = ca_key(data)?;
    let ca_pem = read(&lab_ca_path(data))?;
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
    let root = CertificateDer::from_pem_slice(ca_pem.as_bytes())
        .map_err(|_| CaError::Pem(lab_ca_path(data)))?;
    Ok((
        vec![certificate.der().clone(), root],
        PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
    ))
}

/// The CA's key; CA and key are made when they are not there.
fn ca_key(data: &Path) -> Result<KeyPair, CaError> {
    let path = data.join("ca/ca.key");
    if path.exists() {
        return Ok(KeyPair::from_pem(&read(&path)?)?);
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
    write_private(&path, key.serialize_pem().as_bytes())?;
    write_public(&lab_ca_path(data), certificate.pem().as_bytes())?;
    Ok(key)
}

fn read(path: &Path) -> Result<String, CaError> {
    std::fs::read_to_string(path).map_err(|source| CaError::File {
        path: path.to_owned(),
        source,
    })
}

/// Mode 0600 from the first byte on.
pub(crate) fn write_private(path: &Path, contents: &[u8]) -> Result<(), CaError> {
    write(path, contents, 0o600)
}

/// Mode 0644.
pub(crate) fn write_public(path: &Path, contents: &[u8]) -> Result<(), CaError> {
    write(path, contents, 0o644)
}

fn write(path: &Path, contents: &[u8], mode: u32) -> Result<(), CaError> {
    let failed = |source| CaError::File {
        path: path.to_owned(),
        source,
    };
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(failed)?;
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(path)
        .map_err(failed)?;
    // The process's umask hides everything; what is public is opened up here.
    file.set_permissions(std::fs::Permissions::from_mode(mode))
        .map_err(failed)?;
    file.write_all(contents)
        .and_then(|()| file.sync_all())
        .map_err(failed)
}
