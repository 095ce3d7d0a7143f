//! The socket: systemd's if it gives one, else our own.

use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use crate::harden::{PlaceError, own_directory};

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The system said no.
    #[error("{0}: {1}")]
    Io(PathBuf, std::io::Error),
    /// Somebody else's directory.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Something else is there.
    #[error("{0} is there already and is not our socket")]
    Foreign(PathBuf),
    /// A daemon answers there.
    #[error("another daemon listens on {0}")]
    InUse(PathBuf),
}

/// The listening socket; every local user may connect, who may do what is decided by peer.
pub fn listener(path: &Path) -> Result<UnixListener, ListenError> {
    let io = |error| ListenError::Io(path.to_owned(), error);
    if let Some(given) = listenfd::ListenFd::from_env()
        .take_unix_listener(0)
        .map_err(io)?
    {
        given.set_nonblocking(true).map_err(io)?;
        return UnixListener::from_std(given).map_err(io);
    }
    own_listener(path)
}

/// A socket of our own making, never over something else's.
pub fn own_listener(path: &Path) -> Result<UnixListener, ListenError> {
    let io = |error| ListenError::Io(path.to_owned(), error);
    let parent = path.parent().unwrap_or(Path::new("/"));
    own_directory(parent, 0o755)?;
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(io(error)),
        Ok(there) => {
            if !there.file_type().is_socket() || there.uid() != rustix::process::geteuid().as_raw()
            {
                return Err(ListenError::Foreign(path.to_owned()));
            }
            if std::os::unix::net::UnixStream::connect(path).is_ok() {
                return Err(ListenError::InUse(path.to_owned()));
            }
            std::fs::remove_file(path).map_err(io)?;
        }
    }
    let listener = UnixListener::bind(path).map_err(io)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666)).map_err(io)?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [DM-04] Something else waits at the socket's path, or its directory is a link: the daemon does not start over it.
    #[tokio::test]
    async fn a_foreign_thing_in_the_sockets_place_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        let path = dir.path().join("s");
        std::fs::write(&path, "mine").unwrap();
        assert!(matches!(listener(&path), Err(ListenError::Foreign(_))));
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
        assert!(matches!(listener(&path), Err(ListenError::Foreign(_))));
        std::fs::remove_file(&path).unwrap();
        let _first = listener(&path).unwrap();
        assert!(matches!(listener(&path), Err(ListenError::InUse(_))));
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(dir.path(), &link).unwrap();
        assert!(listener(&link.join("t")).is_err());
    }
}
