//! `dovetail man`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::args::Cli;
use crate::error::CliError;

/// Print the manual page, or write one per command into a folder
#[derive(Debug, clap::Args)]
pub(crate) struct Man {
    /// Where to write `dovetail.1`, `dovetail-status.1`, …
    folder: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(self) -> Result<ExitCode, CliError> {
        match self.folder {
            None => clap_mangen::Man::new(Cli::command())
                .render(&mut std::io::stdout())
                .map_err(|source| CliError::file("standard output", source))?,
            Some(folder) => {
                let wrong = |source| CliError::file(folder.display().to_string(), source);
                std::fs::create_dir_all(&folder).map_err(wrong)?;
                clap_mangen::generate_to(Cli::command(), &folder).map_err(wrong)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
