//! What the server has set, on disk: one file, replaced whole.

use std::collections::BTreeMap;

use dovetail_shared::Code;
use serde::{Deserialize, Serialize};

use super::Value;
use crate::store::Store;

/// File name in the state directory.
const FILE: &str = "management.json";
/// Version that this daemon writes.
const VERSION: u32 = 1;

/// Values by the key of their node.
pub(crate) type Kept = BTreeMap<String, Value>;

/// The whole record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NodeRecord {
    version: u32,
    /// What the server has set.
    pub(crate) kept: Kept,
    /// What of it was found free of contradictions last: where a later wish contradicts itself, this stays.
    pub(crate) agreed: Kept,
}

impl Default for NodeRecord {
    fn default() -> Self {
        Self {
            version: VERSION,
            kept: Kept::new(),
            agreed: Kept::new(),
        }
    }
}

impl NodeRecord {
    /// Reads the record; an empty one if there is none.
    pub(crate) fn load(store: &Store) -> Result<Self, Code> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Some(bytes) = store.read(FILE).map_err(|error| error.code())? else {
            return Ok(Self::default());
        };
        match serde_json::from_slice::<Versioned>(&bytes) {
            Ok(record) if record.version > VERSION => Err(Code::RECORD_TOO_NEW),
            _ => serde_json::from_slice(&bytes).map_err(|_| Code::RECORD_UNREADABLE),
        }
    }

    /// Writes the record.
    pub(crate) fn save(&self, store: &Store) -> Result<(), Code> {
        let bytes = serde_json::to_vec_pretty(self).map_err(|_| Code::STORE_FAILED)?;
        store
            .write(FILE, &bytes, 0o600)
            .map_err(|error| error.code())
    }

    /// Removes the record.
    pub(crate) fn remove(store: &Store) -> Result<(), Code> {
        store.remove(FILE).map_err(|error| error.code())
    }
}
