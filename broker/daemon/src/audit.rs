//! One line of JSON per grant and refusal. JSON escapes control characters, so a name cannot forge a line.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use dovetail_shared::{Code, UnixTime};
use serde::Serialize;

use crate::front::{Peer, Running};

/// Largest file, in bytes: some twelve thousand lines.
const LARGEST: u64 = 4 * 1024 * 1024;
/// Full files that are kept: `audit.1.log`, the latest, to `audit.4.log`.
const KEPT: u32 = 4;

/// What is written down.
#[derive(Debug, Serialize)]
pub struct Entry<'a> {
    /// When.
    pub time: UnixTime,
    /// Who, as the kernel says.
    pub uid: u32,
    /// The process at the other end.
    pub pid: i32,
    /// What it calls itself.
    pub name: Option<&'a str>,
    /// Its program when it connected, as far as it could be read.
    pub exe: Option<&'a str>,
    /// What became of that program since, where it is not what it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<&'a str>,
    /// The extension, as the host said.
    pub caller: Option<&'a str>,
    /// The page, as the extension said.
    pub origin: Option<&'a str>,
    /// The request type.
    pub action: &'a str,
    /// What a token or cookie is for: a host, or a resource and an application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<&'a str>,
    /// Of which local user, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<&'a str>,
    /// Of which account at the tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<&'a str>,
    /// Whether it was granted.
    pub granted: bool,
    /// Why not.
    pub code: Option<Code>,
}

/// A request type, and what it is about where it grants something.
#[derive(Debug, Clone, Copy, Default)]
pub struct Action<'a> {
    /// The request type.
    pub kind: &'a str,
    /// As in [`Entry`].
    pub about: Option<&'a str>,
    /// As in [`Entry`].
    pub user: Option<&'a str>,
    /// As in [`Entry`].
    pub account: Option<&'a str>,
}

impl<'a> From<&'a str> for Action<'a> {
    fn from(kind: &'a str) -> Self {
        Self {
            kind,
            ..Self::default()
        }
    }
}

/// `audit.log`, opened per line: nothing is held while nothing happens. A full one makes room (`audit.1.log` and so on).
#[derive(Debug)]
pub struct Audit {
    folder: PathBuf,
    largest: u64,
    /// One line at a time: nobody writes into a file that is being put aside.
    turn: Mutex<()>,
}

