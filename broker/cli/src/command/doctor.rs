//! `dovetail doctor`

use std::path::Path;
use std::process::ExitCode;

use dovetail_client::Client;
use dovetail_shared::link::{Checks, Empty, Request};
use dovetail_shared::status::{Check, CheckOutcome, Status};

use super::{PATIENT, QUICK, bus, local};
use crate::browser::Places;
use crate::error::CliError;
use crate::ui::{Tone, Ui, clean};

/// Look for what stands in the way, and say what to do
///
/// Checks this side first (service, browsers, extension, clock, names), then asks the service for its own checks.
#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {}

impl Doctor {
    pub(crate) async fn run(self, socket: &Path, ui: &Ui) -> Result<ExitCode, CliError> {
        let mut checks = Vec::new();
        let mut authority = None;
        match Client::connect(socket).await {
            Ok(mut client) => {
                checks.push(local::service(&mut client, socket).await);
                let status = client
                    .call::<Status>(&Request::Status(Empty {}), QUICK)
                    .await;
                authority = status
                    .ok()
                    .and_then(|status| status.tenant)
                    .map(|tenant| tenant.authority);
                match client
                    .call::<Checks>(&Request::Doctor(Empty {}), PATIENT)
                    .await
                {
                    Ok(told) => checks.extend(told.checks),
                    Err(error) => checks.push(local::failed(
                        "daemon",
                        "The service did not run its checks.",
                        error.report(),
                    )),
                }
            }
            Err(error) => checks.push(local::failed(
                "socket",
                "The service cannot be reached.",
                error.report(),
            )),
        }
        if let Some(places) = Places::from_environment(None) {
            checks.extend(local::manifests(&places));
            checks.push(local::extension(&places));
        }
        checks.extend(bus::owner().await);
        checks.push(local::clock());
        checks.push(local::dns(authority.as_deref()).await);
        for check in &checks {
            show(check, ui);
        }
        let code = exit_code(&checks);
        ui.value(&Checks { checks });
        Ok(ExitCode::from(code))
    }
}

fn show(check: &Check, ui: &Ui) {
    let (tone, word) = match check.outcome {
        CheckOutcome::Passed => (Tone::Good, "ok"),
        CheckOutcome::Warning => (Tone::Warning, "look"),
        CheckOutcome::Failed => (Tone::Bad, "FAIL"),
        CheckOutcome::Skipped => (Tone::Faint, "-"),
    };
    ui.line(&format!(
        "{} {:<12} {}",
        ui.paint(tone, &format!("{word:>4}")),
        clean(&check.name),
        clean(&check.message)
    ));
    if let Some(report) = &check.report {
        ui.line(&format!("     {:<12} {}", "", clean(&report.cure)));
        if let Some(detail) = &report.detail {
            ui.line(&format!("     {:<12} {}", "", clean(detail)));
        }
        ui.line(&format!(
            "     {:<12} {} · {}",
            "", report.code, report.correlation_id
        ));
    }
}

/// By the first failure: what stands first is what the rest follows from.
fn exit_code(checks: &[Check]) -> u8 {
    checks
        .iter()
        .find(|check| check.outcome == CheckOutcome::Failed)
        .map_or(0, |check| {
            check
                .report
                .as_ref()
                .map_or(1, |report| report.fix.exit_code())
        })
}
