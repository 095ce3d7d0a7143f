//! Directories and files are ours or we do not touch them.

use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, fstat, open};

/// Why a place is not used.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The system said no.
    #[error("{0}: {1}")]
    Io(PathBuf, std::io::Error),
    /// A link, a pipe, another kind of thing, or somebody else's.
    #[error("{0} is not ours: {1}")]
    Foreign(PathBuf, &'static str),
}

/// Opens or makes a directory that belongs to this process's user; links are not followed, others may not write.
pub fn own_directory(path: &Path, mode: u32) -> Result<File, PlaceError> {
    match DirBuilder::new().mode(mode).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(PlaceError::Io(path.to_owned(), error)),
    }
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
    checked(path, flags, FileType::Directory)
}

/// Opens a regular file that belongs to this process's user and has one name only.
pub fn own_file(path: &Path) -> Result<File, PlaceError> {
    checked(
        path,
        OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::RDONLY,
        FileType::RegularFile,
    )
}

fn checked(path: &Path, flags: OFlags, kind: FileType) -> Result<File, PlaceError> {
    let io = |error: rustix::io::Errno| PlaceError::Io(path.to_owned(), error.into());
    let fd = open(path, flags, Mode::empty()).map_err(io)?;
    let stat = fstat(&fd).map_err(io)?;
    let foreign = |why| Err(PlaceError::Foreign(path.to_owned(), why));
    if FileType::from_raw_mode(stat.st_mode) != kind {
        return foreign("another kind of file");
    }
    if stat.st_uid != rustix::process::geteuid().as_raw() {
        return foreign("another owner");
    }
    if stat.st_mode & 0o022 != 0 {
        return foreign("others may write to it");
    }
    if kind == FileType::RegularFile && stat.st_nlink != 1 {
        return foreign("it has a second name");
    }
    Ok(fd.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// [DM-05] A local user plants links in place of state files, to have them read or overwritten.
    #[test]
    fn links_pipes_and_second_names_are_not_opened() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("plain"), "x").unwrap();
        assert!(own_file(&at("plain")).is_ok());
        symlink(at("plain"), at("link")).unwrap();
        assert!(own_file(&at("link")).is_err());
        std::fs::hard_link(at("plain"), at("hard")).unwrap();
        assert!(matches!(
            own_file(&at("plain")),
            Err(PlaceError::Foreign(..))
        ));
        assert!(matches!(own_file(dir.path()), Err(PlaceError::Foreign(..))));
        symlink(dir.path(), at("dirlink")).unwrap();
        assert!(own_directory(&at("dirlink"), 0o700).is_err());
    }
}
