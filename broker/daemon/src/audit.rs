//! One line of JSON per grant and refusal. JSON escapes control characters, so a name cannot forge a line.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use dovetail_shared::{Code, UnixTime};
use serde::Serialize;

use crate::front::{Peer, Running};

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
            name: Some("/a\n{\"uid\":0}".into()),
            program: crate::front::Program::default(),
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
