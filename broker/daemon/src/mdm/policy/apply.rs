//! Putting policies in force: by this process, or by its other half that may write below `/etc`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use dovetail_shared::Code;

use super::demand::Put;
use super::hand_over;
use super::table::POLICIES;
use crate::config::{Applying, Management};
use crate::mdm::node::Root;
use crate::store::Store;

/// Why something is not as demanded.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// The system said no.
    #[error("{0}: {1}")]
    Io(PathBuf, std::io::Error),
    /// A file of that name is there and not ours.
    #[error("{0} belongs to somebody else")]
    Foreign(PathBuf),
    /// A tool that has to be run failed.
    #[error("{0} failed")]
    Tool(&'static str),
    /// What was handed over is not readable or out of bounds.
    #[error("{0} is not what the daemon writes")]
    Form(PathBuf),
    /// The other half did not answer in time, or not at all.
    #[error("dovetail-policy.service does not answer")]
    Silent,
    /// The other half says that these policies failed.
    #[error("not in force: {0}")]
    Refused(String),
}

/// Makes the machine as the numbers say; what has no number is undone. May be repeated, with the same end.
pub(crate) fn put_in_force(put: &Put, store: &Store, config: &Management) -> Result<(), Code> {
    let done = match config.apply {
        Applying::Never => Ok(()),
        Applying::Direct => match all(put, &Root::new(&config.root)).as_slice() {
            [] => Ok(()),
            failed => Err(PutError::Refused(failed.join(", "))),
        },
        Applying::Service => hand_over::give(put, store, Path::new(hand_over::RUN)),
    };
    done.map_err(|error| {
        tracing::warn!("policies: {error}");
        Code::POLICY_FAILED
    })
}

/// The other half, run as root by `dovetail-policy.service`: takes the numbers that the daemon left in `state_dir`, holds
/// them to their bounds, and tells in `run_dir` how it went.
pub fn apply_handed_over(state_dir: &Path, run_dir: &Path, root: &Path) -> Result<(), PutError> {
    let order = hand_over::take(state_dir)?;
    let failed = all(&order.put, &Root::new(root));
    hand_over::answer(run_dir, order.generation, failed.clone())?;
    if failed.is_empty() {
        Ok(())
    } else {
        Err(PutError::Refused(failed.join(", ")))
    }
}

/// Every policy has its turn, also after one that failed; the names of those that did.
fn all(put: &Put, root: &Root) -> Vec<String> {
    let mut failed = Vec::new();
    for policy in POLICIES {
        let done = if policy.writes(put) {
            policy.apply(put, root)
        } else {
            policy.undo(root)
        };
        match done {
            Ok(()) => {}
            // Nothing is there that could be undone, and nothing may be looked at: the daemon's user outside of /etc.
            Err(PutError::Io(_, error))
                if !policy.writes(put) && error.kind() == ErrorKind::PermissionDenied => {}
            Err(error) => {
                tracing::warn!("policy {}: {error}", policy.name());
                failed.push(policy.name().to_owned());
            }
        }
    }
    failed
}
