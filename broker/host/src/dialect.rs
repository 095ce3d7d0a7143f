//! What a browser's frames mean. There are two: our own, and that of the linux-entra-sso project.

use std::borrow::Cow;
use std::fmt::Debug;
use std::time::Duration;

use dovetail_shared::Code;

use crate::outbox::Outbox;

/// A request for the daemon.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ask<'a> {
    /// Comes back in the reply.
    pub(crate) id: String,
    /// How long the asker waits.
    pub(crate) patience: Duration,
    /// The JSON that the daemon gets.
    pub(crate) frame: Cow<'a, [u8]>,
}

/// Why a request goes no further.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Whose; empty where none could be found.
    pub(crate) id: String,
    /// Why.
    pub(crate) code: Code,
}

/// How an extension talks. Each request is answered once, by [`Self::answered`] or [`Self::failed`].
pub(crate) trait Dialect: Debug {
    /// The daemon is looked for before anybody asks, and again while it is away.
    const EAGER: bool;

    /// What the daemon hears first on a connection, behind the host's own hello.
    fn greeting(&mut self) -> Vec<Vec<u8>>;

    /// Reads a frame from the browser.
    fn ask<'a>(&mut self, text: &'a str) -> Result<Ask<'a>, Refused>;

    /// The daemon has replied to `id`.
    fn answered(&mut self, id: &str, reply: &str, out: &mut Outbox);

    /// Nobody will reply to `id`.
    fn failed(&mut self, id: &str, code: Code, out: &mut Outbox);

    /// The daemon tells an event. What comes back is a request of the dialect's own.
    fn told(&mut self, event: &str, out: &mut Outbox) -> Option<Vec<u8>>;

    /// A reply to no request of the browser's, or to one that was given up. What comes back is a request of the dialect's own.
    fn unasked(&mut self, id: &str, reply: &str, out: &mut Outbox) -> Option<Vec<u8>>;

    /// The daemon was looked for and is there or not, or was there and is not any more.
    fn reached(&mut self, there: bool, out: &mut Outbox);

    /// No further requests for now.
    fn is_full(&self) -> bool;
}
