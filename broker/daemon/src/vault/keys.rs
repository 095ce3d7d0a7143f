//! The keys of this machine: in the TPM, or, where there is none and an administrator allowed it, in files.
//!
//! Keys and certificate request are made ahead, while the person is still signing in, and lie on disk before anything is
//! asked of the tenant: a lost answer is asked for again with the same ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dovetail_shared::status::KeyProtection;
use rustls::client::ResolvesClientCert;
use zeroize::Zeroizing;

use super::management::{self, ManagementKey, Slot};
use super::{VaultError, hard, soft};
use crate::config::Service;
use crate::harden::own_directory;
use crate::store::Store;
use crate::tpm::{CertifiedPair, Tpm, TpmConfig, TpmError};

/// Where the TPM is, when the configuration does not say: the kernel's resource manager.
const TCTI: &str = "device:/dev/tpmrm0";

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

/// What a challenge is answered with.
#[derive(Debug)]
pub struct Proof {
    /// What the TPM opened.
    pub secret: Zeroizing<Vec<u8>>,
    /// The attestation key's word on both keys.
    pub certified: CertifiedPair,
}

/// The keys of this machine.
#[derive(Debug)]
pub struct Vault {
    store: Arc<Store>,
    tpm: Tpm,
    soft_allowed: bool,
    /// Whether keys are or will be in files.
    soft: AtomicBool,
    making: tokio::sync::Mutex<()>,
}

