//! What lies on disk of a user's sign-on: one file, one version, replaced whole.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use dovetail_shared::encode::{b64, from_b64};
use dovetail_shared::id::{DeviceId, TenantId};
use dovetail_shared::status::SsoState;
use dovetail_shared::{Report, Secret, UnixTime};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::error::PrtError;
use crate::store::{Store, StoreError};
use crate::vault::{SealKey, UserKeys};

/// Directory of all users' records.
pub(super) const FOLDER: &str = "sso";
/// Characters of a person's name; directories have at most 256.
const LONGEST_NAME: usize = 256;
/// Version that this daemon writes.
const VERSION: u32 = 1;

/// A user's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    version: u32,
    /// Whose, and by which name they are known on this machine: another name is another person.
    pub(super) uid: u32,
    pub(super) account: String,
    /// Who they are at the tenant.
    pub(super) upn: Option<String>,
    /// What people are called by.
    #[serde(default)]
    pub(super) profile: Profile,
    /// How it stands.
    pub(super) state: SsoState,
    /// Why.
    pub(super) report: Option<Report>,
    /// The token, while it is of use.
    pub(super) prt: Option<Prt>,
}

/// What the tenant tells of a person beside who they are. Nothing is decided by it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Profile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) given_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) family_name: Option<String>,
}

/// A primary refresh token with its keys and times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Prt {
    /// Of which device; with another one it is void.
    pub(super) device_id: DeviceId,
    /// Of which tenant.
    pub(super) tenant_id: TenantId,
    /// The user's object, where the tenant told.
    pub(super) oid: Option<String>,
    /// By which authority.
    pub(super) authority: String,
    /// When it was got or last renewed, by this machine's clock, as all times here.
    pub(super) issued: UnixTime,
    /// Its end.
    pub(super) expires: UnixTime,
    /// Since when this session key is used.
    pub(super) key_since: UnixTime,
    /// When it is to be renewed, or tried again.
    pub(super) next_renewal: UnixTime,
    /// Renewals in a row that did not come about.
    pub(super) failures: u32,
    /// Its keys.
    pub(super) keys: UserKeys,
    /// The token itself.
    pub(super) token: SealedToken,
}

/// A token under AES-256-GCM; the key is sealed in the TPM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SealedToken {
    /// 12 bytes, base64.
    nonce: String,
    /// With its tag behind it, base64.
    text: String,
}

impl Profile {
    /// The same with names of a length that can be shown, and no control characters.
    pub(super) fn short(self) -> Self {
        let short = |name: Option<String>| {
            let name = name?;
            let kept = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME);
            Some(kept.collect::<String>()).filter(|name| !name.trim().is_empty())
        };
        Self {
            name: short(self.name),
            given_name: short(self.given_name),
            family_name: short(self.family_name),
        }
    }
}

impl Record {
    /// Of a user who has not signed in.
    pub(super) fn new(uid: u32, account: String) -> Self {
        Self {
            version: VERSION,
            uid,
            account,
            upn: None,
            profile: Profile::default(),
            state: SsoState::None,
            report: None,
            prt: None,
        }
    }

    /// Reads a user's record; one that cannot be read is none.
    pub(super) fn load(store: &Store, uid: u32) -> Result<Option<Self>, StoreError> {
        let Some(bytes) = store.read(&file(uid))? else {
            return Ok(None);
        };
        let bytes = Zeroizing::new(bytes);
        let record = serde_json::from_slice::<Self>(&bytes).ok();
        Ok(record.filter(|record| record.version == VERSION && record.uid == uid))
    }

    /// Writes it.
    pub(super) fn save(&self, store: &Store) -> Result<(), StoreError> {
        store.folder(FOLDER)?;
        store.folder(&folder(self.uid))?;
        let bytes = Zeroizing::new(serde_json::to_vec(self).unwrap_or_default());
        store.write(&file(self.uid), &bytes, 0o600)
    }
}

/// A user's directory.
pub(super) fn folder(uid: u32) -> String {
    format!("{FOLDER}/{uid}")
}

fn file(uid: u32) -> String {
    format!("{FOLDER}/{uid}/prt.json")
}

