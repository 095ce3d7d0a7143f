//! Clients that others wrote, unchanged, against the tenant under Microsoft's names: one file a client, each test named after it.
//!
//! This program enters a network and a mount namespace of its own before it does anything, so it has a `main`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod authlib;
mod azure_identity;
mod driver;
mod judging;
mod msal_browser;
mod msal_node;
mod msal_python;
mod namespace;
mod openid_client;
mod person;
mod roadtx;
mod stage;
mod tool;
mod trial;
mod version;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::Arguments;

use crate::stage::Lazy;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if !arguments.list && !namespace::entered() {
        // Only comes back where it cannot be.
        let why = namespace::enter();
        // With everything installed (`cargo xtask test`), what is missing is a fault.
        return if std::env::var_os("CI").is_some() {
            eprintln!("{why}");
            ExitCode::FAILURE
        } else {
            eprintln!("skipped: {why}");
            ExitCode::SUCCESS
        };
    }
    let stage = Arc::new(Lazy::default());
    let clients = [
        msal_python::TESTS,
        msal_node::TESTS,
        msal_browser::TESTS,
        openid_client::TESTS,
        authlib::TESTS,
        azure_identity::TESTS,
        roadtx::TESTS,
    ];
    let trials = clients
        .into_iter()
        .flat_map(|tests| trial::trials(tests, &stage))
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    stage.end(conclusion.has_failed());
    conclusion.exit_code()
}
