//! Frames that wait to be written. Writing never blocks; what does not fit waits here, and meanwhile the relay reads no more.

use std::io;
use std::os::fd::AsFd;

use dovetail_shared::link::MAX_FRAME;
use rustix::io::{Errno, retry_on_intr};

/// From here on nothing more is read that could fill this box further. With one frame on top it stays bounded.
const FULL: usize = 256 * 1024;

/// Capacity that is kept when everything is written.
const KEPT: usize = 64 * 1024;

/// Bytes on their way out.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    bytes: Vec<u8>,
    sent: usize,
}

impl Outbox {
    /// Puts a frame with this JSON at the end. One over the limit is dropped: it would cost the connection.
    pub(crate) fn push(&mut self, json: &[u8]) {
        let Some(length) = u32::try_from(json.len())
            .ok()
            .filter(|_| json.len() <= MAX_FRAME)
        else {
            return;
        };
        self.bytes.extend_from_slice(&length.to_ne_bytes());
        self.bytes.extend_from_slice(json);
    }

    /// Writes what can be written now. `true` when something was. An error means that nobody reads there any more.
    pub(crate) fn flush(&mut self, to: impl AsFd) -> io::Result<bool> {
        let before = self.sent;
        while let Some(rest) = self.bytes.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match retry_on_intr(|| rustix::io::write(&to, rest)) {
                Ok(count) => self.sent += count,
                Err(Errno::AGAIN) => {
                    let moved = self.sent > before;
                    self.forget_sent();
                    return Ok(moved);
                }
                Err(error) => return Err(error.into()),
            }
        }
        let moved = self.sent > before;
        self.forget_sent();
        Ok(moved)
    }

    fn forget_sent(&mut self) {
        self.bytes.drain(..self.sent);
        self.sent = 0;
        if self.bytes.is_empty() && self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        }
    }

    /// Everything is written.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// So much waits that its source has to wait as well.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() >= FULL
    }
}
