//! `dovetail completions`

use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::args::Cli;

/// Print completions for a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// Which shell
    shell: clap_complete::Shell,
}

impl Completions {
    pub(crate) fn run(self) -> ExitCode {
        clap_complete::generate(
            self.shell,
            &mut Cli::command(),
            "dovetail",
            &mut std::io::stdout(),
        );
        ExitCode::SUCCESS
    }
}
