//! `check`: what a change must pass before it is looked at, in the order of cost.

use clap::Args;

use crate::Result;
use crate::run::{cargo, find, program, run, target};

/// Options of `cargo xtask check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Leave out the licence and advisory check (it needs cargo-deny)
    #[arg(long)]
    no_deny: bool,
}

/// Pinned so that two machines judge alike.
const CARGO_DENY: &str = "0.19.0";

impl Check {
    pub(crate) fn run(self) -> Result {
        run(cargo().args(["fmt", "--all", "--check"]))?;
        crate::tidy::check()?;
        crate::errors::check()?;
        crate::threats::check()?;
        crate::setup::install(crate::setup::Scope::Demo)?;
        run(cargo().args([
            "clippy",
            "--workspace",
            "--exclude",
            "dovetail-web",
            "--all-targets",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ]))?;
        run(cargo().args([
            "clippy",
            "--package",
            "dovetail-web",
            "--target",
            "wasm32-unknown-unknown",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ]))?;
        if !self.no_deny {
            deny()?;
        }
        println!("check: all good");
        Ok(())
    }
}

fn deny() -> Result {
    if find("cargo-deny").is_none() {
        println!("cargo-deny {CARGO_DENY} is missing and will be built into target/tools");
        run(cargo()
            .args([
                "install",
                "cargo-deny",
                "--locked",
                "--version",
                CARGO_DENY,
                "--root",
            ])
            .arg(target().join("tools"))
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_TARGET_DIR", target().join("tools/build")))?;
    }
    // Advisories need their database from the network; licences, bans and sources do not.
    run(program("cargo-deny").args(["--all-features", "check", "licenses", "bans", "sources"]))
}
