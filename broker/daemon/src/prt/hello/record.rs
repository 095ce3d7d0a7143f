//! What lies on disk of an account's PIN: one file, one version, replaced whole. The PIN itself is not in it, nor anything that could
//! tell without this TPM whether a guess is right.

use dovetail_shared::UnixTime;
use dovetail_shared::id::DeviceId;
use serde::{Deserialize, Serialize};

use super::super::account::Account;
use super::super::answer::{Who, same_person};
use super::super::error::PrtError;
use super::super::record::folder;
use super::error::PinError;
use super::tries::Tries;
use crate::store::{Store, StoreError};
use crate::tpm::Sealed;
use crate::vault::PinKey;

/// Version that this daemon writes.
const VERSION: u32 = 1;

/// The record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PinRecord {
    version: u32,
    /// Whose at the tenant; another person's is none.
    pub(super) who: Who,
    /// Of which device; with another one it is void.
    pub(super) device_id: DeviceId,
    /// The key.
    pub(super) key: PinKey,
    /// Since when it is this PIN, by this machine's clock.
    pub(super) since: UnixTime,
    /// Wrong ones in a row.
    pub(super) tries: Tries,
    /// Earlier ones, where the organisation wants that none comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) history: Option<History>,
}

/// Marks of the last PINs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct History {
    /// What they are made with.
    pub(super) key: Sealed,
    /// The latest first.
    pub(super) marks: Vec<String>,
}

impl PinRecord {
    /// One of a key that the directory has.
    pub(super) fn new(who: Who, device_id: DeviceId, key: PinKey, now: UnixTime) -> Self {
        Self {
            version: VERSION,
            who,
            device_id,
            key,
            since: now,
            tries: Tries::default(),
            history: None,
        }
    }

    /// The account's, if it is that person's on that device; one that cannot be read is none.
    pub(super) fn load(
        store: &Store,
        account: &Account,
        who: &Who,
        device_id: DeviceId,
    ) -> Result<Option<Self>, StoreError> {
        let Some(bytes) = store.read(&file(account.uid, account.slot))? else {
            return Ok(None);
        };
        let record = serde_json::from_slice::<Self>(&bytes).ok();
        Ok(record.filter(|record| {
            record.version == VERSION
                && record.device_id == device_id
                && same_person(&record.who, who)
        }))
    }

    /// The same where a PIN must be.
    pub(super) fn needed(
        store: &Store,
        account: &Account,
        who: &Who,
        device_id: DeviceId,
    ) -> Result<Self, PrtError> {
        Self::load(store, account, who, device_id)?.ok_or_else(|| PinError::NotSet.into())
    }

    /// Writes it.
    pub(super) fn save(&self, store: &Store, account: &Account) -> Result<(), StoreError> {
        store.folder(&folder(account.uid))?;
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        store.write(&file(account.uid, account.slot), &bytes, 0o600)
    }
}

/// Takes an account's away.
pub(in crate::prt) fn forget(store: &Store, account: &Account) -> Result<(), StoreError> {
    store.remove(&file(account.uid, account.slot))
}

/// Whether an account has one: of this person, on this device.
pub(in crate::prt) fn is_set(
    store: &Store,
    account: &Account,
    who: &Who,
    device_id: DeviceId,
) -> bool {
    PinRecord::load(store, account, who, device_id).is_ok_and(|record| record.is_some())
}

fn file(uid: u32, slot: u32) -> String {
    match slot {
        0 => format!("{}/pin.json", folder(uid)),
        slot => format!("{}/pin-{slot}.json", folder(uid)),
    }
}
