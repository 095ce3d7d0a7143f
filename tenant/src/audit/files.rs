//! Where chains lie: `audit/<chain>/<number>.jsonl` in the data directory. A process that writes has a chain of its own; one that
//! nobody writes is gone on with by whoever comes next, so that there are as many as there were writers at a time.

use std::fs::{DirBuilder, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};

use super::error::AuditError;

/// Longest line that is looked for; ours have less than two kilobytes.
const LONGEST: u64 = 64 * 1024;

/// The folder of all chains.
pub(super) fn folder(data: &Path) -> PathBuf {
    data.join("audit")
}

/// Makes a folder, for its owner alone.
pub(super) fn make(folder: &Path) -> Result<(), AuditError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(folder).map_err(AuditError::at(folder))
}

/// The names of all chains, sorted.
pub(super) fn chains(folder: &Path) -> Result<Vec<String>, AuditError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(AuditError::at(folder)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(AuditError::at(folder))?;
        let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        names.extend(entry.file_name().into_string().ok().filter(|_| folder));
    }
    names.sort();
    Ok(names)
}

/// The chain, if nobody else writes it: as long as the file is open, nobody else does.
pub(super) fn lock(chain: &Path) -> Option<File> {
    let file = options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(chain.join("lock"));
    let file = file.ok()?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
    Some(file)
}

/// A chain's files by number, in order.
pub(super) fn numbers(chain: &Path) -> Result<Vec<u32>, AuditError> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(chain).map_err(AuditError::at(chain))? {
        let name = entry.map_err(AuditError::at(chain))?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".jsonl"));
        numbers.extend(number.and_then(|number| number.parse::<u32>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// A chain's file of that number.
pub(super) fn path(chain: &Path, number: u32) -> PathBuf {
    chain.join(format!("{number:06}.jsonl"))
}

/// A file to append to.
pub(super) fn append(path: &Path) -> Result<File, AuditError> {
    let opened = options().append(true).create(true).open(path);
    opened.map_err(AuditError::at(path))
}

/// Its owner's alone, and no link to elsewhere.
fn options() -> std::fs::OpenOptions {
    let mut options = File::options();
    let flags = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or(0);
    options.mode(0o600).custom_flags(flags);
    options
}

/// The last whole line of a file, and how long the file is with it: what stands behind was cut off in the middle.
pub(super) fn tail(path: &Path) -> Result<(String, u64), AuditError> {
    let read = || -> std::io::Result<(String, u64)> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let from = length.saturating_sub(2 * LONGEST);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(2 * LONGEST).read_to_end(&mut bytes)?;
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let kept = bytes.get(..whole).unwrap_or_default();
        let before = kept.get(..whole.saturating_sub(1)).unwrap_or_default();
        let start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let line = String::from_utf8_lossy(before.get(start..).unwrap_or_default()).into_owned();
        Ok((line, from + u64::try_from(whole).unwrap_or(0)))
    };
    read().map_err(AuditError::at(path))
}
