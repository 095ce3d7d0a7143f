//! What lies on disk of an account's sign-on: one file, one version, replaced whole.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use dovetail_shared::encode::{b64, from_b64};
use dovetail_shared::id::{DeviceId, TenantId};
use dovetail_shared::status::SsoState;
use dovetail_shared::{Report, Secret, UnixTime};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::answer::Who;
use super::error::PrtError;
use crate::store::{Store, StoreError};
use crate::vault::{SealKey, UserKeys};

/// Directory of all users' records.
pub(super) const FOLDER: &str = "sso";
/// Characters of a person's name; directories have at most 256.
const LONGEST_NAME: usize = 256;
/// Version that this daemon writes. Version 1 knew one account a user; it is read, too.
const VERSION: u32 = 2;
/// Accounts that one local user may be signed in with.
pub(super) const MOST_ACCOUNTS: u32 = 16;

/// The record of an account that a local user is signed in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    version: u32,
    /// Whose, and by which name they are known on this machine: another name is another person.
    pub(super) uid: u32,
    pub(super) account: String,
    /// Which of the user's, from 0.
    pub(super) slot: u32,
    /// Greater than that of any other when it was chosen: the greatest is the default.
    pub(super) chosen: u64,
    /// Who they are at the tenant.
    pub(super) who: Option<Who>,
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
    pub(super) fn new(uid: u32, account: String, slot: u32) -> Self {
        Self {
            version: VERSION,
            uid,
            account,
            slot,
            chosen: 0,
            who: None,
            profile: Profile::default(),
            state: SsoState::None,
            report: None,
            prt: None,
        }
    }

    /// Reads a record; one that cannot be read is none.
    pub(super) fn load(store: &Store, uid: u32, slot: u32) -> Result<Option<Self>, StoreError> {
        let Some(bytes) = store.read(&file(uid, slot))? else {
            return Ok(None);
        };
        let bytes = Zeroizing::new(bytes);
        let now = serde_json::from_slice::<Self>(&bytes).ok();
        let record = now
            .filter(|record| record.version == VERSION)
            .or_else(|| serde_json::from_slice::<First>(&bytes).ok()?.upgraded());
        Ok(record.filter(|record| record.uid == uid && record.slot == slot))
    }

    /// The slots of which there are files.
    pub(super) fn slots(store: &Store, uid: u32) -> Result<Vec<u32>, StoreError> {
        let names = store.names(&folder(uid))?;
        let slot = |name: &String| match name.strip_prefix("prt")?.strip_suffix(".json")? {
            "" => Some(0),
            number => number
                .strip_prefix('-')?
                .parse()
                .ok()
                .filter(|slot| *slot > 0),
        };
        Ok(names.iter().filter_map(slot).collect())
    }

    /// Writes it.
    pub(super) fn save(&self, store: &Store) -> Result<(), StoreError> {
        store.folder(FOLDER)?;
        store.folder(&folder(self.uid))?;
        let bytes = Zeroizing::new(serde_json::to_vec(self).unwrap_or_default());
        store.write(&file(self.uid, self.slot), &bytes, 0o600)
    }
}

/// A user's directory.
pub(super) fn folder(uid: u32) -> String {
    format!("{FOLDER}/{uid}")
}

/// An account's file.
pub(super) fn file(uid: u32, slot: u32) -> String {
    match slot {
        0 => format!("{FOLDER}/{uid}/prt.json"),
        slot => format!("{FOLDER}/{uid}/prt-{slot}.json"),
    }
}

/// Version 1.
#[derive(Deserialize)]
struct First {
    version: u32,
    uid: u32,
    account: String,
    upn: Option<String>,
    #[serde(default)]
    profile: Profile,
    state: SsoState,
    report: Option<Report>,
    prt: Option<FirstPrt>,
}

#[derive(Deserialize)]
struct FirstPrt {
    tenant_id: TenantId,
    oid: Option<String>,
    #[serde(flatten)]
    prt: Prt,
}

impl First {
    fn upgraded(self) -> Option<Record> {
        let who = self.prt.as_ref().zip(self.upn).map(|(prt, upn)| Who {
            tenant_id: prt.tenant_id,
            oid: prt.oid.clone(),
            upn,
        });
        (self.version == 1).then(|| Record {
            who,
            profile: self.profile,
            state: self.state,
            report: self.report,
            prt: self.prt.map(|first| first.prt),
            ..Record::new(self.uid, self.account, 0)
        })
    }
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
        // The text of version 1: tokens that were sealed then open still. Each account has a key of its own.
        format!("dovetail prt 1 {} {}", self.uid, self.device_id).into_bytes()
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
        let load = |uid, slot| Record::load(&store, uid, slot).unwrap();
        let record = Record::new(1000, "ada".into(), 0);
        record.save(&store).unwrap();
        Record::new(1000, "ada".into(), 3).save(&store).unwrap();
        assert_eq!(load(1000, 0), Some(record.clone()));
        assert_eq!(load(1000, 3).unwrap().slot, 3);
        let mut slots = Record::slots(&store, 1000).unwrap();
        slots.sort_unstable();
        assert_eq!(slots, [0, 3]);
        assert_eq!(load(1000, 1), None);
        let mut newer = record.clone();
        newer.version = 3;
        newer.save(&store).unwrap();
        assert_eq!(load(1000, 0), None);
        let mut theirs = record;
        theirs.uid = 1001;
        let bytes = serde_json::to_vec(&theirs).unwrap();
        for bytes in [&bytes[..], &bytes[..20]] {
            store.write(&file(1000, 0), bytes, 0o600).unwrap();
            assert_eq!(load(1000, 0), None);
        }
        // Moved into another account's place.
        let moved = serde_json::to_vec(&Record::new(1000, "ada".into(), 3)).unwrap();
        store.write(&file(1000, 4), &moved, 0o600).unwrap();
        assert_eq!(load(1000, 4), None);
    }

    /// [DM-21] A record of the daemon that knew one account a user is read: nobody signs in again because of an upgrade.
    #[test]
    fn a_record_of_one_account_is_upgraded() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("s")).unwrap();
        store.folder(FOLDER).unwrap();
        store.folder(&folder(1000)).unwrap();
        let text = include_str!("test/record_version_1.json");
        store.write(&file(1000, 0), text.as_bytes(), 0o600).unwrap();
        let record = Record::load(&store, 1000, 0).unwrap().unwrap();
        let who = record.who.clone().unwrap();
        assert_eq!(
            (who.upn.as_str(), who.oid.as_deref()),
            (
                "ada@contoso.example",
                Some("6fce7178-9d89-4c3b-97d0-0853c08c3b12")
            )
        );
        assert_eq!((record.slot, record.state), (0, SsoState::Active));
        assert_eq!(record.prt.as_ref().unwrap().expires.0, 1_765_209_599);
        record.save(&store).unwrap();
        assert_eq!(Record::load(&store, 1000, 0).unwrap(), Some(record));
    }
}
