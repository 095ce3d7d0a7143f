//! Browsers on Linux: where each looks for native-messaging hosts, and what it wants to read there.
//!
//! `native_messaging` has a table too; it lacks channels, sandboxes, `DESTDIR`, `XDG_CONFIG_HOME` and atomic writes,
//! and takes its table from the environment if told so. A test holds ours to it where both know a browser.

mod file;
mod host;
mod manifest;
mod place;
mod table;

pub(crate) use file::{remove_file, write_atomically};
pub(crate) use host::Host;
pub(crate) use manifest::{Existing, Manifest, WRAPPER_NAME, is_our_wrapper, look, wrapper};
pub(crate) use place::{Places, Scope};
pub(crate) use table::{BROWSERS, Browser, Family, Sandbox};
