//! `dovetail unenroll`

use std::path::Path;
use std::process::ExitCode;

use dovetail_client::Client;
use dovetail_shared::link::{Empty, Request};
use dovetail_shared::status::Status;

use super::PATIENT;
use crate::error::CliError;
use crate::ui::{Ui, confirm};

/// Take your own (registered) device out of management
///
/// Its policies, its management certificate and the key are removed; the device stays registered. A device of the
/// organisation is not taken out of management alone: `dovetail leave` leaves with it.
#[derive(Debug, clap::Args)]
pub(crate) struct Unenroll {
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

impl Unenroll {
    pub(crate) async fn run(self, socket: &Path, ui: &Ui) -> Result<ExitCode, CliError> {
        let mut client = Client::connect(socket).await?;
        if !self.yes && !confirm("Take this device out of management?")? {
            ui.line("Nothing was changed.");
            return Ok(ExitCode::SUCCESS);
        }
        let status: Status = client.call(&Request::Unenroll(Empty {}), PATIENT).await?;
        ui.line("This device is no longer under management.");
        ui.value(&status);
        Ok(ExitCode::SUCCESS)
    }
}
