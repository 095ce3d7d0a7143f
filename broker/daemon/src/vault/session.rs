//! What a user's single sign-on needs of the keys: a session key to derive from, and a seal for what lies on disk.
//!
//! In the TPM the session key is known from one use to the next to nobody, this process included. With keys in files it lies
//! there in clear, as the device's own keys do.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use dovetail_shared::Secret;
use dovetail_shared::encode::{b64, from_b64};
use dovetail_shared::prt::SealedKey;
use dovetail_shared::prt::kdf::{KdfVersion, SESSION_KEY_LEN, bound, derivation_input};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Vault, VaultError, hard, soft};
use crate::tpm::{Sealed, SessionKey, TpmError};

/// A user's keys as they lie on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserKeys {
    /// Wrapped by the TPM.
    Tpm {
        /// Derives.
        session: SessionKey,
        /// Opens to the key of what is kept beside it.
        seal: Sealed,
    },
    /// **Not hardware-bound**, base64.
    File {
        /// Derives.
        session: Secret<String>,
        /// The key of what is kept beside it.
        seal: Secret<String>,
    },
}

/// 32 bytes: the key of what is kept on disk.
pub type SealKey = Zeroizing<Vec<u8>>;

impl UserKeys {
    /// Whether the TPM has them.
    pub fn protection(&self) -> dovetail_shared::status::KeyProtection {
        match self {
            Self::Tpm { .. } => dovetail_shared::status::KeyProtection::Tpm,
            Self::File { .. } => dovetail_shared::status::KeyProtection::File,
        }
    }
}

impl Vault {
    /// Takes in a session key that was encrypted to the transport key, and makes a seal beside it.
    pub async fn adopt(&self, sealed: &SealedKey) -> Result<(UserKeys, SealKey), VaultError> {
        let mut secret = Zeroizing::new([0; 32]);
        aws_lc_rs::rand::fill(secret.as_mut_slice())
            .map_err(|_| VaultError::Crypto("drawing a random key"))?;
        let keys = if let Some(kept) = hard::read(self.store())? {
            let adopted = self.tpm().adopt(&kept.keys, &sealed.key, &secret).await?;
            UserKeys::Tpm {
                session: adopted.session,
                seal: adopted.seal,
            }
        } else {
            let pair = soft::read(self.store())?.ok_or(VaultError::Gone)?;
            let session = pair.unwrap(&sealed.key)?;
            if session.len() != SESSION_KEY_LEN {
                return Err(TpmError::NoSessionKey.into());
            }
            UserKeys::File {
                session: Secret::new(b64(session.as_slice())),
                seal: Secret::new(b64(secret.as_slice())),
            }
        };
        Ok((keys, Zeroizing::new(secret.to_vec())))
    }

    /// The key derived for one message: of its payload for [`KdfVersion::V2`], which version 1 does not look at.
    pub async fn derive(
        &self,
        keys: &UserKeys,
        version: KdfVersion,
        ctx: &[u8],
        payload: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let message = match version {
            KdfVersion::V1 => derivation_input(ctx),
            KdfVersion::V2 => {
                let bound = Zeroizing::new(bound(ctx, payload));
                derivation_input(digest(&SHA256, &bound).as_ref())
            }
        };
        match keys {
            UserKeys::Tpm { session, .. } => Ok(self.tpm().hmac(session, &message).await?),
            UserKeys::File { session, .. } => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, &decoded(session)?);
                Ok(Zeroizing::new(hmac::sign(&key, &message).as_ref().to_vec()))
            }
        }
    }

    /// Opens the seal.
    pub async fn unseal(&self, keys: &UserKeys) -> Result<SealKey, VaultError> {
        match keys {
            UserKeys::Tpm { seal, .. } => Ok(self.tpm().unseal(seal).await?),
            UserKeys::File { seal, .. } => decoded(seal),
        }
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 by the device key.
    pub async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, VaultError> {
        if let Some(kept) = hard::read(self.store())? {
            return Ok(self.tpm().sign(&kept.keys.device_key(), message).await?);
        }
        soft::read(self.store())?
            .ok_or(VaultError::Gone)?
            .sign(message)
    }
}

fn decoded(text: &Secret<String>) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let bytes = Zeroizing::new(from_b64(text.expose()).map_err(|_| VaultError::Gone)?);
    if bytes.len() == SESSION_KEY_LEN {
        Ok(bytes)
    } else {
        Err(VaultError::Gone)
    }
}
