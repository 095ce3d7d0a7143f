//! A person joins a machine, in real browsers. Each story runs in both; its name ends in the browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod accessible;
mod code_source;
mod fallback;
mod federated;
mod handed_out;
mod hostile;
mod interrupted;
mod joining;
mod managed;
mod msal;
mod popup;
mod preflight;
mod sign_on;
mod sso;
mod sso_hostile;
mod sso_trouble;
mod story;
mod terms;
mod trouble;
