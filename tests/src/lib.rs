//! The lab: a TPM, a tenant, a daemon and a browser, all its own, started together and torn down whatever happens.
//!
//! A test owns what it starts by handle and shares nothing: no fixed port, no fixed path.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    reason = "a lab that does not come up is a test that fails, at the line that says why"
)]

pub mod app;
pub mod assertion;
pub mod audit_log;
pub mod axe;
pub mod browser;
pub mod bus;
pub mod daemon;
pub mod gauge;
pub mod host;
pub mod lab;
pub mod machine;
pub mod page;

pub mod place;
pub mod postgres;
pub mod process;
pub mod raw_tpm;
pub mod sent;
pub mod session;
pub mod sign_in;
pub mod signed_on;
pub mod site;
pub mod statements;
pub mod sts;
pub mod swtpm;
pub mod talk;
pub mod tenant;
pub mod trust;
pub mod wait;
pub mod witness;

pub use browser::{Browser, Kind};
pub use lab::{Lab, Setup};
