//! The command: build, measure, print.

use clap::Args;

use super::figure::Figure;
use super::{daemon, fleet, growth, host, join, page, sign_on, sso, tenant};
use crate::Result;
use crate::run::{cargo, run};

/// A name, and what measures it.
type Part = (&'static str, fn() -> Result<Vec<Figure>>);

/// Options of `cargo xtask bench`.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Only these: host, daemon, page, join, sign-on, sso, fleet, tenant, growth
    only: Vec<String>,
}

impl Bench {
    pub(crate) fn run(self) -> Result {
        crate::setup::install(crate::setup::Scope::Demo)?;
        let wanted = |name: &str| self.only.is_empty() || self.only.iter().any(|only| only == name);
        if wanted("host") || wanted("daemon") || wanted("sign-on") {
            println!("Building the small programs as they are shipped");
            run(cargo().args([
                "build",
                "--quiet",
                "--profile",
                "dist",
                "-p",
                "dovetail-host",
                "-p",
                "dovetaild",
            ]))?;
        }
        let mut figures = Vec::new();
        let parts: [Part; 9] = [
            ("host", host::measure),
            ("daemon", daemon::measure),
            ("page", page::measure),
            ("join", join::measure),
            ("sign-on", sign_on::measure),
            ("sso", sso::measure),
            ("fleet", fleet::measure),
            ("tenant", tenant::measure),
            ("growth", growth::measure),
        ];
        for (name, measure) in parts {
            if wanted(name) {
                println!("Measuring: {name}");
                figures.extend(measure()?);
            }
        }
        println!("\n{:<58} {:>14} {:>14}", "figure", "measured", "limit");
        for figure in &figures {
            println!("{figure}");
        }
        let over = figures.iter().filter(|figure| !figure.holds()).count();
        if over == 0 {
            Ok(())
        } else {
            Err(format!("{over} figures are over their limit").into())
        }
    }
}
