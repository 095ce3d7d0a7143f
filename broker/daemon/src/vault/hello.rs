//! The key behind a person's PIN. In the TPM or not at all: in a file it would be as good as the PIN is long.

use std::num::NonZeroU32;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::pbkdf2::{self, PBKDF2_HMAC_SHA256};
use dovetail_shared::Secret;
use dovetail_shared::encode::{b64, from_b64};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Vault, VaultError};
use crate::tpm::{HelloKey, Opening, Sealed};

/// Bytes of a salt, and of what opens a key.
const LENGTH: usize = 32;
/// Rounds between a PIN and what opens its key: some milliseconds. Guesses are counted by the TPM; this is for the day on which one is read out.
const ROUNDS: NonZeroU32 = match NonZeroU32::new(10_000) {
    Some(rounds) => rounds,
    None => NonZeroU32::MIN,
};

/// The key as it lies on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinKey {
    key: HelloKey,
    /// 32 bytes, base64: the same PIN opens nothing else.
    salt: String,
}

impl PinKey {
    /// The public half as the directory takes it, an RSA1 blob.
    pub fn public(&self) -> Result<Vec<u8>, VaultError> {
        Ok(self.key.public()?.to_blob())
    }

    /// What the directory knows the key by: SHA-256 of that blob, base64 (registration reference §4.3).
    pub fn kid(&self) -> Result<String, VaultError> {
        Ok(b64(digest(&SHA256, &self.public()?)))
    }

    fn opening(&self, pin: &Secret<String>) -> Result<Opening, VaultError> {
        let salt = from_b64(&self.salt).map_err(|_| VaultError::Gone)?;
        Ok(opening(&salt, pin))
    }
}

/// The PIN itself may be longer than a TPM takes, and would tell how long it is. Written where it stays: what is handed about by value
/// leaves copies on the stack.
fn opening(salt: &[u8], pin: &Secret<String>) -> Opening {
    let mut opening = Zeroizing::new(vec![0; LENGTH]);
    let secret = pin.expose().as_bytes();
    pbkdf2::derive(PBKDF2_HMAC_SHA256, ROUNDS, salt, secret, &mut opening);
    // A TPM drops zeros at the end (TPM 2.0 part 1, "authorization size convention"); not everything above it does.
    if let Some(last) = opening.last_mut() {
        *last |= 1;
    }
    opening
}

fn drawn() -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let mut bytes = Zeroizing::new(vec![0; LENGTH]);
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| VaultError::Crypto("drawing random bytes"))?;
    Ok(bytes)
}

impl Vault {
    /// Makes a key behind this PIN.
    pub async fn make_pin_key(&self, pin: &Secret<String>) -> Result<PinKey, VaultError> {
        let salt = drawn()?;
        let key = self.tpm().create_hello(&opening(&salt, pin)).await?;
        Ok(PinKey {
            key,
            salt: b64(salt.as_slice()),
        })
    }

    /// The same key behind another PIN.
    pub async fn change_pin(
        &self,
        kept: &PinKey,
        pin: &Secret<String>,
        next: &Secret<String>,
    ) -> Result<PinKey, VaultError> {
        let salt = drawn()?;
        let next = opening(&salt, next);
        let opening = kept.opening(pin)?;
        let changed = self.tpm().change_hello(&kept.key, &opening, &next);
        Ok(PinKey {
            key: changed.await?,
            salt: b64(salt.as_slice()),
        })
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256, by the key behind the PIN.
    pub async fn sign_by_pin(
        &self,
        kept: &PinKey,
        pin: &Secret<String>,
        message: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let opening = kept.opening(pin)?;
        Ok(self.tpm().sign_hello(&kept.key, &opening, message).await?)
    }

    /// A key that marks PINs as used before, sealed.
    pub async fn make_mark_key(&self) -> Result<Sealed, VaultError> {
        Ok(self.tpm().seal(&drawn()?).await?)
    }

    /// The mark of a PIN.
    pub async fn mark(&self, key: &Sealed, pin: &Secret<String>) -> Result<String, VaultError> {
        let key = self.tpm().unseal(key).await?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        Ok(b64(hmac::sign(&key, pin.expose().as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What opens the key is other for another PIN and another salt, and never ends in a zero.
    #[test]
    fn what_opens_a_key_is_its_own() {
        let pin = |text: &str| Secret::new(text.to_owned());
        let one = opening(&[1; 32], &pin("482916"));
        assert_eq!(one, opening(&[1; 32], &pin("482916")));
        assert_ne!(one, opening(&[2; 32], &pin("482916")));
        assert_ne!(one, opening(&[1; 32], &pin("482917")));
        for number in 0..300 {
            assert_ne!(opening(&[1; 32], &pin(&number.to_string()))[31], 0);
        }
    }
}
