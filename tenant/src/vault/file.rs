//! Files that are there as a whole or not at all, with the rights they should have from the first byte on.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::error::VaultError;

/// Longest key file: a PEM of any key is shorter.
const LONGEST: u64 = 64 * 1024;

/// Who may be able to read a key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Nobody but its owner.
    Owner,
    /// A group, too: the administrator's own file, made by other programs.
    Group,
}

/// Reads a key; `None` when it is not there.
pub(super) fn read(
    path: &Path,
    readers: Readers,
) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
    let failed = |source| VaultError::File {
        path: path.to_owned(),
        source,
    };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
    let others = match readers {
        Readers::Owner => 0o077,
        Readers::Group => 0o027,
    };
    if mode & others != 0 {
        return Err(VaultError::Readable {
            path: path.to_owned(),
            mode,
        });
    }
    let mut contents = Zeroizing::new(Vec::new());
    file.take(LONGEST)
        .read_to_end(&mut contents)
        .map_err(failed)?;
    Ok(Some(contents))
}

/// Mode 0600.
pub(crate) fn write_private(path: &Path, contents: &[u8]) -> Result<(), VaultError> {
    write(path, contents, 0o600)
}

/// Mode 0644.
pub(crate) fn write_public(path: &Path, contents: &[u8]) -> Result<(), VaultError> {
    write(path, contents, 0o644)
}

/// Beside it first, then in its place: whoever reads finds the old one, none, or the whole new one.
fn write(path: &Path, contents: &[u8], mode: u32) -> Result<(), VaultError> {
    let failed = |source| VaultError::File {
        path: path.to_owned(),
        source,
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let new = folder.join(format!(".{name}.{}.new", std::process::id()));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&new)
        .map_err(failed)?;
    // The process's umask hides everything; what is public is opened up here.
    file.set_permissions(std::fs::Permissions::from_mode(mode))
        .map_err(failed)?;
    file.write_all(contents)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&new, path))
        .and_then(|()| std::fs::File::open(folder)?.sync_all())
        .map_err(failed)
}
