//! `dovetail leave`

use std::path::Path;
use std::process::ExitCode;

use dovetail_client::Client;
use dovetail_shared::Code;
use dovetail_shared::link::{Empty, Leave as LeaveBody, Request};
use dovetail_shared::status::Status;

use super::{PATIENT, QUICK};
use crate::error::CliError;
use crate::ui::{Ui, clean, confirm};

/// Take this device out of the organisation
///
/// Removes the device object at the tenant, then the certificate, then the keys.
#[derive(Debug, clap::Args)]
pub(crate) struct Leave {
    /// Do not ask first
    #[arg(long)]
    yes: bool,
    /// Clean up here even if the tenant cannot be told; the device object may stay behind there
    #[arg(long)]
    forget: bool,
}

impl Leave {
    pub(crate) async fn run(self, socket: &Path, ui: &Ui) -> Result<ExitCode, CliError> {
        let mut client = Client::connect(socket).await?;
        if !self.forget || !self.yes {
            let status: Status = client.call(&Request::Status(Empty {}), QUICK).await?;
            let joined = status.device.azure_ad_joined || status.device.workplace_joined;
            // An unreadable record is why `--forget` exists, so it is let through.
            if !joined && !self.forget {
                return Err(CliError::code(Code::NOT_JOINED));
            }
            if !self.yes && !confirm(&question(&status))? {
                ui.line("Nothing was changed.");
                return Ok(ExitCode::SUCCESS);
            }
        }
        let request = Request::Leave(LeaveBody {
            forget: self.forget,
        });
        let status: Status = client.call(&request, PATIENT).await?;
        ui.line("This device is no longer joined.");
        ui.value(&status);
        Ok(ExitCode::SUCCESS)
    }
}

fn question(status: &Status) -> String {
    let tenant = status
        .tenant
        .as_ref()
        .and_then(|tenant| tenant.tenant_name.as_deref())
        .unwrap_or("its organisation");
    format!(
        "Take {} out of {}?",
        clean(&status.device.device_name),
        clean(tenant)
    )
}
