//! `dovetail sync`

use std::path::Path;
use std::process::ExitCode;

use dovetail_client::Client;
use dovetail_shared::link::{Empty, Request};
use dovetail_shared::status::{ManagementState, Status};

use super::{LONG, management};
use crate::error::CliError;
use crate::ui::Ui;

/// Talk with your organisation's management now, and show what it wants of this device
///
/// Where this device is to be managed and is not yet, that is tried again first.
#[derive(Debug, clap::Args)]
pub(crate) struct Sync {}

impl Sync {
    pub(crate) async fn run(self, socket: &Path, ui: &Ui) -> Result<ExitCode, CliError> {
        let mut client = Client::connect(socket).await?;
        let status: Status = client.call(&Request::Sync(Empty {}), LONG).await?;
        // The talk went well, and what was said is that this device is not wanted any more.
        let removed = status
            .management
            .as_ref()
            .filter(|details| details.state == ManagementState::Removed)
            .and_then(|details| details.report.clone());
        if let Some(report) = removed {
            return Err(CliError::Report(Box::new(report)));
        }
        if let Some(details) = &status.management {
            management::tell(details, ui);
        }
        ui.value(&status);
        Ok(ExitCode::SUCCESS)
    }
}
