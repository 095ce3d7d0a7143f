//! Fuzz targets: everything that reads bytes from someone else, as functions that must return for whatever bytes.
//!
//! Which reader is in which target: `README.md`. Each target is run in `tests/` over its corpus and over changes to it, and by
//! `cargo xtask fuzz` under libFuzzer, which finds its own.

mod broker;
mod change;
#[path = "../../web/src/oidc/form.rs"]
#[expect(
    dead_code,
    reason = "the page is a program; this file of it needs no browser"
)]
mod form;
mod link;
mod target;
mod tenant;
mod wire;

pub use change::Changes;
pub use target::{TARGETS, Target};
