//! The key of the management certificate: its own, so that the device key signs for the directory alone. Two places, because
//! a renewal makes the next one while the present one is still needed.

use std::sync::Arc;

use dovetail_shared::Secret;
use rcgen::{KeyPair, PublicKeyData, SigningKey};
use rustls::client::ResolvesClientCert;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{VaultError, client_auth, hard, soft};
use crate::store::Store;
use crate::tpm::{SignKey, Tpm};

/// One of the two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// The first enrollment's.
    #[default]
    One,
    /// The first renewal's, then in turn.
    Two,
}

impl Slot {
    /// Where the next key goes.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::One => Self::Two,
            Self::Two => Self::One,
        }
    }

    pub(super) fn file(self) -> &'static str {
        match self {
            Self::One => "keys/mdm-1.json",
            Self::Two => "keys/mdm-2.json",
        }
    }
}

/// The key, wherever it lives.
#[derive(Debug, Clone)]
pub struct ManagementKey(Held);

#[derive(Clone)]
enum Held {
    Tpm(Tpm, SignKey),
    File(Arc<KeyPair>),
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Tpm(..) => "Tpm",
            Self::File(_) => "File",
        })
    }
}

/// As it lies on disk.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Tpm(SignKey),
    File(Secret<String>),
}

pub(super) fn read(
    store: &Store,
    tpm: &Tpm,
    slot: Slot,
) -> Result<Option<ManagementKey>, VaultError> {
    let bytes = store
        .read(slot.file())
        .map_err(|error| VaultError::Store(error.to_string()))?;
    let Some(bytes) = bytes.map(Zeroizing::new) else {
        return Ok(None);
    };
    let held = match serde_json::from_slice(&bytes).map_err(|_| VaultError::Gone)? {
        Kept::Tpm(key) => Held::Tpm(tpm.clone(), key),
        Kept::File(text) => Held::File(Arc::new(soft::load(&text)?)),
    };
    Ok(Some(ManagementKey(held)))
}

pub(super) async fn make(
    store: &Store,
    tpm: &Tpm,
    slot: Slot,
) -> Result<ManagementKey, VaultError> {
    let key = tpm.create_sign_key().await?;
    write(store, slot, &Kept::Tpm(key.clone()))?;
    Ok(ManagementKey(Held::Tpm(tpm.clone(), key)))
}

pub(super) async fn make_file(store: &Store, slot: Slot) -> Result<ManagementKey, VaultError> {
    let made = tokio::task::spawn_blocking(soft::make_one).await;
    let key = made.map_err(|_| VaultError::Crypto("the key thread ended"))??;
    write(store, slot, &Kept::File(soft::text(&key)))?;
    Ok(ManagementKey(Held::File(Arc::new(key))))
}

fn write(store: &Store, slot: Slot, kept: &Kept) -> Result<(), VaultError> {
    let bytes =
        Zeroizing::new(serde_json::to_vec(kept).map_err(|_| VaultError::Crypto("writing keys"))?);
    store
        .write(slot.file(), &bytes, 0o600)
        .map_err(|error| VaultError::Store(error.to_string()))
}

impl ManagementKey {
    /// PKCS#1 of its public half: the certificate must carry the same.
    pub fn pkcs1(&self) -> Result<Vec<u8>, VaultError> {
        Ok(match &self.0 {
            Held::Tpm(_, key) => key.public()?.to_pkcs1(),
            Held::File(key) => key.der_bytes().to_vec(),
        })
    }

    /// A certificate request (PKCS#10, DER, SHA-256) in which the subject's common name is `subject`.
    pub async fn request(&self, subject: &str) -> Result<Vec<u8>, VaultError> {
        match &self.0 {
            Held::Tpm(tpm, key) => hard::request(tpm, key.clone(), subject).await,
            Held::File(key) => soft::request(key, subject),
        }
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 over `message`.
    pub async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, VaultError> {
        match &self.0 {
            Held::Tpm(tpm, key) => Ok(tpm.sign(key, message).await?),
            Held::File(key) => key
                .sign(message)
                .map_err(|_| VaultError::Crypto("signing a message")),
        }
    }

    /// Answers a server's request for the management certificate (DER).
    pub fn client_auth(
        &self,
        certificate: Vec<u8>,
    ) -> Result<Arc<dyn ResolvesClientCert>, VaultError> {
        match &self.0 {
            Held::Tpm(tpm, key) => Ok(client_auth::resolver(tpm.clone(), key.clone(), certificate)),
            Held::File(key) => soft::resolver(key, certificate),
        }
    }

    pub(super) async fn check(&self) -> Result<(), VaultError> {
        match &self.0 {
            Held::Tpm(tpm, key) => Ok(tpm.check_sign_key(key).await?),
            Held::File(_) => Ok(()),
        }
    }
}
