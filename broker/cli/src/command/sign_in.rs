//! `dovetail sign-in`

use std::path::Path;
use std::process::ExitCode;

use dovetail_client::Client;
use dovetail_shared::Code;
use dovetail_shared::link::{Empty, Event, Request};
use dovetail_shared::status::{SsoDetails, SsoState, Status};
use tokio::signal::unix::{SignalKind, signal};

use super::follow::INTERRUPTED;
use super::portal::{Browser, page, show};
use super::{QUICK, status};
use crate::error::CliError;
use crate::ui::{Ui, clean};

/// Sign in on this device, so that every program of yours is: opens the portal in the browser and waits
///
/// Ctrl-C stops the waiting, not the sign-in.
#[derive(Debug, clap::Args)]
pub(crate) struct SignIn {
    /// Sign in even where that is not needed
    #[arg(long)]
    again: bool,
    /// Print the address instead of opening a browser
    #[arg(long)]
    no_browser: bool,
}

impl SignIn {
    pub(crate) async fn run(self, socket: &Path, ui: &Ui) -> Result<ExitCode, CliError> {
        let mut client = Client::connect(socket).await?;
        client.subscribe(QUICK).await?;
        let now: Status = client.call(&Request::Status(Empty {}), QUICK).await?;
        let Some(before) = now.sso else {
            return Err(CliError::code(Code::NOT_JOINED));
        };
        match before.state {
            SsoState::Active | SsoState::Offline if !self.again => {
                ui.line("You are signed in already; `--again` signs in anew.");
                return Ok(told(&before, ui));
            }
            SsoState::DeviceDeleted => {
                return Err(CliError::code(Code::AADSTS_DEVICE_NOT_FOUND));
            }
            _ => {}
        }
        let mut address = page(now.broker.portal.as_deref().unwrap_or_default())?;
        address.query_pairs_mut().append_pair("mode", "settings");
        let browser = if self.no_browser {
            Browser::Print
        } else {
            Browser::Open
        };
        show(&address, browser, ui);
        ui.line("Sign in there; this goes on by itself.");
        wait(&mut client, &before, ui).await
    }
}

/// Until this user's sign-on is another than `before`.
async fn wait(client: &mut Client, before: &SsoDetails, ui: &Ui) -> Result<ExitCode, CliError> {
    // Listened for from the beginning, so that no Ctrl-C falls between two rounds.
    let mut interrupt = signal(SignalKind::interrupt())
        .map_err(|source| CliError::file("the signal for Ctrl-C", source))?;
    loop {
        tokio::select! {
            event = client.event() => {
                if !matches!(event?, Event::StatusChanged(_)) {
                    continue;
                }
            }
            _ = interrupt.recv() => {
                ui.line("The sign-in can be finished in the browser; `dovetail status` tells.");
                return Ok(ExitCode::from(INTERRUPTED));
            }
        }
        let now: Status = client.call(&Request::Status(Empty {}), QUICK).await?;
        let Some(sso) = now.sso else {
            return Err(CliError::code(Code::NOT_JOINED));
        };
        if sso.state == SsoState::Active && sso.issued > before.issued {
            return Ok(told(&sso, ui));
        }
        if let Some(report) = sso
            .report
            .filter(|report| Some(report) != before.report.as_ref())
        {
            return Err(CliError::Report(Box::new(report)));
        }
    }
}

fn told(sso: &SsoDetails, ui: &Ui) -> ExitCode {
    ui.value(sso);
    let who = sso.upn.as_deref().unwrap_or_default();
    let until = sso.expires.map_or_else(String::new, |end| {
        format!(", until {} if it is not renewed", status::in_words(end))
    });
    ui.line(&format!("Signed in as {}{until}.", clean(who)));
    ExitCode::SUCCESS
}
