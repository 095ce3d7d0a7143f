//! The state directory, locked for one daemon.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use dovetail_shared::Code;
use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags, flock, openat, unlinkat};

use super::write_atomic;
use crate::harden::{PlaceError, own_directory, own_file};

/// Why something could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The place is not ours or not there.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Another daemon runs on this directory.
    #[error("another daemon uses {0}")]
    Locked(PathBuf),
    /// The system said no: full, read-only, broken.
    #[error("{0}: {1}")]
    Io(PathBuf, std::io::Error),
}

impl StoreError {
    /// What people are told.
    pub fn code(&self) -> Code {
        Code::STORE_FAILED
    }
}

/// Largest file of ours that is read back, in bytes.
const MAX: u64 = 1024 * 1024;

/// The open directory.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    dir: File,
    _lock: File,
    saves: AtomicU32,
    cut_at: Option<u32>,
    fail_at: AtomicU32,
}

impl Store {
    /// Opens or makes the directory, and locks it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let dir = own_directory(path, 0o755)?;
        let flags = OFlags::CREATE | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let io = |error: rustix::io::Errno| StoreError::Io(path.join("lock"), error.into());
        let lock = File::from(openat(&dir, "lock", flags, Mode::from_raw_mode(0o600)).map_err(io)?);
        flock(&lock, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| StoreError::Locked(path.to_owned()))?;
        Ok(Self {
            path: path.to_owned(),
            dir,
            _lock: lock,
            saves: AtomicU32::new(0),
            cut_at: None,
            fail_at: AtomicU32::new(0),
        })
    }

    /// The process ends without a word before the N-th write: for tests of resuming.
    pub fn set_cut(&mut self, at: Option<u32>) {
        self.cut_at = at;
    }

    /// The N-th write from now fails as on a full disk, and all later ones; 0 heals it. For tests.
    pub fn fail_from(&self, at: u32) {
        self.saves.store(0, Ordering::SeqCst);
        self.fail_at.store(at, Ordering::SeqCst);
    }

    /// Where `name` is, for messages and for other programs.
    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Replaces a file.
    pub fn write(&self, name: &str, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
        let count = self.saves.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        if self.cut_at == Some(count) {
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL)
                .ok();
        }
        let fail_at = self.fail_at.load(Ordering::SeqCst);
        if fail_at != 0 && count >= fail_at {
            return Err(StoreError::Io(
                self.path(name),
                rustix::io::Errno::NOSPC.into(),
            ));
        }
        let written = match name.rsplit_once('/') {
            None => write_atomic(&self.dir, name, bytes, mode),
            // The directory that is made durable is the file's own.
            Some((folder, name)) => {
                let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
                openat(&self.dir, folder, flags, Mode::empty())
                    .map_err(Into::into)
                    .and_then(|folder| write_atomic(&File::from(folder), name, bytes, mode))
            }
        };
        written.map_err(|error| StoreError::Io(self.path(name), error))
    }

    /// Makes a folder of ours, unless it is there: nobody else looks into it.
    pub fn folder(&self, name: &str) -> Result<(), StoreError> {
        own_directory(&self.path(name), 0o700)?;
        Ok(())
    }

    /// What is in a folder; nothing where there is none.
    pub fn names(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let path = self.path(folder);
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(StoreError::Io(path, error)),
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.collect())
    }

    /// Removes a folder with its files; one that is not there is removed already.
    pub fn remove_folder(&self, name: &str) -> Result<(), StoreError> {
        for file in self.names(name)? {
            self.remove(&format!("{name}/{file}"))?;
        }
        match unlinkat(&self.dir, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(rustix::io::Errno::NOENT) => Ok(()),
            Err(error) => Err(StoreError::Io(self.path(name), error.into())),
        }
    }

    /// Reads a file of ours; `None` if there is none.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(name);
        let file = match own_file(&path) {
            Ok(file) => file,
            Err(PlaceError::Io(_, error)) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Vec::new();
        file.take(MAX)
            .read_to_end(&mut bytes)
            .map_err(|error| StoreError::Io(path, error))?;
        Ok(Some(bytes))
    }

    /// Removes a file; one that is not there is removed already.
    pub fn remove(&self, name: &str) -> Result<(), StoreError> {
        match unlinkat(&self.dir, name, AtFlags::empty()) {
            Ok(()) | Err(rustix::io::Errno::NOENT) => {}
            Err(error) => return Err(StoreError::Io(self.path(name), error.into())),
        }
        self.dir
            .sync_all()
            .map_err(|error| StoreError::Io(self.path(name), error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [DM-11] The disk is full at some write: the old state stays, and the error names the file.
    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("s")).unwrap();
        store.write("a", b"old", 0o600).unwrap();
        store.fail_from(1);
        let error = store.write("a", b"new", 0o600).unwrap_err();
        assert_eq!(error.code(), Code::STORE_FAILED);
        assert_eq!(store.read("a").unwrap().unwrap(), b"old");
    }

    /// [DM-21] Two daemons on one directory would overwrite each other's record.
    #[test]
    fn a_second_daemon_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let _first = Store::open(&dir.path().join("s")).unwrap();
        assert!(matches!(
            Store::open(&dir.path().join("s")),
            Err(StoreError::Locked(_))
        ));
    }
}
