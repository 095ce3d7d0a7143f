//! Who is at the other end of the socket?
//!
//! A program that got to the socket's place before the daemon could hand out a false status and collect ID tokens.
//! So nothing is sent before the kernel has said that the listener is the system, the daemon's own user, or the asker.

use std::os::fd::AsFd;

use crate::place::DAEMON_USER;

/// The listener may not be believed, or the kernel does not say who it is.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// Some other user listens there.
    #[error("the socket belongs to user {0}, who is not the Dovetail service")]
    Stranger(u32),
    /// `SO_PEERCRED` failed.
    #[error("the system does not say who listens on the socket")]
    Unknown(#[source] rustix::io::Errno),
}

/// Asks the kernel who listened on the connected Unix socket and refuses strangers.
///
/// With socket activation the answer is the user who called `listen`: root.
pub fn check(socket: impl AsFd) -> Result<(), PeerError> {
    let uid = rustix::net::sockopt::socket_peercred(socket)
        .map_err(PeerError::Unknown)?
        .uid
        .as_raw();
    let own = rustix::process::geteuid().as_raw();
    // The user database is read only when the two cheap answers do not fit.
    if uid == 0 || uid == own || Some(uid) == daemon_uid() {
        Ok(())
    } else {
        Err(PeerError::Stranger(uid))
    }
}

fn daemon_uid() -> Option<u32> {
    uid_in(&std::fs::read_to_string("/etc/passwd").ok()?, DAEMON_USER)
}

/// The number of `name` in the text of a passwd(5) file.
fn uid_in(passwd: &str, name: &str) -> Option<u32> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then(|| fields.nth(1)?.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn ones_own_process_is_believed() {
        let (one, _other) = UnixStream::pair().unwrap();
        assert!(check(&one).is_ok());
    }

    #[test]
    fn the_daemons_user_is_found_by_whole_name_only() {
        let passwd = "root:x:0:0::/:/bin/sh\ndovetail2:x:7:7::/:\nbroken\ndovetail:x:991:990::/:/bin/false\n";
        assert_eq!(uid_in(passwd, "dovetail"), Some(991));
        assert_eq!(uid_in(passwd, "dove"), None);
        assert_eq!(uid_in("dovetail:x:-1:0", "dovetail"), None);
    }
}
