//! Daemon and tenant without a browser: the protocol from end to end, on a real TPM in software.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod code_source;
mod device_code;
mod direct;
mod faults;
mod gone;
mod guard;
mod host;
mod join;
mod mdm;
mod pin;
mod policies;
mod session;
mod sso;
