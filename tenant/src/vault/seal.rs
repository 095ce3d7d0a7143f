//! Sealing, with AES-256-GCM: key files under the administrator's key, and rows of the database under a key file.

use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use super::error::VaultError;
use super::file::{self, Readers};
use crate::random;

/// How a sealed file begins.
const MAGIC: &[u8] = b"dovetail sealed 1\n";
/// Shortest key that seals others.
const SHORTEST: usize = 32;

/// Whether these are a sealed file's bytes.
pub(super) fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// The administrator's key: a file, or a credential of systemd's.
#[derive(Debug)]
pub(super) struct SealKey(Wrap);

impl SealKey {
    pub(super) fn read(path: &Path) -> Result<Self, VaultError> {
        let missing = || VaultError::File {
            path: path.to_owned(),
            source: std::io::ErrorKind::NotFound.into(),
        };
        let key = file::read(path, Readers::Group)?.ok_or_else(missing)?;
        if key.len() < SHORTEST {
            return Err(VaultError::Short(path.to_owned()));
        }
        Ok(Self(Wrap::new(&key, b"key files")?))
    }

    /// The file of that name, sealed.
    pub(super) fn seal(&self, name: &str, contents: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok([MAGIC, &self.0.wrap(name.as_bytes(), contents)?].concat())
    }

    /// What a file of that name holds; `None` when it was not sealed with this key, or for another name.
    pub(super) fn open(&self, name: &str, kept: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.0.unwrap(name.as_bytes(), kept.strip_prefix(MAGIC)?)
    }
}

/// Seals small things, each bound to the place where it is kept.
#[derive(Debug)]
pub(crate) struct Wrap(LessSafeKey);

impl Wrap {
    /// From key material of 32 bytes or more, for one purpose.
    pub(crate) fn new(key: &[u8], purpose: &[u8]) -> Result<Self, VaultError> {
        let key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), purpose);
        let key = UnboundKey::new(&AES_256_GCM, key.as_ref()).map_err(|_| VaultError::Seal)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Nonce, ciphertext, tag.
    pub(crate) fn wrap(&self, place: &[u8], contents: &[u8]) -> Result<Vec<u8>, VaultError> {
        let nonce = random::bytes::<NONCE_LEN>()?;
        // With room for the tag: a vector that grows leaves a copy behind.
        let mut sealed = Vec::with_capacity(contents.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(contents);
        let unique = Nonce::assume_unique_for_key(nonce);
        self.0
            .seal_in_place_append_tag(unique, Aad::from(place), &mut sealed)
            .map_err(|_| VaultError::Seal)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// What was wrapped for that place with this key.
    pub(crate) fn unwrap(&self, place: &[u8], kept: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = kept.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let unique = Nonce::assume_unique_for_key(*nonce);
        let length = self
            .0
            .open_in_place(unique, Aad::from(place), &mut sealed)
            .ok()?
            .len();
        sealed.truncate(length);
        Some(sealed)
    }
}
