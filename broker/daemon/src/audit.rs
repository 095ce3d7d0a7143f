//! One line of JSON per grant and refusal. JSON escapes control characters, so a name cannot forge a line.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use dovetail_shared::{Code, UnixTime};
use serde::Serialize;

use crate::front::Peer;

/// What is written down.
#[derive(Debug, Serialize)]
pub struct Entry<'a> {
    /// When.
    pub time: UnixTime,
    /// Who, as the kernel says.
    pub uid: u32,
    /// The process at the other end.
    pub pid: i32,
    /// Its program, as far as it could be read.
    pub exe: Option<&'a str>,
    /// The extension, as the host said.
    pub caller: Option<&'a str>,
    /// The page, as the extension said.
    pub origin: Option<&'a str>,
    /// The request type.
    pub action: &'a str,
    /// What a token or cookie is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<&'a str>,
    /// Whether it was granted.
    pub granted: bool,
    /// Why not.
    pub code: Option<Code>,
}

/// A request type, and what it is about.
#[derive(Debug, Clone, Copy)]
pub struct Action<'a>(pub &'a str, pub Option<&'a str>);

impl<'a> From<&'a str> for Action<'a> {
    fn from(kind: &'a str) -> Self {
        Self(kind, None)
    }
}

/// `audit.log`, opened per line: nothing is held while nothing happens.
#[derive(Debug)]
pub struct Audit(pub PathBuf);

impl Audit {
    /// Adds a line. A full disk must not stop the daemon, so a failure goes to the log.
    pub fn write(&self, entry: &Entry<'_>) {
        let line = serde_json::to_string(entry).unwrap_or_default();
        let flags = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
        let written = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .custom_flags(flags)
            .open(&self.0)
            .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
        if let Err(error) = written {
            tracing::warn!("the audit log cannot be written: {error}");
        }
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
        self.write(&Entry {
            time,
            uid: peer.uid,
            pid: peer.pid,
            exe: peer.exe.as_deref(),
            caller: peer.caller.as_deref(),
            origin,
            action: action.0,
            about: action.1,
            granted: code.is_none(),
            code,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [DM-07] A caller names itself with a line break and a forged line: it stays one record.
    #[test]
    fn a_name_with_line_breaks_is_one_line() {
        let dir = tempfile::tempdir().unwrap();
        let audit = Audit(dir.path().join("audit.log"));
        let peer = Peer {
            uid: 1,
            pid: 2,
            start: 3,
            exe: Some("/a\n{\"uid\":0}".into()),
            caller: Some("\u{1b}[31m\r\n".into()),
        };
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
