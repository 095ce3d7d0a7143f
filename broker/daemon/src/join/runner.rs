//! The only loop: save the intent, run the step, save the result, tell.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use dovetail_shared::id::CorrelationId;
use dovetail_shared::link::{JoinState, StepState};
use dovetail_shared::{Code, Report, Step};

use super::confirm::{ask_again, needs_token, sign_in_again};
use super::record::JoinRecord;
use super::secrets::Secrets;
use super::state::State;
use super::step::Outcome;
use crate::Daemon;
use crate::mdm::Management;

/// Runs the join on, unless that is being done already or there is nothing to run.
pub fn start(daemon: &Arc<Daemon>) {
    if daemon.running.swap(true, Ordering::SeqCst) {
        return;
    }
    let daemon = Arc::clone(daemon);
    tokio::spawn(async move {
        loop {
            let ran = run(&daemon).await;
            if let Err(report) = &ran {
                tracing::warn!(
                    "the join stands still: {} {}",
                    report.code,
                    report.detail.as_deref().unwrap_or_default()
                );
            }
            daemon.running.store(false, Ordering::SeqCst);
            // The schedule has stood back for the join.
            daemon.rescheduled.notify_one();
            // Somebody may have given it something to run between its last look and here.
            let more = daemon.record().join.is_some_and(|join| {
                join.report.is_none() && join.state.word() == JoinState::Running
            });
            if ran.is_err() || !more || daemon.running.swap(true, Ordering::SeqCst) {
                return;
            }
        }
    });
}

async fn run(daemon: &Arc<Daemon>) -> Result<(), Report> {
    loop {
        let have_token = daemon.token().is_some();
        let Some(join) = intend(daemon, have_token)? else {
            return Ok(());
        };
        let begun = Instant::now();
        let outcome = join.state.clone().run(daemon, &join).await;
        let ms = u32::try_from(begun.elapsed().as_millis()).ok();
        settle(daemon, &join, outcome, ms)?;
    }
}

/// Saves that the step is about to run. `None`: nothing to run.
fn intend(daemon: &Daemon, have_token: bool) -> Result<Option<JoinRecord>, Report> {
    daemon.change(|record| {
        let Some(join) = record.join.as_mut() else {
            return Ok(None);
        };
        if join.report.is_some() {
            return Ok(None);
        }
        if record.device.is_none() && !have_token && needs_token(&join.state) {
            sign_in_again(join);
            return Ok(None);
        }
        ask_again(daemon, join);
        if join.state.word() != JoinState::Running {
            return Ok(None);
        }
        join.attempt = join.attempt.saturating_add(1);
        join.correlation = CorrelationId(uuid::Uuid::new_v4());
        let step = join.state.step();
        join.mark(step, StepState::Running, None);
        Ok(Some(join.clone()))
    })
}

fn settle(
    daemon: &Daemon,
    ran: &JoinRecord,
    outcome: Result<Outcome, Report>,
    ms: Option<u32>,
) -> Result<(), Report> {
    let step = ran.state.step();
    daemon.change(|record| {
        let Some(join) = record.join.as_mut().filter(|join| join.id == ran.id) else {
            return Ok(());
        };
        match outcome {
            Ok(Outcome {
                next,
                device,
                enrollment,
                ended,
            }) => {
                // Redeeming and enrolling share a line; the end has the line of what came last.
                if step != next.step() || matches!(next, State::Joined { .. }) {
                    join.mark(step, ended, ms);
                }
                if step == Step::Discover {
                    join.mark(Step::Keys, StepState::Done, None);
                    if matches!(next, State::Register(_)) {
                        join.mark(Step::Attest, StepState::Skipped, None);
                    }
                }
                if matches!(next, State::Joined { .. }) && step != Step::SignOn {
                    join.skip(Step::SignOn);
                }
                let offer = join.mdm.clone();
                join.state = next;
                join.attempt = 0;
                if let Some(device) = device {
                    record.management = device.mdm.clone().map(Management::wanted);
                    record.device = Some(device);
                }
                if let (Some(enrollment), Some(offer)) = (enrollment, offer) {
                    let mut management = Management::wanted(offer);
                    management.enrollment = Some(enrollment);
                    record.management = Some(management);
                }
            }
            Err(mut report) => {
                report = report.in_step(step);
                report.attempt = join.attempt;
                report.correlation_id = join.correlation;
                join.mark(step, StepState::Failed, ms);
                // A refused sign-in is not mended by the same token.
                match report.code {
                    Code::DRS_AUTHENTICATION => *daemon.token() = None,
                    Code::MDM_AUTHENTICATION => daemon.secrets().tokens = None,
                    _ => {}
                }
                join.report = Some(report);
            }
        }
        Ok(())
    })?;
    match daemon.record().join.map(|join| join.state) {
        // The registration is over: what follows has tokens of its own.
        Some(State::Manage) => *daemon.token() = None,
        Some(State::Joined { .. }) => {
            *daemon.token() = None;
            *daemon.secrets() = Secrets::default();
        }
        _ => return Ok(()),
    }
    daemon.net.rest();
    Ok(())
}
