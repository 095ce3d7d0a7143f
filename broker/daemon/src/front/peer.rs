//! Who is at the other end.

use std::os::fd::AsFd;

use super::Program;

/// A connected process, as the kernel described it when it connected.
#[derive(Debug, Clone)]
pub struct Peer {
    /// User.
    pub uid: u32,
    /// Process.
    pub pid: i32,
    /// When that process started, in clock ticks since boot: with `pid` it names the process for polkit.
    pub start: u64,
    /// What it calls itself (`comm`): anybody may take any name.
    pub name: Option<String>,
    /// Its program.
    pub program: Program,
    /// The extension that started the host, as the host said.
    pub caller: Option<String>,
}

impl Peer {
    /// SO_PEERCRED of a socket, with what /proc knows.
    pub fn of(socket: impl AsFd) -> std::io::Result<Self> {
        let credentials = rustix::net::sockopt::socket_peercred(&socket)?;
        let pid = credentials.pid.as_raw_nonzero().get();
        let program = Program::of(&socket, pid);
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name in parentheses may hold anything; the 22nd field is the 20th behind it.
        let start = stat
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.split_whitespace().nth(19)?.parse().ok())
            .unwrap_or(0);
        let name = stat
            .split_once('(')
            .and_then(|(_, rest)| Some(rest.rsplit_once(')')?.0.to_owned()));
        Ok(Self {
            uid: credentials.uid.as_raw(),
            pid,
            start,
            name,
            program,
            caller: None,
        })
    }

    /// May do what administrators may.
    pub fn is_root(&self) -> bool {
        self.uid == 0
    }
}