impl SealedToken {
    /// Encrypts; `whose` goes in as additional data, so that one user's file opens in no other's place.
    pub(super) fn close(key: &SealKey, whose: &Whose, token: &str) -> Result<Self, PrtError> {
        let mut nonce = [0; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).map_err(|_| PrtError::Damaged)?;
        // The tag goes behind: with room for it the clear text is not moved, and leaves no copy.
        let mut text = Vec::with_capacity(token.len().saturating_add(AES_256_GCM.tag_len()));
        text.extend_from_slice(token.as_bytes());
        let mut text = Zeroizing::new(text);
        aead(key)?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(whose.bytes()),
                &mut *text,
            )
            .map_err(|_| PrtError::Damaged)?;
        Ok(Self {
            nonce: b64(nonce),
            text: b64(text.as_slice()),
        })
    }

    /// Decrypts.
    pub(super) fn open(&self, key: &SealKey, whose: &Whose) -> Result<Secret<String>, PrtError> {
        let part = |text: &str| from_b64(text).map_err(|_| PrtError::Damaged);
        let nonce =
            Nonce::try_assume_unique_for_key(&part(&self.nonce)?).map_err(|_| PrtError::Damaged)?;
        let mut text = Zeroizing::new(part(&self.text)?);
        let clear = aead(key)?
            .open_in_place(nonce, Aad::from(whose.bytes()), &mut text)
            .map_err(|_| PrtError::Damaged)?;
        let clear = std::str::from_utf8(clear).map_err(|_| PrtError::Damaged)?;
        Ok(Secret::new(clear.to_owned()))
    }
}

fn aead(key: &SealKey) -> Result<LessSafeKey, PrtError> {
    UnboundKey::new(&AES_256_GCM, key)
        .map(LessSafeKey::new)
        .map_err(|_| PrtError::Damaged)
}

/// Whose token it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whose {
    pub(super) uid: u32,
    pub(super) device_id: DeviceId,
}

impl Whose {
    fn bytes(self) -> Vec<u8> {
        format!("dovetail prt {VERSION} {} {}", self.uid, self.device_id).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whose(uid: u32, device: u128) -> Whose {
        Whose {
            uid,
            device_id: DeviceId(uuid::Uuid::from_u128(device)),
        }
    }

    /// [DM-22] A token that was moved to another user's file, to another device's record, or was touched, does not open.
    #[test]
    fn a_token_opens_only_in_its_own_place() {
        let key = Zeroizing::new(vec![7; 32]);
        let sealed = SealedToken::close(&key, &whose(1000, 1), "the token").unwrap();
        assert!(
            !serde_json::to_string(&sealed)
                .unwrap()
                .contains("token\":\"the")
        );
        let opened = sealed.open(&key, &whose(1000, 1)).unwrap();
        assert_eq!(opened.expose(), "the token");
        let other = Zeroizing::new(vec![8; 32]);
        let short = Zeroizing::new(vec![7; 16]);
        let mut touched = sealed.clone();
        touched.text.replace_range(
            0..1,
            if touched.text.starts_with('A') {
                "B"
            } else {
                "A"
            },
        );
        let mut bad_nonce = sealed.clone();
        bad_nonce.nonce = b64([0; 8]);
        for (sealed, key, whose) in [
            (&sealed, &key, whose(1001, 1)),
            (&sealed, &key, whose(1000, 2)),
            (&sealed, &other, whose(1000, 1)),
            (&sealed, &short, whose(1000, 1)),
            (&touched, &key, whose(1000, 1)),
            (&bad_nonce, &key, whose(1000, 1)),
        ] {
            assert!(matches!(sealed.open(key, &whose), Err(PrtError::Damaged)));
        }
    }

    /// [DM-21] A record of another version, of another user, or half of one, is none; nothing ends because of it.
    #[test]
    fn a_record_that_cannot_be_used_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("s")).unwrap();
        let record = Record::new(1000, "ada".into());
        record.save(&store).unwrap();
        assert_eq!(Record::load(&store, 1000).unwrap(), Some(record.clone()));
        assert_eq!(Record::load(&store, 1001).unwrap(), None);
        let mut newer = record.clone();
        newer.version = 2;
        newer.save(&store).unwrap();
        assert_eq!(Record::load(&store, 1000).unwrap(), None);
        let mut theirs = record;
        theirs.uid = 1001;
        let bytes = serde_json::to_vec(&theirs).unwrap();
        store.write(&file(1000), &bytes, 0o600).unwrap();
        assert_eq!(Record::load(&store, 1000).unwrap(), None);
        store.write(&file(1000), &bytes[..20], 0o600).unwrap();
        assert_eq!(Record::load(&store, 1000).unwrap(), None);
    }
}
