//! Requests that the device or its session key has signed (registration reference §4.2, §4.7).

use aws_lc_rs::hmac;
use dovetail_shared::Secret;
use dovetail_shared::encode::{b64, b64url};
use dovetail_shared::jose::{JwsHeader, signing_input};
use dovetail_shared::prt::kdf::{CTX_LEN, KdfVersion};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde::Serialize;
use zeroize::Zeroizing;

use super::error::PrtError;
use crate::Daemon;
use crate::join::step::install::CERTIFICATE;
use crate::vault::{UserKeys, VaultError};

/// A compact JWS by the device key, with its certificate.
pub(super) async fn by_device<T: Serialize>(
    daemon: &Daemon,
    payload: &T,
) -> Result<Secret<String>, PrtError> {
    let pem = daemon
        .store
        .read(CERTIFICATE)?
        .ok_or(PrtError::Certificate)?;
    let certificate = CertificateDer::from_pem_slice(&pem).map_err(|_| PrtError::Certificate)?;
    let header = JwsHeader {
        alg: "RS256".into(),
        typ: Some("JWT".into()),
        x5c: Some(vec![b64(&certificate)]),
        kdf_ver: KdfVersion::V2.to_header(),
        ..JwsHeader::default()
    };
    let input = Zeroizing::new(signing_input(&header, &json(payload)?));
    let signature = daemon.vault.sign(input.as_bytes()).await?;
    Ok(joined(&input, &signature))
}

/// A compact JWS by a key that is derived for this very payload and used once.
pub(super) async fn by_session<T: Serialize>(
    daemon: &Daemon,
    keys: &UserKeys,
    payload: &T,
) -> Result<Secret<String>, PrtError> {
    let mut ctx = [0; CTX_LEN];
    aws_lc_rs::rand::fill(&mut ctx).map_err(|_| VaultError::Crypto("drawing random bytes"))?;
    let payload = json(payload)?;
    let version = KdfVersion::V2;
    let key = daemon.vault.derive(keys, version, &ctx, &payload).await?;
    let header = JwsHeader {
        alg: "HS256".into(),
        typ: Some("JWT".into()),
        ctx: Some(b64(ctx)),
        kdf_ver: version.to_header(),
        ..JwsHeader::default()
    };
    let input = Zeroizing::new(signing_input(&header, &payload));
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let signature = hmac::sign(&key, input.as_bytes());
    Ok(joined(&input, signature.as_ref()))
}

fn json<T: Serialize>(payload: &T) -> Result<Zeroizing<Vec<u8>>, PrtError> {
    serde_json::to_vec(payload)
        .map(Zeroizing::new)
        .map_err(|_| VaultError::Crypto("writing a request").into())
}

fn joined(input: &str, signature: &[u8]) -> Secret<String> {
    Secret::new(format!("{input}.{}", b64url(signature)))
}
