//! `dovetail sign-in`

use std::path::Path;
use std::process::ExitCode;

use dovetail_client::Client;
use dovetail_shared::Code;
use dovetail_shared::link::{Empty, Event, Pin, Request, SignIn as SignInAsk, SignInShown};
use dovetail_shared::status::{SsoDetails, SsoState, Status};
use tokio::signal::unix::{SignalKind, signal};

use super::accounts::chosen;
use super::code::{self, Qr};
use super::follow::INTERRUPTED;
use super::portal::{Browser, page, show};
use super::{PATIENT, QUICK, status};
use crate::error::CliError;
use crate::password::{self, Kind};
use crate::ui::{Ui, clean};

/// Sign in on this device, so that every program of yours is: opens the portal in the browser and waits
///
/// Ctrl-C stops the waiting, not the sign-in.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
pub(crate) struct SignIn {
    /// Sign in even where that is not needed
    #[arg(long)]
    again: bool,
    /// Print the address instead of opening a browser
    #[arg(long)]
    no_browser: bool,
    /// Show a code, and sign in with it on another machine
    #[arg(long, conflicts_with_all = ["no_browser", "again"])]
    device_code: bool,
    /// Sign in with the PIN of this device (`dovetail pin`), without a browser
    #[arg(long, conflicts_with_all = ["no_browser", "again", "device_code"])]
    pin: bool,
    /// With `--pin`: take it from standard input, its first line
    #[arg(long, requires = "pin")]
    pin_stdin: bool,
    /// With `--pin`: of which account, as `dovetail accounts` names it
    #[arg(long, requires = "pin", value_name = "ACCOUNT")]
    account: Option<String>,
    /// With `--device-code`: print no QR code
    #[arg(long, requires = "device_code")]
    no_qr: bool,
    /// With `--device-code`: sign in with one account more, beside the one that is there
    #[arg(long, requires = "device_code")]
    add: bool,
}

impl SignIn {
    pub(crate) async fn run(self, socket: &Path, ui: &Ui) -> Result<ExitCode, CliError> {
        let mut client = Client::connect(socket).await?;
        client.subscribe(QUICK).await?;
        let now: Status = client.call(&Request::Status(Empty {}), QUICK).await?;
        let Some(before) = now.sso else {
            return Err(CliError::code(Code::NOT_JOINED));
        };
        if self.pin {
            let account = chosen(&mut client, self.account.as_deref()).await?;
            return by_pin(&mut client, account, self.pin_stdin, ui).await;
        }
        if self.device_code {
            let qr = if self.no_qr { Qr::Unwanted } else { Qr::Wanted };
            return by_code(&mut client, SignInAsk { add: self.add }, qr, ui).await;
        }
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
        Ok(match wait(&mut client, &before, ui).await? {
            Some(sso) => told(&sso, ui),
            None => ExitCode::from(INTERRUPTED),
        })
    }
}

/// Signs in with the PIN; there is nothing to wait for.
async fn by_pin(
    client: &mut Client,
    account: Option<String>,
    stdin: bool,
    ui: &Ui,
) -> Result<ExitCode, CliError> {
    let pin = if stdin {
        password::from_stdin(Kind::Pin)?
    } else {
        password::ask(Kind::Pin, "PIN:")?
    };
    let request = Request::SignInPin(Pin { pin, account });
    let now: Status = client.call(&request, PATIENT).await?;
    match now.sso {
        Some(sso) => Ok(told(&sso, ui)),
        None => Err(CliError::code(Code::NOT_JOINED)),
    }
}

/// Shows a code and waits until it was used. Ctrl-C stops the waiting, not the sign-in.
async fn by_code(
    client: &mut Client,
    ask: SignInAsk,
    qr: Qr,
    ui: &Ui,
) -> Result<ExitCode, CliError> {
    let mut interrupt = signal(SignalKind::interrupt())
        .map_err(|source| CliError::file("the signal for Ctrl-C", source))?;
    let shown: SignInShown = client
        .call(&Request::SignInDeviceCode(ask), PATIENT)
        .await?;
    ui.value(&shown);
    let complete = shown.verification_uri_complete.as_deref();
    code::show(
        &code::Shown {
            code: &shown.user_code,
            address: &shown.verification_uri,
            complete: complete.unwrap_or(&shown.verification_uri),
            seconds: shown.expires_in,
        },
        qr,
        ui,
    );
    loop {
        tokio::select! {
            event = client.event() => {
                let Event::SignInEnded(end) = event? else {
                    continue;
                };
                if let Some(report) = end.report {
                    return Err(CliError::Report(Box::new(report)));
                }
                ui.value(&end);
                let who = end.username.unwrap_or_default();
                ui.line(&format!("Signed in as {}.", clean(&who)));
                return Ok(ExitCode::SUCCESS);
            }
            _ = interrupt.recv() => {
                ui.line("The code stays good; `dovetail status` tells what comes of it.");
                return Ok(ExitCode::from(INTERRUPTED));
            }
        }
    }
}

/// Until this user's sign-on is another than `before`; `None` when the person would not wait.
pub(super) async fn wait(
    client: &mut Client,
    before: &SsoDetails,
    ui: &Ui,
) -> Result<Option<SsoDetails>, CliError> {
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
                return Ok(None);
            }
        }
        let now: Status = client.call(&Request::Status(Empty {}), QUICK).await?;
        let Some(sso) = now.sso else {
            return Err(CliError::code(Code::NOT_JOINED));
        };
        if sso.state == SsoState::Active && sso.issued > before.issued {
            return Ok(Some(sso));
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
