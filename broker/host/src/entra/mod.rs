//! The dialect of the linux-entra-sso project, so that its published extension works with our daemon unchanged.
//!
//! Requests have no ids: an answer belongs to the oldest request with the same command. Facts: `docs/protocol.md`,
//! "linux-entra-sso".

mod command;
mod queue;
mod reply;
mod talk;

pub(crate) use talk::Entra;
