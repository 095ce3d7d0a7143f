//! The file `DIR/ca/prt.key`: 32 random bytes from which the keys of nonces and tokens and the key around
//! session keys are made
//! (ADR 20). Not in the database, so that a stolen database signs nobody in.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{constant_time, hmac};
use dovetail_shared::encode::{b64url, from_b64url};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::nonce::Nonces;
use super::session_key::{SealError, SessionKey};
use crate::random;
use crate::vault::{Vault, VaultError};

/// Bytes of a token's MAC that are written (of 32).
const TAG: usize = 24;
/// How PRTs begin.
const VERSION: &str = "1.";
/// Longest token that is looked at.
const LONGEST_TOKEN: usize = 128;

/// What the tenant keeps for PRTs outside its database.
#[derive(Debug)]
pub(crate) struct PrtKey {
    wrap: LessSafeKey,
    tokens: hmac::Key,
    /// Made and checked with the same file's other half.
    pub(crate) nonces: Nonces,
}

impl PrtKey {
    /// Opens it, or makes it.
    pub(crate) fn open(vault: &Vault) -> Result<Self, VaultError> {
        Self::new(&vault.random("ca/prt.key")?)
    }

    /// With that master key.
    pub(super) fn new(master: &[u8]) -> Result<Self, VaultError> {
        let master = hmac::Key::new(hmac::HMAC_SHA256, master);
        let wrap = hmac::sign(&master, b"session keys");
        let wrap = UnboundKey::new(&AES_256_GCM, wrap.as_ref()).map_err(|_| VaultError::Seal)?;
        Ok(Self {
            wrap: LessSafeKey::new(wrap),
            tokens: hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&master, b"tokens").as_ref()),
            nonces: Nonces::new(hmac::sign(&master, b"nonces").as_ref()),
        })
    }

    /// The PRT of that row and number: 61 characters. Nothing of it is stored. Like the real service's it begins with a version
    /// and a dot: roadlib takes one without a dot for the base64 of a PRT.
    pub(super) fn token(&self, id: Uuid, generation: u32) -> String {
        let mut bytes = id.as_bytes().to_vec();
        bytes.extend_from_slice(&generation.to_be_bytes());
        let tag = hmac::sign(&self.tokens, &bytes);
        bytes.extend(tag.as_ref().iter().take(TAG));
        format!("{VERSION}{}", b64url(bytes))
    }

    /// Row and number of a PRT that was made here.
    pub(super) fn open_token(&self, token: &str) -> Option<(Uuid, u32)> {
        if token.len() > LONGEST_TOKEN {
            return None;
        }
        let bytes = from_b64url(token.strip_prefix(VERSION)?).ok()?;
        let (body, tag) = bytes.split_first_chunk::<20>()?;
        let right = hmac::sign(&self.tokens, body);
        constant_time::verify_slices_are_equal(right.as_ref().get(..TAG)?, tag).ok()?;
        let (id, generation) = body.split_first_chunk::<16>()?;
        let generation = u32::from_be_bytes(generation.try_into().ok()?);
        Some((Uuid::from_bytes(*id), generation))
    }

    /// A session key as it is stored in the row of that id: nonce, ciphertext, tag.
    pub(super) fn wrap(&self, id: &str, key: &SessionKey) -> Result<Vec<u8>, SealError> {
        let nonce = random::bytes::<NONCE_LEN>().map_err(|_| SealError)?;
        let mut sealed = Zeroizing::new(key.expose().to_vec());
        let tag = self
            .wrap
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(id.as_bytes()),
                sealed.as_mut_slice(),
            )
            .map_err(|_| SealError)?;
        Ok([&nonce, sealed.as_slice(), tag.as_ref()].concat())
    }

    /// The session key of that row. A blob moved from another row does not open.
    pub(super) fn unwrap(&self, id: &str, stored: &[u8]) -> Result<SessionKey, SealError> {
        let (nonce, sealed) = stored.split_first_chunk::<NONCE_LEN>().ok_or(SealError)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let opened = self
            .wrap
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(id.as_bytes()),
                sealed.as_mut_slice(),
            )
            .map_err(|_| SealError)?;
        SessionKey::from_slice(opened).ok_or(SealError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(dir: &std::path::Path) -> PrtKey {
        PrtKey::open(&Vault::open(dir, None).unwrap()).unwrap()
    }

    /// [ST-09] What is stored of a session key is nothing without the file, and it opens
    /// in no other row.
    #[test]
    fn a_session_key_is_stored_wrapped() {
        let dir = tempfile::tempdir().unwrap();
        let keys = open(dir.path());
        let session = SessionKey::create().unwrap();
        let stored = keys.wrap("a", &session).unwrap();
        assert_eq!(stored.len(), NONCE_LEN + 32 + 16);
        assert!(!stored.windows(32).any(|part| part == session.expose()));
        let again = open(dir.path());
        assert_eq!(
            again.unwrap("a", &stored).unwrap().expose(),
            session.expose()
        );
        assert_eq!(again.unwrap("b", &stored).err(), Some(SealError));
        assert_eq!(again.unwrap("a", &stored[..20]).err(), Some(SealError));
        let other = open(tempfile::tempdir().unwrap().path());
        assert_eq!(other.unwrap("a", &stored).err(), Some(SealError));
    }

    #[test]
    fn a_token_opens_where_it_was_made_and_unchanged() {
        let keys = open(tempfile::tempdir().unwrap().path());
        let id = Uuid::from_u128(7);
        let token = keys.token(id, 3);
        assert_eq!((token.len(), keys.open_token(&token)), (61, Some((id, 3))));
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'E' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(keys.open_token(&changed), None, "{at}");
        }
        let other = open(tempfile::tempdir().unwrap().path());
        assert_eq!(other.open_token(&token), None);
        for text in ["", "AAAA", &"A".repeat(59), &"A".repeat(4000)] {
            assert_eq!(keys.open_token(text), None);
        }
    }
}
