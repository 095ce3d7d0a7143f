//! `$skiptoken`: the last id of a page, under a MAC that ties it to the caller and to what was asked.

use aws_lc_rs::hmac;
use dovetail_shared::encode::{b64url, from_b64url};
use dovetail_shared::id::ObjectId;
use uuid::Uuid;

use crate::vault::{Vault, VaultError};

/// Bytes of an id; the tag is behind it.
const ID: usize = 16;

/// Makes and checks them; kept in `DIR/ca/graph.key`.
#[derive(Debug)]
pub(crate) struct SkipKey(hmac::Key);

impl SkipKey {
    /// Opens it, or makes it.
    pub(crate) fn open(vault: &Vault) -> Result<Self, VaultError> {
        let key = vault.random("ca/graph.key")?;
        Ok(Self::new(&key))
    }

    /// With that key.
    pub(super) fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The token of a page that ends with `last`. `asked` is all that makes one list another than the next.
    pub(super) fn seal(&self, last: ObjectId, asked: &[&str]) -> String {
        let mut bytes = last.0.as_bytes().to_vec();
        bytes.extend_from_slice(hmac::sign(&self.0, &bound(last.0, asked)).as_ref());
        b64url(bytes)
    }

    /// The id of a token that was made here for the same list; `None` otherwise.
    pub(super) fn open_token(&self, token: &str, asked: &[&str]) -> Option<ObjectId> {
        let bytes = Some(token)
            .filter(|token| token.len() <= 64)
            .and_then(|token| from_b64url(token).ok())?;
        let (id, tag) = bytes.split_at_checked(ID)?;
        let id = Uuid::from_slice(id).ok()?;
        hmac::verify(&self.0, &bound(id, asked), tag).ok()?;
        Some(ObjectId(id))
    }
}

/// What the tag is over: each part behind its length, so that no two lists come to the same bytes.
fn bound(id: Uuid, asked: &[&str]) -> Vec<u8> {
    let mut bytes = id.as_bytes().to_vec();
    for part in asked {
        bytes.extend_from_slice(&part.len().to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [ID-20] A token that was changed, or made for another list, opens nothing.
    #[test]
    fn a_token_is_bound_to_its_list() {
        let dir = tempfile::tempdir().unwrap();
        let key = SkipKey::open(&Vault::open(dir.path(), None).unwrap()).unwrap();
        let last = ObjectId(crate::random::guid());
        let token = key.seal(last, &["devices", "", "somebody"]);
        assert_eq!(token.len(), 64);
        assert_eq!(
            key.open_token(&token, &["devices", "", "somebody"]),
            Some(last)
        );
        for other in [
            ["devices", "", "another"],
            ["devices", "s", "omebody"],
            ["", "devices", "somebody"],
        ] {
            assert_eq!(key.open_token(&token, &other), None);
        }
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(
                key.open_token(&changed, &["devices", "", "somebody"]),
                None,
                "{at}"
            );
        }
        for odd in ["", "A", &"A".repeat(64), &"A".repeat(10_000), "§"] {
            assert_eq!(key.open_token(odd, &["devices", "", "somebody"]), None);
        }
    }
}
