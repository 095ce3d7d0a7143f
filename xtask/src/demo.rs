//! `demo` and `lab`: build everything, then hand over to the lab's own programs.

use std::path::PathBuf;

use clap::Args;

use crate::Result;
use crate::run::{cargo, path, program, root, run, target};
use crate::setup::{Scope, install};

/// Options of `cargo xtask demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The account's organisation signs in at a service of its own, another project's
    #[arg(long)]
    federated: bool,
    /// Open nothing: print the portal's address and an account, and wait
    #[arg(long)]
    interactive: bool,
    /// Leave everything running after the drive
    #[arg(long)]
    keep: bool,
    /// Where to leave report, certificate and screenshots [default: target/demo]
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Demo {
    pub(crate) fn run(self) -> Result {
        prepare(if self.federated {
            Scope::FederatedDemo
        } else {
            Scope::Demo
        })?;
        let out = self.out.unwrap_or_else(|| root().join("target/demo"));
        let mut command = lab_program("dovetail-demo");
        command.arg("--out").arg(out);
        if self.federated {
            command.arg("--federated");
        }
        if self.interactive {
            command.arg("--interactive");
        }
        if self.keep {
            command.arg("--keep");
        }
        run(&mut command)
    }
}

/// Options of `cargo xtask lab`.
#[derive(Debug, Args)]
pub(crate) struct Lab {
    /// Answer under Microsoft's host names
    #[arg(long)]
    impersonate_microsoft: bool,
}

impl Lab {
    pub(crate) fn run(self) -> Result {
        prepare(Scope::Demo)?;
        let mut command = lab_program("dovetail-lab");
        if self.impersonate_microsoft {
            command.arg("--impersonate-microsoft");
        }
        run(&mut command)
    }
}

/// Everything that a lab needs, built: programs, page, extension.
pub(crate) fn prepare(scope: Scope) -> Result {
    install(scope)?;
    println!("Building the programs");
    run(cargo().args([
        "build",
        "--quiet",
        "--workspace",
        "--exclude",
        "dovetail-web",
        "--exclude",
        "xtask",
        "--bins",
    ]))?;
    println!("Building the page");
    crate::web::build_for_use()?;
    Ok(())
}

/// One of the lab's programs, told where the others are.
fn lab_program(name: &str) -> std::process::Command {
    let bins = target().join("debug");
    let mut command = program(bins.join(name));
    command.env("DOVETAIL_BIN_DIR", &bins).env("PATH", path());
    command
}
