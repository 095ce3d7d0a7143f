//! The connection to the daemon.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use dovetail_client::{blame, peer};
use dovetail_shared::link::{Envelope, HelloHost, Request};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};

use crate::inbox::Inbox;
use crate::outbox::Outbox;
use crate::stdio::log;

/// A daemon that takes nothing for so long is given up, with everything that waits for it.
const STUCK: Duration = Duration::from_secs(10);

/// A connected daemon.
#[derive(Debug)]
pub(crate) struct Daemon {
    /// Never blocks.
    pub(crate) socket: OwnedFd,
    /// What comes from it.
    pub(crate) inbox: Inbox,
    /// What goes to it.
    pub(crate) outbox: Outbox,
    moved: Instant,
}

impl Daemon {
    /// Connects, checks who listens, and puts `hello.host` in front of everything else. The reply to it goes nowhere:
    /// its id waits for nobody.
    pub(crate) fn reach(place: &Path, caller: &str) -> Option<Self> {
        match Self::try_reach(place, caller) {
            Ok(daemon) => Some(daemon),
            Err(error) => {
                log(&format!("no daemon at {}: {error}", place.display()));
                None
            }
        }
    }

    fn try_reach(place: &Path, caller: &str) -> io::Result<Self> {
        let socket = socket_with(
            AddressFamily::UNIX,
            SocketType::STREAM,
            SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
            None,
        )?;
        // Does not wait: a Unix socket connects at once, or its queue is full because the daemon hangs.
        connect(&socket, &SocketAddrUnix::new(place)?)?;
        peer::check(&socket).map_err(io::Error::other)?;
        let hello = Request::HelloHost(HelloHost {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            caller: caller.to_owned(),
        });
        let mut outbox = Outbox::default();
        outbox.push(&Envelope::new(blame::fresh_id().to_string(), &hello).to_frame());
        Ok(Self {
            socket,
            inbox: Inbox::default(),
            outbox,
            moved: Instant::now(),
        })
    }

    /// Writes what can be written. `false` when the daemon is gone, or has taken nothing for too long.
    pub(crate) fn flush(&mut self, now: Instant) -> bool {
        match self.outbox.flush(&self.socket) {
            Ok(moved) => {
                if moved || self.outbox.is_empty() {
                    self.moved = now;
                }
                now.saturating_duration_since(self.moved) < STUCK
            }
            Err(_) => false,
        }
    }

    /// When to look at it again even if nothing happens.
    pub(crate) fn patience_end(&self) -> Option<Instant> {
        (!self.outbox.is_empty()).then(|| self.moved + STUCK)
    }
}
