//! Putting policies in force: by this process, or by its other half that may write below `/etc`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use dovetail_shared::Code;

use super::demand::Put;
use super::hand_over;
use super::table::POLICIES;
use crate::config::{Applying, Management};
use crate::mdm::node::Root;
use crate::store::{Store, StoreError};

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
    /// The state directory could not be written.
    #[error(transparent)]
    Store(StoreError),
    /// The other half did not answer in time, or not at all.
    #[error("dovetail-policy.service does not answer")]
    Silent,
    /// The other half says that these policies failed.
    #[error("not in force: {0}")]
    Refused(String),
}

/// Makes the machine as the numbers say; what has no number is undone. May be repeated, with the same end.
pub(crate) fn put_in_force(put: &Put, store: &Store, config: &Management) -> Result<(), Code> {
    match config.apply {
        Applying::Service => told(hand_over::give(put, store, Path::new(hand_over::RUN))),
        _ => put_again(put, store, config),
    }
}

/// The same at a start of the daemon: the other half, which starts by itself, is not waited for.
pub(crate) fn put_again(put: &Put, store: &Store, config: &Management) -> Result<(), Code> {
    told(match config.apply {
        Applying::Never => Ok(()),
        Applying::Direct => whole(all(put, &Root::new(&config.root))),
        Applying::Service => hand_over::leave(put, store, Path::new(hand_over::RUN)).map(drop),
    })
}

/// Undoes everything, at the end of management. Where the other half does not answer, it undoes when it runs next: a
/// device is not kept in management for that.
pub(crate) fn undo(store: &Store, config: &Management) -> Result<(), Code> {
    match config.apply {
        Applying::Service => {
            let run = Path::new(hand_over::RUN);
            told(match hand_over::give(&Put::default(), store, run) {
                Err(PutError::Silent) => {
                    tracing::warn!(
                        "policies: {}; they are undone when it runs next",
                        PutError::Silent
                    );
                    Ok(())
                }
                done => done,
            })
        }
        _ => put_again(&Put::default(), store, config),
    }
}

/// The other half, run as root by `dovetail-policy.service`: takes the numbers that the daemon left in `state_dir`, holds
/// them to their bounds, and tells in `run_dir` how it went. Where the administrator wants reports only, undoes all.
pub fn apply_handed_over(
    state_dir: &Path,
    run_dir: &Path,
    config: &Management,
) -> Result<(), PutError> {
    let order = hand_over::take(state_dir)?;
    let put = match config.apply {
        Applying::Service => order.put,
        Applying::Never => Put::default(),
        Applying::Direct => return Ok(()),
    };
    let failed = all(&put, &Root::new(&config.root));
    hand_over::answer(run_dir, order.generation, failed.clone())?;
    whole(failed)
}

fn whole(failed: Vec<String>) -> Result<(), PutError> {
    if failed.is_empty() {
        Ok(())
    } else {
        Err(PutError::Refused(failed.join(", ")))
    }
}

fn told(done: Result<(), PutError>) -> Result<(), Code> {
    done.map_err(|error| {
        tracing::warn!("policies: {error}");
        match error {
            PutError::Store(error) => error.code(),
            _ => Code::POLICY_FAILED,
        }
    })
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
