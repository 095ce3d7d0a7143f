//! One process at a time makes what a data directory begins with.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use super::error::VaultError;

/// Held, no other process is in the same folder's beginning. It ends with the value, and with the process.
#[derive(Debug)]
pub(crate) struct Alone(#[allow(dead_code, reason = "holds the lock")] File);

impl Alone {
    /// Waits until whoever else is there has ended: several servers may start on a new folder at once.
    pub(crate) fn in_folder(data: &Path) -> Result<Self, VaultError> {
        let path = data.join("lock");
        let failed = |source| VaultError::File {
            path: path.clone(),
            source,
        };
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        flock(&file, FlockOperation::LockExclusive).map_err(|error| failed(error.into()))?;
        Ok(Self(file))
    }
}
