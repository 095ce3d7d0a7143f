//! `bench`: figures beside their limits. Ratios within one run, because machines differ.

use clap::Args;

use crate::Result;

/// Options of `cargo xtask bench`.
#[derive(Debug, Args)]
pub(crate) struct Bench {}

impl Bench {
    pub(crate) fn run(self) -> Result {
        Err("not built yet".into())
    }
}