impl Vault {
    /// Nothing is opened yet: the TPM is asked when it is needed.
    pub fn new(store: Arc<Store>, config: &Service) -> Self {
        let tcti = config.tcti.clone().unwrap_or_else(|| TCTI.to_owned());
        let soft = store.path(soft::FILE).exists();
        Self {
            tpm: Tpm::open(TpmConfig {
                tcti,
                exclusive: config.exclusive_tpm,
                watched_bus: config.watched_tpm_bus,
            }),
            soft_allowed: config.allow_soft_keys,
            soft: AtomicBool::new(soft),
            making: tokio::sync::Mutex::default(),
            store,
        }
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn tpm(&self) -> &Tpm {
        &self.tpm
    }

    /// Where keys are or will be.
    pub fn protection(&self) -> KeyProtection {
        if self.soft.load(Ordering::Relaxed) {
            KeyProtection::File
        } else {
            KeyProtection::Tpm
        }
    }

    /// Makes the keys unless they are there and open. Safe to ask many times at once.
    pub async fn ensure(&self) -> Result<(), VaultError> {
        let _one = self.making.lock().await;
        if soft::read(&self.store)?.is_some() {
            return Ok(());
        }
        let kept = match hard::read(&self.store) {
            // A damaged record opens nothing: before a join nothing is lost by making new keys.
            Err(VaultError::Gone) => {
                self.destroy()?;
                None
            }
            other => other?,
        };
        if let Some(kept) = kept {
            match self.tpm.check(&kept.keys).await {
                // Another chip, or a cleared one: before a join nothing is lost by making new ones.
                Err(TpmError::Cleared) => self.destroy()?,
                other => return Ok(other?),
            }
        }
        own_directory(&self.store.path("keys"), 0o700)
            .map_err(|error| VaultError::Store(error.to_string()))?;
        match hard::make(&self.tpm).await {
            Ok(kept) => hard::write(&self.store, &kept),
            Err(VaultError::Tpm(TpmError::Absent)) if self.soft_allowed => self.make_soft().await,
            Err(error) => Err(error),
        }
    }

    async fn make_soft(&self) -> Result<(), VaultError> {
        let made = tokio::task::spawn_blocking(soft::make).await;
        let pair = made.map_err(|_| VaultError::Crypto("the key thread ended"))??;
        soft::write(&self.store, &pair)?;
        self.soft.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Certificate request and public halves. No key is used for it.
    pub fn public(&self) -> Result<PublicParts, VaultError> {
        if let Some(kept) = hard::read(&self.store)? {
            return kept.public();
        }
        soft::read(&self.store)?.ok_or(VaultError::Gone)?.public()
    }

    /// Endorsement certificate (DER) and attestation key (TPMT_PUBLIC): what asks for a challenge. `None` where the keys
    /// are in files, or the TPM's maker certified nothing.
    pub async fn identity(&self) -> Result<Option<(Vec<u8>, Vec<u8>)>, VaultError> {
        let Some(kept) = hard::read(&self.store)? else {
            return Ok(None);
        };
        let Some(endorsement) = self.tpm.endorsement().await? else {
            return Ok(None);
        };
        Ok(Some((endorsement, kept.keys.attestation_public()?)))
    }

    /// Answers a challenge: `blob` and `encrypted` as TPM2_ActivateCredential takes them, `nonce` for TPM2_Certify.
    pub async fn prove(
        &self,
        nonce: &[u8],
        blob: &[u8],
        encrypted: &[u8],
    ) -> Result<Proof, VaultError> {
        let kept = hard::read(&self.store)?.ok_or(VaultError::Gone)?;
        let secret = self.tpm.activate(&kept.keys, blob, encrypted).await?;
        let certified = self.tpm.certify(&kept.keys, nonce).await?;
        Ok(Proof { secret, certified })
    }

    /// Answers a server's request for the device certificate.
    pub fn client_auth(
        &self,
        certificate: Vec<u8>,
    ) -> Result<Arc<dyn ResolvesClientCert>, VaultError> {
        if let Some(kept) = hard::read(&self.store)? {
            return Ok(super::client_auth::resolver(
                self.tpm.clone(),
                kept.keys.device_key(),
                certificate,
            ));
        }
        soft::read(&self.store)?
            .ok_or(VaultError::Gone)?
            .client_auth(certificate)
    }

    /// Forgets the keys. Those that are gone are forgotten already.
    pub fn destroy(&self) -> Result<(), VaultError> {
        for file in [hard::FILE, soft::FILE, Slot::One.file(), Slot::Two.file()] {
            self.store.remove(file).or_else(|error| match error {
                // No keys were ever made: not even the directory is there.
                crate::store::StoreError::Io(_, ref io)
                    if io.kind() == std::io::ErrorKind::NotFound =>
                {
                    Ok(())
                }
                other => Err(VaultError::Store(other.to_string())),
            })?;
        }
        self.soft.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// The key of the management certificate; made unless it is there and opens.
    pub async fn ensure_management_key(&self, slot: Slot) -> Result<ManagementKey, VaultError> {
        let _one = self.making.lock().await;
        match management::read(&self.store, &self.tpm, slot) {
            Ok(Some(key)) => match key.check().await {
                // Another chip, or a cleared one: then no certificate of it can be used either.
                Err(VaultError::Tpm(TpmError::Cleared)) => {}
                other => return other.map(|()| key),
            },
            Ok(None) | Err(VaultError::Gone) => {}
            Err(error) => return Err(error),
        }
        own_directory(&self.store.path("keys"), 0o700)
            .map_err(|error| VaultError::Store(error.to_string()))?;
        if self.protection() == KeyProtection::File {
            return management::make_file(&self.store, slot).await;
        }
        match management::make(&self.store, &self.tpm, slot).await {
            Err(VaultError::Tpm(TpmError::Absent)) if self.soft_allowed => {
                management::make_file(&self.store, slot).await
            }
            other => other,
        }
    }

    /// The same, where it must be there.
    pub fn management_key(&self, slot: Slot) -> Result<ManagementKey, VaultError> {
        management::read(&self.store, &self.tpm, slot)?.ok_or(VaultError::Gone)
    }

    /// Forgets one of them.
    pub fn forget_management_key(&self, slot: Slot) -> Result<(), VaultError> {
        match self.store.remove(slot.file()) {
            Err(crate::store::StoreError::Io(_, ref io))
                if io.kind() == std::io::ErrorKind::NotFound =>
            {
                Ok(())
            }
            other => other.map_err(|error| VaultError::Store(error.to_string())),
        }
    }

    /// Whether keys could be made now: what the TPM says of itself, `None` where it would be files.
    pub async fn reachable(&self) -> Result<Option<String>, VaultError> {
        match self.tpm.describe().await {
            Ok(described) => Ok(Some(described)),
            Err(TpmError::Absent) if self.soft_allowed => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Lets the TPM go, in order.
    pub async fn rest(&self) {
        self.tpm.release().await;
    }
}
