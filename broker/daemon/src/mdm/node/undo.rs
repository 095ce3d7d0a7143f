//! The end of management: nothing that it did stays.

use dovetail_shared::Code;

use super::record::NodeRecord;
use crate::config::Management;
use crate::store::Store;

/// Removes every trace of management policies from this machine (unenroll, leave). May be repeated.
pub fn undo_all(store: &Store, _config: &Management) -> Result<(), Code> {
    NodeRecord::remove(store)
}
