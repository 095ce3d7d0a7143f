//! Bytes as they come, cut into frames.
//!
//! Framing proper is `native_messaging`'s. It reads from a blocking stream and allocates what is announced, so here
//! bytes are collected first, and only whole frames within the limit are handed to it.

use std::os::fd::AsFd;

use dovetail_shared::link::MAX_FRAME;
use native_messaging::host::{NmError, decode_message_opt};
use rustix::buffer::spare_capacity;
use rustix::io::{Errno, retry_on_intr};

/// Bytes of the length in front of a frame.
pub(crate) const HEADER: usize = 4;

/// A frame over [`MAX_FRAME`] and up to this is still read to its end, to find the id whose owner must be told.
const READABLE: usize = 4 * MAX_FRAME;

/// Room for one go at least.
const CHUNK: usize = 16 * 1024;

/// Capacity that is kept between frames.
const KEPT: usize = 64 * 1024;

/// A frame came in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// Text within the limit.
    Text(String),
    /// Within the limit, but not UTF-8.
    NotText,
    /// Over the limit. The bytes are there to look for an id in.
    TooLarge(Vec<u8>),
}

/// A length was announced that no side ever means; the stream makes no sense from here on.
#[derive(Debug)]
pub(crate) struct Absurd;

/// What a read brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// Some bytes.
    Some,
    /// Nothing at present.
    Nothing,
    /// Nothing ever again.
    End,
}

/// Collects bytes until they make a frame.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    bytes: Vec<u8>,
    used: usize,
}

impl Inbox {
    /// Reads once, straight to where the bytes stay. Any error is the end.
    pub(crate) fn fill(&mut self, from: impl AsFd) -> Fill {
        self.make_room();
        match retry_on_intr(|| rustix::io::read(&from, spare_capacity(&mut self.bytes))) {
            Ok(0) => Fill::End,
            Ok(_) => Fill::Some,
            Err(Errno::AGAIN) => Fill::Nothing,
            Err(_) => Fill::End,
        }
    }

    /// Takes bytes in that were read elsewhere.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.make_room();
        self.bytes.extend_from_slice(bytes);
    }

    /// Those of frames that were handed out make room.
    fn make_room(&mut self) {
        self.bytes.drain(..self.used);
        self.used = 0;
        if self.bytes.is_empty() && self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        }
        self.bytes.reserve(CHUNK);
    }

    /// The next whole frame, if one is there. A refused length costs no memory.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, Absurd> {
        let waiting = self.bytes.get(self.used..).unwrap_or_default();
        let Some(header) = waiting.first_chunk::<HEADER>() else {
            return Ok(None);
        };
        let announced = usize::try_from(u32::from_ne_bytes(*header)).map_err(|_| Absurd)?;
        if announced > READABLE {
            return Err(Absurd);
        }
        let Some(mut whole) = waiting.get(..HEADER + announced) else {
            return Ok(None);
        };
        let frame = if announced > MAX_FRAME {
            Frame::TooLarge(whole.get(HEADER..).unwrap_or_default().to_vec())
        } else {
            match decode_message_opt(&mut whole, MAX_FRAME) {
                Ok(text) => Frame::Text(text.unwrap_or_default()),
                Err(NmError::IncomingNotUtf8(_)) => Frame::NotText,
                Err(_) => return Err(Absurd),
            }
        };
        self.used += HEADER + announced;
        Ok(Some(frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbox(bytes: &[u8]) -> Inbox {
        Inbox {
            bytes: bytes.to_vec(),
            used: 0,
        }
    }

    fn framed(payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap();
        [length.to_ne_bytes().as_slice(), payload].concat()
    }

    #[test]
    fn frames_come_out_whole_and_in_order() {
        let mut inbox =
            inbox(&[framed(b"{}"), framed(b""), framed(b"\xff"), framed(b"x")].concat());
        inbox.bytes.pop();
        assert_eq!(inbox.next().unwrap(), Some(Frame::Text("{}".into())));
        assert_eq!(inbox.next().unwrap(), Some(Frame::Text(String::new())));
        assert_eq!(inbox.next().unwrap(), Some(Frame::NotText));
        assert_eq!(inbox.next().unwrap(), None);
        inbox.bytes.push(b'x');
        assert_eq!(inbox.next().unwrap(), Some(Frame::Text("x".into())));
    }

    /// [NH-07] Two and four GiB are announced; no memory is set aside for them.
    #[test]
    fn an_absurd_length_is_refused_at_once() {
        for length in [u32::MAX, 1 << 31, 4 * 1_048_576 + 1] {
            let mut inbox = inbox(&length.to_ne_bytes());
            assert!(inbox.next().is_err());
            assert!(inbox.bytes.capacity() < 64);
        }
    }

    #[test]
    fn the_limit_is_exact() {
        let mut at = inbox(&framed(&vec![b' '; MAX_FRAME]));
        assert!(matches!(at.next().unwrap(), Some(Frame::Text(_))));
        let mut over = inbox(&framed(&vec![b' '; MAX_FRAME + 1]));
        assert!(matches!(over.next().unwrap(), Some(Frame::TooLarge(_))));
    }
}
