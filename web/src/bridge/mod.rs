//! The page's one way down: the extension's content script, by window message and MessagePort (`docs/protocol.md`).

mod pending;
mod post;
mod request;
mod wire;

pub(crate) use post::{Bridge, Heard};
