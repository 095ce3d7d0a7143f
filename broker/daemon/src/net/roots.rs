//! Whom we trust: the system's bundle and the configured file, read when a client is made.

use std::path::Path;

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::NetError;
use crate::config::Tenant;

const SYSTEM: &str = "/etc/ssl/certs/ca-certificates.crt";

/// The trusted roots. An empty set is an error here, not a puzzle later.
pub(super) fn roots(config: &Tenant) -> Result<RootCertStore, NetError> {
    let mut store = RootCertStore::empty();
    if !config.only_ca_file && Path::new(SYSTEM).exists() {
        add(&mut store, Path::new(SYSTEM))?;
    }
    if let Some(file) = &config.ca_file {
        add(&mut store, file)?;
    }
    if store.is_empty() {
        return Err(NetError::Setup(
            "no trusted roots are installed (package ca-certificates)".into(),
        ));
    }
    Ok(store)
}

fn add(store: &mut RootCertStore, file: &Path) -> Result<(), NetError> {
    let bad = |error: rustls_pki_types::pem::Error| {
        NetError::Setup(format!("{}: {error}", file.display()))
    };
    for certificate in CertificateDer::pem_file_iter(file).map_err(bad)? {
        // One root of the system that rustls cannot read must not take the others with it.
        if store.add(certificate.map_err(bad)?).is_err() {
            tracing::debug!("a root in {} was left out", file.display());
        }
    }
    Ok(())
}
