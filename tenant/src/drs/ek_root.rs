//! Whose TPMs are trusted: the CAs of endorsement certificates, `DIR/ek-roots/*.pem`.

use std::path::{Path, PathBuf};

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::error::Refusal;
use crate::tls::CaError;
use crate::vault::write_public;

/// tcg-kp-EKCertificate, 2.23.133.8.1 (TCG EK Credential Profile §3.2.16).
const EK_USAGE: &[u8] = &[0x67, 0x81, 0x05, 0x08, 0x01];
/// Longest certificate that is looked at.
const MAX_DER: usize = 8 * 1024;

/// The folder of trusted CAs, read at each use: `ek-root-add` works beside a running server.
#[derive(Debug)]
pub(crate) struct EkRoots {
    dir: PathBuf,
}

/// Trusts TPMs certified by the CA in `file` (PEM; every certificate in it).
pub(crate) fn add(data: &Path, file: &Path) -> Result<(), CaError> {
    let certificates: Vec<_> = CertificateDer::pem_file_iter(file)
        .map_err(|_| CaError::Pem(file.to_owned()))?
        .flatten()
        .collect();
    if certificates.is_empty() {
        return Err(CaError::Pem(file.to_owned()));
    }
    for certificate in certificates {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &certificate);
        let name = format!(
            "{}.pem",
            dovetail_shared::encode::hex_upper(hash.as_ref().get(..8).unwrap_or_default())
        );
        write_public(
            &data.join("ek-roots").join(name),
            crate::ca::pem("CERTIFICATE", &certificate).as_bytes(),
        )?;
    }
    Ok(())
}

impl EkRoots {
    pub(crate) fn open(data: &Path) -> Self {
        Self {
            dir: data.join("ek-roots"),
        }
    }

    /// Verifies an endorsement certificate and gives its public key, PKCS#1 DER.
    ///
    /// Key usage is `required_if_present`: the makers' intermediates carry none. The leaf's own is checked here.
    pub(super) fn verify(&self, der: &[u8]) -> Result<Vec<u8>, Refusal> {
        if der.len() > MAX_DER {
            return Err(Refusal::Endorsement("it is too long"));
        }
        let unreadable = || Refusal::Endorsement("it cannot be read");
        let known = self.certificates();
        let anchors: Vec<_> = known
            .iter()
            .filter_map(|certificate| anchor_from_trusted_cert(certificate).ok())
            .collect();
        let leaf = CertificateDer::from(der);
        let end = EndEntityCert::try_from(&leaf).map_err(|_| unreadable())?;
        end.verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &anchors,
            &known,
            UnixTime::now(),
            KeyUsage::required_if_present(EK_USAGE),
            None,
            None,
        )
        .map_err(|_| Refusal::Endorsement("its issuer is not trusted here"))?;
        let (_, certificate) = X509Certificate::from_der(der).map_err(|_| unreadable())?;
        let usage = certificate.key_usage().ok().flatten();
        let extended = certificate.extended_key_usage().ok().flatten();
        if !extended.is_some_and(|usage| {
            usage
                .value
                .other
                .iter()
                .any(|oid| oid.as_bytes() == EK_USAGE)
        }) {
            return Err(Refusal::Endorsement(
                "it is not said to be an endorsement key's",
            ));
        }
        if certificate.is_ca() || !usage.is_some_and(|usage| usage.value.key_encipherment()) {
            return Err(Refusal::Endorsement("it is not an endorsement key's"));
        }
        Ok(certificate.public_key().subject_public_key.data.to_vec())
    }

    fn certificates(&self) -> Vec<CertificateDer<'static>> {
        let Ok(entries) = std::fs::read_dir(&self.dir) else {
            return Vec::new();
        };
        let files = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "pem"));
        files
            .filter_map(|file| CertificateDer::pem_file_iter(file).ok())
            .flatten()
            .flatten()
            .collect()
    }
}
