//! Codes and refresh tokens as text: the id of their lineage and a MAC. Nothing of them is kept, so a stolen database holds
//! none; and one that was not made here costs no look at the store.

use aws_lc_rs::{constant_time, hmac};
use dovetail_shared::encode::{b64url, from_b64url};
use uuid::Uuid;

use crate::vault::{Vault, VaultError};

/// Bytes of a MAC that are written (of 32).
const MAC: usize = 24;
/// How refresh tokens begin.
const VERSION: &str = "1.";
/// Longest text that is looked at.
const LONGEST: usize = 128;

/// Makes and checks them; kept in `DIR/grant.key`. Without the old key, everybody signs in again.
#[derive(Debug)]
pub(crate) struct GrantKey(hmac::Key);

impl GrantKey {
    /// Opens it, or makes it.
    pub(crate) fn open(vault: &Vault) -> Result<Self, VaultError> {
        let key = vault.random("grant.key")?;
        Ok(Self::new(&key))
    }

    /// With that key.
    pub(super) fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The code of a lineage: 54 characters.
    pub(super) fn code(&self, lineage: Uuid) -> String {
        self.sealed(b"code", lineage.as_bytes())
    }

    /// The lineage of a code that was made here.
    pub(super) fn open_code(&self, code: &str) -> Option<Uuid> {
        let body: [u8; 16] = self.opened(b"code", code)?;
        Some(Uuid::from_bytes(body))
    }

    /// What a machine asks with while a person approves: 54 characters.
    pub(crate) fn device_code(&self, id: Uuid) -> String {
        self.sealed(b"device", id.as_bytes())
    }

    /// The sign-in of a device code that was made here.
    pub(super) fn open_device_code(&self, code: &str) -> Option<Uuid> {
        self.opened(b"device", code).map(Uuid::from_bytes)
    }

    /// The refresh token of that number: 61 characters. Like the real service's it begins with a version and a dot.
    pub(super) fn refresh_token(&self, lineage: Uuid, generation: u32) -> String {
        let mut body = lineage.as_bytes().to_vec();
        body.extend_from_slice(&generation.to_be_bytes());
        format!("{VERSION}{}", self.sealed(b"refresh", &body))
    }

    /// Lineage and number of a refresh token that was made here.
    pub(super) fn open_refresh_token(&self, token: &str) -> Option<(Uuid, u32)> {
        let token = token.strip_prefix(VERSION)?;
        let body: [u8; 20] = self.opened(b"refresh", token)?;
        let (id, generation) = body.split_first_chunk::<16>()?;
        let generation = u32::from_be_bytes(generation.try_into().ok()?);
        Some((Uuid::from_bytes(*id), generation))
    }

    fn sealed(&self, kind: &[u8], body: &[u8]) -> String {
        let mut bytes = body.to_vec();
        bytes.extend(self.tag(kind, body));
        b64url(bytes)
    }

    fn opened<const N: usize>(&self, kind: &[u8], text: &str) -> Option<[u8; N]> {
        if text.len() > LONGEST {
            return None;
        }
        let bytes = from_b64url(text).ok()?;
        let (body, tag) = bytes.split_first_chunk::<N>()?;
        constant_time::verify_slices_are_equal(&self.tag(kind, body), tag)
            .ok()
            .map(|()| *body)
    }

    fn tag(&self, kind: &[u8], body: &[u8]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(kind);
        context.update(body);
        let tag = context.sign();
        tag.as_ref().iter().copied().take(MAC).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn key() -> GrantKey {
        GrantKey::new(&[7; 32])
    }

    #[test]
    fn what_was_made_here_is_opened() {
        let (key, id) = (key(), Uuid::from_u128(7));
        assert_eq!(key.open_code(&key.code(id)), Some(id));
        let token = key.refresh_token(id, 5);
        assert!(token.contains('.'), "{token}");
        assert_eq!(key.open_refresh_token(&token), Some((id, 5)));
    }

    /// A changed letter, another kind, another key, nonsense: nothing is opened.
    #[test]
    fn what_was_not_made_here_is_not_opened() {
        let (key, id) = (key(), Uuid::from_u128(7));
        let token = key.refresh_token(id, 5);
        for at in 0..token.len() {
            let mut letters: Vec<u8> = token.clone().into_bytes();
            letters[at] = if letters[at] == b'A' { b'E' } else { b'A' };
            let changed = String::from_utf8(letters).unwrap();
            assert_eq!(key.open_refresh_token(&changed), None, "{changed}");
        }
        assert_eq!(key.open_code(&token), None);
        assert_eq!(key.open_refresh_token(&key.code(id)), None);
        // Of one length, and so told apart by their kind alone.
        assert_eq!(key.open_code(&key.device_code(id)), None);
        assert_eq!(key.open_device_code(&key.code(id)), None);
        let other = GrantKey::new(&[8; 32]);
        assert_eq!(other.open_refresh_token(&token), None);
        for text in [
            "",
            "x",
            "AAAA",
            &"A".repeat(61),
            &format!("1.{}", "A".repeat(59)),
            &"A".repeat(4000),
            "ä",
        ] {
            assert_eq!(key.open_refresh_token(text), None, "{text}");
        }
    }
}
