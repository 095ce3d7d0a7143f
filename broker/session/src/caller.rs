//! Who calls, as the bus knows it.

use zbus::message::Header;
use zbus::{Connection, fdo};

use crate::bus::{credentials, program};

/// A program on the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Its unique name, which is never another's.
    pub(crate) name: String,
    pid: Option<u32>,
    program: Option<String>,
}

impl Caller {
    /// The sender of a call. Refused where that is not this program's own user, whatever the bus let through.
    pub(crate) async fn of(bus: &Connection, header: &Header<'_>) -> fdo::Result<Self> {
        let denied = || fdo::Error::AccessDenied("this broker serves its own user only".into());
        let name = header.sender().ok_or_else(denied)?.to_string();
        let known = credentials(bus, &name).await.map_err(|_| denied())?;
        if known.unix_user_id() != Some(rustix::process::geteuid().as_raw()) {
            return Err(denied());
        }
        let pid = known.process_id();
        Ok(Self {
            name,
            pid,
            program: pid.and_then(program),
        })
    }

    /// For the daemon's audit: what we were told, not what the kernel would vouch for.
    pub(crate) fn told(&self) -> String {
        let program = self.program.as_deref().unwrap_or("unknown program");
        match self.pid {
            Some(pid) => format!("D-Bus: {program} ({pid})"),
            None => format!("D-Bus: {program}"),
        }
    }
}
