//! The command line: one file a command. Each opens the store itself, so that all of them work beside a running server.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line talks to the person who runs it"
)]

mod account;
mod app;
mod args;
mod audit;
mod backup;
mod device;
mod device_code;
mod domain;
mod fault;
mod group;
mod hello;
mod mdm;
mod noted;
mod out;
mod policy;
mod policy_access;
mod policy_set;
mod serve;
mod terms;

pub(crate) use args::Args;
pub(crate) use noted::Noted;
pub(crate) use out::fail;
