//! `dovetail-tenant`: an Entra-compatible tenant for labs and tests. Identity provider, device registration, portal host.
//!
//! A program: [`run`] is all of it. It is a library only so that fuzz targets get at its readers.

mod account;
mod admission;
mod app;
mod audit;
mod authorize;
mod ca;
mod caretaker;
mod client;
mod clock;
mod command;
#[cfg(test)]
mod cut_off;
mod device;
mod device_code;
mod discovery;
mod drs;
mod error;
mod fault;
mod federation;
#[doc(hidden)]
pub mod fuzz;
mod grant;
mod graph;
mod hello;
mod hosts;
mod mdm;
mod oauth;
mod open;
mod own_pages;
mod portal;
mod prt;
mod random;
mod router;
mod rule;
mod seed;
mod session;
mod signer;
mod store;
mod tls;
mod token;
mod vault;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

/// The program: reads its arguments and does what they say.
pub fn run() -> ExitCode {
    // Whatever is made below (database, keys, people) is its owner's alone.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let matches = command::Args::command().get_matches();
    let noted = command::Noted::of(&matches);
    let args = match command::Args::from_arg_matches(&matches) {
        Ok(args) => args,
        Err(error) => error.exit(),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return command::fail(&error),
    };
    match runtime.block_on(args.run(noted)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => command::fail(error.as_ref()),
    }
}
