//! The device's keys behind one face, wherever they live.

mod soft;

use std::sync::Arc;

use dovetail_shared::Code;
use dovetail_shared::status::KeyProtection;
use rustls::client::ResolvesClientCert;

use crate::config::Service;
use crate::harden::own_directory;
use crate::store::Store;

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no TPM, and keys in files are not allowed.
    #[error("no TPM is reachable, and keys in files are not allowed on this machine")]
    NoTpm,
    /// The key files cannot be kept or read.
    #[error("{0}")]
    Store(String),
    /// A key was needed that is not there.
    #[error("the keys of this join are gone")]
    Gone,
    /// Making or using a key failed.
    #[error("key operation failed: {0}")]
    Crypto(&'static str),
}

impl VaultError {
    /// What people are told.
    pub fn code(&self) -> Code {
        match self {
            Self::NoTpm => Code::TPM_ABSENT,
            Self::Store(_) => Code::STORE_FAILED,
            Self::Gone => Code::TPM_CLEARED,
            Self::Crypto(_) => Code::TPM_FAILED,
        }
    }
}

/// What a registration needs of the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicParts {
    /// PKCS#10, DER.
    pub csr: Vec<u8>,
    /// RSA1 blob of the transport key.
    pub transport: Vec<u8>,
    /// PKCS#1 of the device key: the certificate must carry the same.
    pub device_pkcs1: Vec<u8>,
}

/// The keys of this machine.
#[derive(Debug)]
pub struct Vault {
    store: Arc<Store>,
    soft: bool,
    making: tokio::sync::Mutex<()>,
}

impl Vault {
    /// Nothing is opened yet: the TPM is asked when it is needed.
    pub fn new(store: Arc<Store>, config: &Service) -> Self {
        Self {
            store,
            soft: config.allow_soft_keys,
            making: tokio::sync::Mutex::default(),
        }
    }

    /// Where keys are or will be.
    pub fn protection(&self) -> KeyProtection {
        if self.soft {
            KeyProtection::File
        } else {
            KeyProtection::Tpm
        }
    }

    /// Makes the keys unless they are there. Safe to ask many times at once.
    pub async fn ensure(&self) -> Result<(), VaultError> {
        let _one = self.making.lock().await;
        self.allowed()?;
        if soft::read(&self.store)?.is_some() {
            return Ok(());
        }
        let keys = own_directory(&self.store.path("keys"), 0o700);
        keys.map_err(|error| VaultError::Store(error.to_string()))?;
        let made = tokio::task::spawn_blocking(soft::make).await;
        let pair = made.map_err(|_| VaultError::Crypto("the key thread ended"))??;
        soft::write(&self.store, &pair)
    }

    /// Certificate request and public halves. The private ones must be there.
    pub fn public(&self) -> Result<PublicParts, VaultError> {
        self.allowed()?;
        soft::read(&self.store)?.ok_or(VaultError::Gone)?.public()
    }

    /// Answers a server's request for the device certificate.
    pub fn client_auth(
        &self,
        certificate: Vec<u8>,
    ) -> Result<Arc<dyn ResolvesClientCert>, VaultError> {
        self.allowed()?;
        soft::read(&self.store)?
            .ok_or(VaultError::Gone)?
            .client_auth(certificate)
    }

    /// Forgets the keys. Those that are gone are forgotten already.
    pub fn destroy(&self) -> Result<(), VaultError> {
        self.store.remove(soft::FILE).or_else(|error| match error {
            // No keys were ever made: not even the directory is there.
            crate::store::StoreError::Io(_, ref io)
                if io.kind() == std::io::ErrorKind::NotFound =>
            {
                Ok(())
            }
            other => Err(VaultError::Store(other.to_string())),
        })
    }

    /// Whether keys could be made now.
    #[expect(clippy::unused_async, reason = "a TPM is asked over its own thread")]
    pub async fn reachable(&self) -> Result<(), VaultError> {
        self.allowed()
    }

    fn allowed(&self) -> Result<(), VaultError> {
        if self.soft {
            Ok(())
        } else {
            Err(VaultError::NoTpm)
        }
    }
}
