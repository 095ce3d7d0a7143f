//! Which program is at the other end of a connection, asked of the kernel by its own handle on the process.
//!
//! A process id can be given to somebody else once its owner has ended; the handle (`SO_PEERPIDFD`, Linux 6.5) cannot. What was
//! seen at the connection is held against what runs at the moment of use. Not told apart: a program that hands its connection to
//! another one and stays, and one into which code of the same user was put (ADR 37).

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// A connected process.
#[derive(Debug, Clone, Default)]
pub struct Program {
    handle: Option<Arc<OwnedFd>>,
    /// What it ran when it connected.
    first: Option<Image>,
}

/// A program file as it is being run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its path, as the kernel tells it.
    pub path: String,
    /// Device and inode: which file that is, whatever its path says in that process's view of the disk.
    file: (u64, u64),
}

/// What a connected process runs by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Running {
    /// The same as when it connected.
    Same(Image),
    /// Something else: it has exchanged itself.
    Exchanged(Image),
    /// The process has ended; somebody else has the connection.
    Ended,
    /// Not told: no handle, or no right to see it.
    Unknown,
}

impl Program {
    /// Of a connected socket. `pid` is asked where the kernel gives no handle with the socket.
    pub fn of(socket: impl AsFd, pid: i32) -> Self {
        let given = nix::sys::socket::getsockopt(&socket, nix::sys::socket::sockopt::PeerPidfd);
        let opened = || pidfd_open(Pid::from_raw(pid)?, PidfdFlags::empty()).ok();
        let handle = given.ok().or_else(opened).map(Arc::new);
        let mut program = Self {
            handle,
            first: None,
        };
        program.first = match program.look() {
            Look::Image(image) => Some(image),
            Look::Ended | Look::Unknown => None,
        };
        program
    }

    /// Path of the program at the time of the connection.
    pub fn path(&self) -> Option<&str> {
        self.first.as_ref().map(|image| image.path.as_str())
    }

    /// What it runs at this moment.
    pub fn running(&self) -> Running {
        match self.look() {
            Look::Ended => Running::Ended,
            Look::Unknown => Running::Unknown,
            Look::Image(image) if self.first.as_ref() == Some(&image) => Running::Same(image),
            Look::Image(image) => Running::Exchanged(image),
        }
    }

    /// The id is asked of the handle before and after: in between it cannot have become another process's unnoticed.
    fn look(&self) -> Look {
        let Some(handle) = &self.handle else {
            return Look::Unknown;
        };
        let Some(pid) = pid(handle) else {
            return Look::Ended;
        };
        let image = image(pid);
        match (self::pid(handle), image) {
            (None, _) => Look::Ended,
            (Some(_), Some(image)) => Look::Image(image),
            (Some(_), None) => Look::Unknown,
        }
    }
}

enum Look {
    Image(Image),
    Ended,
    Unknown,
}

/// The process of a handle, `None` once it has ended.
fn pid(handle: &OwnedFd) -> Option<i32> {
    let path = format!("/proc/self/fdinfo/{}", handle.as_raw_fd());
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pid:"))?;
    line.trim().parse().ok().filter(|pid| *pid > 0)
}

fn image(pid: i32) -> Option<Image> {
    let link = format!("/proc/{pid}/exe");
    let path = std::fs::read_link(&link).ok()?;
    let metadata = std::fs::metadata(&link).ok()?;
    Some(Image {
        path: path.to_string_lossy().into_owned(),
        file: (metadata.dev(), metadata.ino()),
    })
}

impl Image {
    /// Whether it is the program at `path`, and nobody but root can have put it there: root's file, in root's folders, writable
    /// by nobody else. The file itself is compared: paths may lie in a process that has mounts of its own.
    pub fn is(&self, path: &Path) -> bool {
        let Ok(path) = path.canonicalize() else {
            return false;
        };
        let roots = |path: &Path| {
            std::fs::metadata(path)
                .ok()
                .filter(|metadata| metadata.uid() == 0 && metadata.mode() & 0o022 == 0)
        };
        let file = roots(&path).map(|metadata| (metadata.dev(), metadata.ino()));
        file == Some(self.file) && path.ancestors().skip(1).all(|above| roots(above).is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// A shell as it stands behind a connection.
    fn shell(script: &str) -> (Child, Program) {
        let mut child = Command::new("/bin/bash")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It has spoken, so it runs, and is not the fork that became it any more.
        let mut line = [0; 1];
        child
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut line)
            .unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let handle = pidfd_open(Pid::from_raw(pid).unwrap(), PidfdFlags::empty()).unwrap();
        let program = Program {
            handle: Some(Arc::new(handle)),
            first: image(pid),
        };
        (child, program)
    }

    fn go_on(child: &mut Child) {
        child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }

    /// [DM-03] A program connects and exchanges itself for another one: that is seen; nothing is exchanged: that, too.
    #[test]
    fn an_exchanged_program_is_seen() {
        let (mut child, program) = shell("echo; read; exec sh -c 'echo; read x; read x'");
        assert!(matches!(program.running(), Running::Same(image) if image.path.contains("bash")));
        go_on(&mut child);
        let mut other = [0; 1];
        child
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut other)
            .unwrap();
        let now = program.running();
        assert!(
            matches!(&now, Running::Exchanged(image) if !image.path.contains("bash")),
            "{now:?}"
        );
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// [DM-03] A program ends and somebody else goes on with its connection: whoever has its id by then is not taken for it.
    #[test]
    fn an_ended_program_is_nobody() {
        let (mut child, program) = shell("echo; read");
        assert!(matches!(program.running(), Running::Same(_)));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(program.running(), Running::Ended);
    }

    /// The kernel's handle of a connected socket is that of the process which connected.
    #[test]
    fn the_handle_comes_with_the_socket() {
        let (one, _other) = UnixStream::pair().unwrap();
        let program = Program::of(&one, 0);
        let own = std::env::current_exe().unwrap();
        assert_eq!(program.path(), own.to_str());
        assert!(matches!(program.running(), Running::Same(_)));
    }

    /// [DM-02] A program under a permitted path that others may write, or that lies in a folder of theirs, is not believed.
    #[test]
    fn a_program_that_others_can_write_is_not_believed() {
        use std::os::unix::fs::PermissionsExt;
        let shell = Path::new("/bin/sh");
        let real = shell.canonicalize().unwrap();
        let metadata = std::fs::metadata(&real).unwrap();
        let image = Image {
            path: "/elsewhere".into(),
            file: (metadata.dev(), metadata.ino()),
        };
        assert!(image.is(shell) && image.is(&real));
        assert!(!image.is(Path::new("/bin/does-not-exist")));
        assert!(!image.is(Path::new("/bin/cat")) || real.ends_with("busybox"));
        // A link to it in a folder of somebody else's: what the link leads to is what counts.
        let dir = tempfile::tempdir().unwrap();
        let copy = dir.path().join("sh");
        std::fs::copy(&real, &copy).unwrap();
        std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o777)).unwrap();
        let metadata = std::fs::metadata(&copy).unwrap();
        let copied = Image {
            path: copy.to_string_lossy().into_owned(),
            file: (metadata.dev(), metadata.ino()),
        };
        assert!(!copied.is(&copy));
    }
}
