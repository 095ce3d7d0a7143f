//! Our own dialect: the daemon's frames as they are.

use std::borrow::Cow;

use dovetail_shared::Code;

use crate::dialect::{Ask, Dialect, Refused};
use crate::outbox::Outbox;
use crate::{peek, refuse};

/// Tells the extension to subscribe again.
const RECONNECTED: &[u8] = br#"{"v":1,"event":"broker.reconnected","body":{}}"#;

/// Frames go through unchanged.
#[derive(Debug, Default)]
pub(crate) struct Plain {
    /// A connection was there, or was tried for: the next one is news.
    tried: bool,
}

impl Dialect for Plain {
    const EAGER: bool = false;

    fn greeting(&mut self) -> Vec<Vec<u8>> {
        Vec::new()
    }

    fn ask<'a>(&mut self, text: &'a str) -> Result<Ask<'a>, Refused> {
        let request = peek::request(text)?;
        Ok(Ask {
            id: request.id,
            patience: request.patience,
            frame: Cow::Borrowed(text.as_bytes()),
        })
    }

    fn answered(&mut self, _id: &str, reply: &str, out: &mut Outbox) {
        out.push(reply.as_bytes());
    }

    fn failed(&mut self, id: &str, code: Code, out: &mut Outbox) {
        out.push(&refuse::frame(id, code));
    }

    fn told(&mut self, event: &str, out: &mut Outbox) -> Option<Vec<u8>> {
        out.push(event.as_bytes());
        None
    }

    fn unasked(&mut self, _id: &str, _reply: &str, _out: &mut Outbox) -> Option<Vec<u8>> {
        None
    }

    fn reached(&mut self, there: bool, out: &mut Outbox) {
        if there && self.tried {
            out.push(RECONNECTED);
        }
        self.tried = true;
    }

    fn is_full(&self) -> bool {
        false
    }
}
