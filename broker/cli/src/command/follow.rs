//! Watching a join from the terminal.

use std::collections::BTreeMap;
use std::process::ExitCode;

use dovetail_client::Client;
use dovetail_shared::Code;
use dovetail_shared::link::{Event, JoinState, JoinView, StepState, StepView};
use dovetail_shared::phase::Step;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::CliError;
use crate::ui::{Tone, Ui, clean};

/// What shells report for a program that ended by Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// How the watching ended.
pub(crate) enum Watched {
    /// The join is over: the command's end.
    Over(Result<ExitCode, CliError>),
    /// It has come to where it was to be watched until.
    Here(Box<JoinView>),
    /// The person has seen enough.
    Interrupted,
}

/// Shows each step as it changes, until the join is over or the person has seen enough.
pub(crate) async fn until_over(
    client: &mut Client,
    now: Option<JoinView>,
    ui: &Ui,
) -> Result<ExitCode, CliError> {
    match until(client, now, ui, Shown::default(), |_| false).await? {
        Watched::Over(end) => end,
        Watched::Here(_) | Watched::Interrupted => {
            ui.line("The join goes on without being watched; `dovetail join` watches again.");
            Ok(ExitCode::from(INTERRUPTED))
        }
    }
}

/// The same, until the person has to confirm. Where to sign in, they were told already.
pub(crate) async fn until_signed_in(
    client: &mut Client,
    now: JoinView,
    ui: &Ui,
) -> Result<Watched, CliError> {
    let told = Shown {
        state: Some(JoinState::WaitingForSignIn),
        ..Shown::default()
    };
    let here = |view: &JoinView| view.state == JoinState::WaitingForConfirmation;
    until(client, Some(now), ui, told, here).await
}

async fn until(
    client: &mut Client,
    now: Option<JoinView>,
    ui: &Ui,
    mut shown: Shown,
    here: impl Fn(&JoinView) -> bool,
) -> Result<Watched, CliError> {
    // Listened for from the beginning, so that no Ctrl-C falls between two rounds.
    let mut interrupt = signal(SignalKind::interrupt())
        .map_err(|source| CliError::file("the signal for Ctrl-C", source))?;
    // A failure from earlier is not this attempt's; the page will take it up or begin anew.
    let mut next = now.filter(|view| view.state != JoinState::Failed);
    loop {
        if let Some(view) = next.take() {
            if here(&view) {
                return Ok(Watched::Here(Box::new(view)));
            }
            if let Some(end) = shown.show(&view, ui) {
                return Ok(Watched::Over(end));
            }
        }
        tokio::select! {
            event = client.event() => {
                if let Event::JoinChanged(view) = event? {
                    next = Some(*view);
                }
            }
            _ = interrupt.recv() => return Ok(Watched::Interrupted),
        }
    }
}

/// What is on the terminal already.
#[derive(Debug, Default)]
struct Shown {
    state: Option<JoinState>,
    steps: BTreeMap<Step, StepState>,
}

impl Shown {
    /// Prints what is new in `view`; the command's end, when it is over.
    fn show(&mut self, view: &JoinView, ui: &Ui) -> Option<Result<ExitCode, CliError>> {
        ui.value(view);
        for step in &view.steps {
            if self.steps.insert(step.step, step.state) != Some(step.state)
                && let Some(line) = line(step, ui)
            {
                ui.line(&line);
            }
        }
        if self.state.replace(view.state) != Some(view.state)
            && let Some(hint) = hint(view.state)
        {
            ui.line(hint);
        }
        match view.state {
            JoinState::Joined => {
                ui.line(&ui.paint(Tone::Good, &ending(view)));
                Some(Ok(ExitCode::SUCCESS))
            }
            JoinState::Failed => Some(Err(view.report.clone().map_or_else(
                || CliError::code(Code::INTERNAL),
                |report| CliError::Report(Box::new(report)),
            ))),
            // Declined terms say why; a person who gave up knows.
            JoinState::Cancelled => Some(Err(view.report.clone().map_or_else(
                || CliError::code(Code::CANCELLED),
                |report| CliError::Report(Box::new(report)),
            ))),
            JoinState::WaitingForSignIn
            | JoinState::WaitingForTerms
            | JoinState::WaitingForConfirmation
            | JoinState::WaitingForApproval
            | JoinState::WaitingForManagement
            | JoinState::Running => None,
        }
    }
}

fn hint(state: JoinState) -> Option<&'static str> {
    match state {
        JoinState::WaitingForSignIn => Some("Waiting for you to sign in on the page."),
        JoinState::WaitingForTerms => {
            Some("Waiting for you to answer the terms of use on the page.")
        }
        JoinState::WaitingForManagement => Some(
            "Joined; the page goes on to put this device under management. Open the portal if it is closed.",
        ),
        JoinState::WaitingForConfirmation => Some("Waiting for you to confirm on the page."),
        JoinState::WaitingForApproval => {
            Some("Waiting for a yes on this device: run `dovetail approve`.")
        }
        JoinState::Running | JoinState::Failed | JoinState::Joined | JoinState::Cancelled => None,
    }
}

fn line(step: &StepView, ui: &Ui) -> Option<String> {
    let sign = match step.state {
        StepState::Pending => return None,
        StepState::Running => ui.paint(Tone::Faint, "…"),
        StepState::Done => ui.paint(Tone::Good, "✓"),
        StepState::Failed => ui.paint(Tone::Bad, "✗"),
        StepState::Skipped => ui.paint(Tone::Faint, "-"),
    };
    let time = step.ms.map_or_else(String::new, |ms| format!(" ({ms} ms)"));
    Some(format!("  {sign} {}{time}", title(step.step)))
}

/// What a step is called in front of people.
pub(crate) fn title(step: Step) -> &'static str {
    match step {
        Step::PreCheck => "This machine can join",
        Step::Keys => "Keys are made",
        Step::SignIn => "You sign in",
        Step::Terms => "You answer the terms of use",
        Step::Confirm => "You confirm",
        Step::Discover => "The registration service is found",
        Step::Attest => "The keys' home is proved",
        Step::Register => "The device is registered",
        Step::Verify => "The certificate is checked",
        Step::Install => "The certificate is installed",
        Step::Enroll => "The device comes under management",
        Step::Sync => "The policies are in force",
        Step::SignOn => "You are signed in",
    }
}

fn ending(view: &JoinView) -> String {
    let tenant = view
        .account
        .as_ref()
        .and_then(|account| account.tenant_name.as_deref())
        .unwrap_or("the organisation");
    let id = view
        .device
        .as_ref()
        .map_or_else(String::new, |device| format!(" as {}", device.device_id));
    format!(
        "{} is joined to {}{id}.",
        clean(&view.device_name),
        clean(tenant)
    )
}
