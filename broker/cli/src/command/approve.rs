//! `dovetail approve`

use std::path::Path;
use std::process::ExitCode;

use dovetail_client::Client;
use dovetail_shared::link::{Answer, Approval, Approvals, Done, Empty, Request};

use super::{PATIENT, QUICK};
use crate::error::CliError;
use crate::ui::{Ui, clean, confirm};

/// Approve or refuse joins that wait for a yes on this device
///
/// A web page can start a join, but only somebody at the device can let it happen.
#[derive(Debug, clap::Args)]
pub(crate) struct Approve {
    /// Approve everything that waits, without asking
    #[arg(long, conflicts_with = "no")]
    yes: bool,
    /// Refuse everything that waits, without asking
    #[arg(long)]
    no: bool,
}

impl Approve {
    pub(crate) async fn run(self, socket: &Path, ui: &Ui) -> Result<ExitCode, CliError> {
        let mut client = Client::connect(socket).await?;
        let list: Approvals = client.call(&Request::ApprovalList(Empty {}), QUICK).await?;
        ui.value(&list);
        if list.waiting.is_empty() {
            ui.line("Nothing waits for approval.");
        }
        if ui.json && !self.yes && !self.no {
            return Ok(ExitCode::SUCCESS);
        }
        for waiting in &list.waiting {
            ui.line(&story(waiting));
            let approve = self.yes || (!self.no && confirm("Let this device join?")?);
            let answer = Request::ApprovalAnswer(Answer {
                join_id: waiting.join_id,
                approve,
            });
            let Done {} = client.call(&answer, PATIENT).await?;
            ui.line(if approve { "Approved." } else { "Refused." });
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn story(waiting: &Approval) -> String {
    format!(
        "  Organisation : {}\n  Account      : {}\n  Device name  : {}",
        clean(&waiting.tenant),
        clean(&waiting.upn),
        clean(&waiting.device_name)
    )
}
