//! `cargo xtask …`: builds, checks, demonstrates and tests Dovetail.
//!
//! One file per command. What a machine lacks is said, then installed, then used; nothing outside
//! `target/` and the system's package manager is touched.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::format_push_string,
    reason = "a build tool talks to the person who runs it, and is in no hurry"
)]

mod bench;
mod check;
mod demo;
mod dist;
mod errors;
mod extension;
mod fuzz;
mod pack;
mod run;
mod setup;
mod short_names;
mod startup;
mod test;
mod threats;
mod tidy;
mod web;
mod web_size;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What can go wrong here ends as one line for the person.
type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Builds, checks, demonstrates and tests Dovetail"
)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch a device join: tenant, TPM and daemon are started, a real Chromium is driven as a person would
    Demo(demo::Demo),
    /// Run every test there is, browsers included
    Test(test::Test),
    /// Format, clippy, licences, house rules, generated files, coverage of the threat table
    Check(check::Check),
    /// Start tenant, TPM and daemon for use by hand
    Lab(demo::Lab),
    /// Print speed and size beside their limits
    Bench(bench::Bench),
    /// Build the page into `web/dist`
    Web(web::Web),
    /// Check and pack the browser extension into `target/extension`
    Extension(extension::Extension),
    /// Build what is shipped into `target/shipped`: the same bytes wherever it is done
    Dist(dist::Dist),
    /// Run the fuzz targets under libFuzzer
    Fuzz(fuzz::Fuzz),
    /// Write `docs/errors.md` and the page's English error texts from the table of codes
    Errors,
    /// Write `web/src/text/*.txt`, which the page fetches, from its Fluent files and the table of codes
    Texts,
    /// Write `docs/threats.md` from the tests that name a row
    Threats,
    /// Write `broker/daemon/startup.ld`: the functions that the linker puts side by side
    Startup,
    /// Install what building and testing need
    Setup,
}

fn main() -> ExitCode {
    let result = match Args::parse().command {
        Command::Demo(demo) => demo.run(),
        Command::Test(test) => test.run(),
        Command::Check(check) => check.run(),
        Command::Lab(lab) => lab.run(),
        Command::Bench(bench) => bench.run(),
        Command::Web(web) => web.run(),
        Command::Extension(extension) => extension.run(),
        Command::Dist(dist) => dist.run(),
        Command::Fuzz(fuzz) => fuzz.run(),
        Command::Errors => errors::write(),
        Command::Texts => web::texts(),
        Command::Threats => threats::write(),
        Command::Startup => startup::write(),
        Command::Setup => setup::install(setup::Scope::Everything),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
