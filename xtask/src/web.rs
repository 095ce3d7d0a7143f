//! The page, built the quick way. (Interface that main.rs and demo.rs use: `Web` and `build_for_use`.)

use clap::Args;

use crate::Result;

/// Options of `cargo xtask web`.
#[derive(Debug, Args)]
pub(crate) struct Web {}

impl Web {
    pub(crate) fn run(self) -> Result {
        build_for_use()
    }
}

/// Builds `web/dist` unless it is newer than everything it is made from.
pub(crate) fn build_for_use() -> Result {
    Err("the page's build is being written".into())
}
