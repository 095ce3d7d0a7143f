//! Management outside of its sessions: put in force again after a start, and ended without a trace.

use dovetail_shared::Code;

use super::record::NodeRecord;
use crate::config::Management;
use crate::mdm::policy::{self, Put, put_again};
use crate::store::Store;

/// Puts in force what is written down: the last daemon may have ended between the one and the other.
/// Does nothing on a machine that nobody manages. May be repeated.
pub fn reapply(store: &Store, config: &Management) -> Result<(), Code> {
    let record = NodeRecord::load(store)?;
    if record == NodeRecord::default() {
        return Ok(());
    }
    put_again(&Put::of(&record.kept), store, config)
}

/// Removes every trace of management policies from this machine (unenroll, leave). May be repeated.
pub fn undo_all(store: &Store, config: &Management) -> Result<(), Code> {
    // First nothing is wanted any more: a start after a crash here puts nothing back.
    NodeRecord::default().save(store)?;
    policy::undo(store, config)?;
    NodeRecord::remove(store)
}
