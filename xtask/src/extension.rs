//! The extension, checked and packed. (Interface that main.rs uses: `Extension`.)

use clap::Args;

use crate::Result;

/// Options of `cargo xtask extension`.
#[derive(Debug, Args)]
pub(crate) struct Extension {}

impl Extension {
    pub(crate) fn run(self) -> Result {
        Err("the packing is being written".into())
    }
}