impl Audit {
    /// In that folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            largest: LARGEST,
            turn: Mutex::default(),
        }
    }

    /// Adds a line. A full disk must not stop the daemon, so a failure goes to the log.
    pub fn write(&self, entry: &Entry<'_>) {
        let line = serde_json::to_string(entry).unwrap_or_default();
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.append(&format!("{line}\n")) {
            tracing::warn!("the audit log cannot be written: {error}");
        }
    }

    fn append(&self, line: &str) -> io::Result<()> {
        let mut file = self.open()?;
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        let held = file.metadata()?.len();
        if held > 0 && held.saturating_add(length) > self.largest {
            // Where it cannot be put aside, it is written on: a line is worth more than the bound.
            match self.put_aside() {
                Ok(()) => file = self.open()?,
                Err(error) => tracing::warn!("the audit log cannot be put aside: {error}"),
            }
        }
        file.write_all(line.as_bytes())
    }

    fn open(&self) -> io::Result<File> {
        let flags = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .custom_flags(flags)
            .open(self.folder.join("audit.log"))
    }

    /// Each file goes one place on, the oldest first; what was the last is gone.
    fn put_aside(&self) -> io::Result<()> {
        let place = |number: u32| self.folder.join(format!("audit.{number}.log"));
        for number in (1..KEPT).rev() {
            match std::fs::rename(place(number), place(number.saturating_add(1))) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        std::fs::rename(self.folder.join("audit.log"), place(1))
    }

    /// The line about one request.
    pub fn request(
        &self,
        time: UnixTime,
        peer: &Peer,
        origin: Option<&str>,
        action: Action<'_>,
        code: Option<Code>,
    ) {
        let running = peer.program.running();
        let now = match &running {
            Running::Same(_) | Running::Unknown => None,
            Running::Exchanged(image) => Some(image.path.as_str()),
            Running::Ended => Some("ended"),
        };
        self.write(&Entry {
            time,
            uid: peer.uid,
            pid: peer.pid,
            name: peer.name.as_deref(),
            exe: peer.program.path(),
            now,
            caller: peer.caller.as_deref(),
            origin,
            action: action.kind,
            about: action.about,
            user: action.user,
            account: action.account,
            granted: code.is_none(),
            code,
        });
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::*;

    fn peer(name: &str, caller: &str) -> Peer {
        Peer {
            uid: 1,
            pid: 2,
            start: 3,
            name: Some(name.into()),
            program: crate::front::Program::default(),
            caller: Some(caller.into()),
        }
    }

    /// Whose each line of a file is.
    fn pids(file: &Path) -> Vec<i64> {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let pid = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["pid"].as_i64().unwrap()
        };
        text.lines().map(pid).collect()
    }

    /// A year of grants leaves a bounded log: the newest lines in order, whole, over files that only the daemon reads.
    #[test]
    fn a_full_log_makes_room_and_no_line_is_cut() {
        let dir = tempfile::tempdir().unwrap();
        let mut audit = Audit::new(dir.path());
        audit.largest = 1000;
        for pid in 0..100 {
            let mut peer = peer("somebody", "extension");
            peer.pid = pid;
            audit.request(UnixTime(0), &peer, None, "cookie".into(), None);
        }
        let mut names: Vec<_> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let expected = [
            "audit.1.log",
            "audit.2.log",
            "audit.3.log",
            "audit.4.log",
            "audit.log",
        ];
        assert_eq!(names, expected);
        let mut seen = Vec::new();
        for name in [
            "audit.4.log",
            "audit.3.log",
            "audit.2.log",
            "audit.1.log",
            "audit.log",
        ] {
            let file = dir.path().join(name);
            let about = std::fs::metadata(&file).unwrap();
            assert!(about.len() <= 1000, "{name} has {} bytes", about.len());
            assert_eq!(about.permissions().mode() & 0o777, 0o600, "{name}");
            seen.extend(pids(&file));
        }
        let newest: Vec<i64> = (100 - i64::try_from(seen.len()).unwrap()..100).collect();
        assert_eq!(seen, newest);
        assert!(seen.len() > 15);
    }

    /// Where no file can be put aside, lines are still written.
    #[test]
    fn a_log_that_cannot_make_room_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let mut audit = Audit::new(dir.path());
        audit.largest = 1;
        // A folder that is not empty stands where the file would go.
        std::fs::create_dir_all(dir.path().join("audit.1.log/x")).unwrap();
        for number in 2..=KEPT {
            std::fs::create_dir_all(dir.path().join(format!("audit.{number}.log/x"))).unwrap();
        }
        for _ in 0..3 {
            audit.request(UnixTime(0), &peer("a", "b"), None, "cookie".into(), None);
        }
        assert_eq!(pids(&dir.path().join("audit.log")).len(), 3);
    }

    /// [DM-07] A caller names itself with a line break and a forged line: it stays one record.
    #[test]
    fn a_name_with_line_breaks_is_one_line() {
        let dir = tempfile::tempdir().unwrap();
        let audit = Audit::new(dir.path());
        let peer = peer("/a\n{\"uid\":0}", "\u{1b}[31m\r\n");
        audit.request(
            UnixTime(0),
            &peer,
            Some("https://a\n"),
            "join.begin".into(),
            None,
        );
        let text = std::fs::read_to_string(dir.path().join("audit.log")).unwrap();
        assert_eq!(text.lines().count(), 1);
        assert!(!text.contains('\u{1b}'));
    }
}
