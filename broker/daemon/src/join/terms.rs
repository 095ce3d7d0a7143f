//! `join.terms`: how the person answered the terms of use.

use std::sync::Arc;

use dovetail_shared::code::ServerSaid;
use dovetail_shared::link::{JoinView, StepState, TermsAnswer, TermsOutcome};
use dovetail_shared::{Code, Report, Step};

use super::record::{JoinRecord, Record};
use super::state::State;
use crate::Daemon;
use crate::front::Peer;

/// Bytes of a blob; it goes into an enrollment request unchanged.
const MAX_BLOB: usize = 16 * 1024;

/// Accepted: on to the confirmation. Declined: the join ends, and nothing of it stays. Failed: a report, and another try.
///
/// Where the device is joined already (its terms were lost with a restart), declining leaves it joined without management.
pub fn terms(daemon: &Arc<Daemon>, peer: &Peer, answer: TermsAnswer) -> Result<JoinView, Report> {
    let mut declined = false;
    let join = daemon.change(|record| {
        let join = super::confirm::own(daemon, record, peer, answer.join_id)?;
        if !matches!(join.state, State::Terms) || join.report.is_some() {
            return Err(daemon.report(Code::WRONG_STATE));
        }
        declined = answer.outcome == TermsOutcome::Declined && record.device.is_none();
        settle(daemon, record, &answer)
    })?;
    if declined {
        super::confirm::forget(daemon)?;
    } else if answer.outcome == TermsOutcome::Accepted && join.report.is_none() {
        daemon.secrets().terms = answer.blob;
    }
    Ok(join.view(daemon))
}

fn settle(
    daemon: &Daemon,
    record: &mut Record,
    answer: &TermsAnswer,
) -> Result<JoinRecord, Report> {
    let device = record.device.as_ref().map(|device| device.device_id);
    let join = record
        .join
        .as_mut()
        .ok_or_else(|| daemon.report(Code::NO_SUCH_JOIN))?;
    let too_long = answer
        .blob
        .as_ref()
        .is_some_and(|blob| blob.expose().len() > MAX_BLOB);
    match (answer.outcome, device) {
        (TermsOutcome::Accepted, _) if too_long => {
            join.mark(Step::Terms, StepState::Failed, None);
            let report = daemon.report(Code::TERMS_FAILED).in_step(Step::Terms);
            join.report = Some(report.with_detail("the answer is longer than 16 KiB"));
        }
        (TermsOutcome::Accepted, None) => {
            join.state = State::Confirm;
            join.mark(Step::Terms, StepState::Done, None);
            join.mark(Step::Confirm, StepState::Running, None);
        }
        (TermsOutcome::Accepted, Some(_)) => {
            join.state = State::Manage;
            join.mark(Step::Terms, StepState::Done, None);
        }
        (TermsOutcome::Declined, None) => {
            join.state = State::Cancelled;
            join.mark(Step::Terms, StepState::Failed, None);
            join.report = Some(daemon.report(Code::TERMS_DECLINED).in_step(Step::Terms));
        }
        (TermsOutcome::Declined, Some(device_id)) => {
            let report = daemon.report(Code::TERMS_DECLINED).in_step(Step::Terms);
            super::manage::unmanaged(record, device_id, report);
        }
        (TermsOutcome::Failed, _) => {
            join.mark(Step::Terms, StepState::Failed, None);
            let mut report = daemon.report(Code::TERMS_FAILED).in_step(Step::Terms);
            report.server = answer.error.as_deref().map(|error| {
                said(
                    error,
                    answer.error_description.as_deref().unwrap_or_default(),
                )
            });
            join.report = Some(report);
        }
    }
    record
        .join
        .clone()
        .ok_or_else(|| daemon.report(Code::NO_SUCH_JOIN))
}

/// A server's words as they came through the page's address: cut, and without control characters.
pub(crate) fn said(error: &str, description: &str) -> ServerSaid {
    let clean = |text: &str, length: usize| {
        text.chars()
            .filter(|c| !c.is_control() && !dovetail_shared::name::is_invisible(*c))
            .take(length)
            .collect::<String>()
    };
    ServerSaid {
        error: clean(error, 64),
        message: clean(description, 512),
        ..ServerSaid::default()
    }
}
