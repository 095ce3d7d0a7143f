//! Public services that need no token, and the one way to reach them and the page's own files.

pub(crate) mod config;
mod fetch;
pub(crate) mod metadata;
pub(crate) mod realm;

pub(crate) use fetch::{FetchError, Stop, text};
