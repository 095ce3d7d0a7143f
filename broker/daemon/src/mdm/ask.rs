//! `sync`: somebody wants the talk now. Where there is no enrollment yet, that is made up for first.

use std::sync::Arc;

use dovetail_shared::link::{JoinState, StepState};
use dovetail_shared::{Code, Report, Step};
use tokio::sync::broadcast::error::RecvError;

use super::record::Management;
use super::session::Occasion;
use super::{sync, unenroll};
use crate::Daemon;
use crate::config;
use crate::front::Peer;
use crate::join::record::Record;
use crate::join::state::State;
use crate::join::step::Enroll;
use crate::join::{confirm, runner};

/// For root and for the user who joined this device.
pub async fn ask(daemon: &Arc<Daemon>, peer: &Peer) -> Result<(), Report> {
    let record = daemon.record();
    let own = record
        .join
        .as_ref()
        .is_some_and(|join| join.uid == peer.uid);
    if !own && !peer.is_root() {
        return Err(daemon.report(Code::PEER_REFUSED));
    }
    if let Some(report) = record
        .management
        .as_ref()
        .filter(|management| management.removed)
        .and_then(|management| management.report.clone())
    {
        return Err(report);
    }
    if record.device.is_none() {
        return Err(daemon.report(Code::NOT_JOINED));
    }
    if record.leaving.is_some() {
        return Err(daemon.report(Code::WRONG_STATE));
    }
    if sync::join_is_running(daemon) {
        return Err(daemon.report(Code::MDM_IN_PROGRESS));
    }
    if sync::enrolled(&record).is_some() {
        sync::act(&sync::sync(daemon, Occasion::Person).await?);
        return unenroll::finish(daemon).await;
    }
    // From here on the join goes on: its events tell.
    let mut events = daemon.events.subscribe();
    let waits = daemon.change(|record| again(daemon, record))?;
    if waits {
        return Err(daemon.report(Code::MANAGEMENT_SIGN_IN));
    }
    runner::start(daemon);
    loop {
        let join = daemon.record().join;
        match join {
            Some(join) if join.report.is_some() => {
                return join.report.map_or(Ok(()), Err);
            }
            Some(join) if join.state.word() == JoinState::Running => {}
            Some(join) if join.state.word() == JoinState::Joined => return Ok(()),
            _ => return Err(daemon.report(Code::MANAGEMENT_SIGN_IN)),
        }
        // Some events may be missed; the record is what counts.
        if matches!(events.recv().await, Err(RecvError::Closed)) {
            return Err(daemon.report(Code::INTERNAL));
        }
    }
}

/// Puts the join back to where enrolling begins; whether it has to wait for the portal there.
fn again(daemon: &Daemon, record: &mut Record) -> Result<bool, Report> {
    let offer = record
        .device
        .as_ref()
        .and_then(|device| device.mdm.clone())
        .filter(|_| daemon.config.management.enroll != config::Enroll::Never)
        .ok_or_else(|| daemon.report(Code::MDM_NOT_CONFIGURED))?;
    let join = record
        .join
        .as_mut()
        .ok_or_else(|| daemon.report(Code::MDM_WRONG_STATE))?;
    join.report = None;
    join.mdm = Some(offer.clone());
    join.state = State::Enroll(Enroll {});
    join.mark(Step::Enroll, StepState::Pending, None);
    join.mark(Step::Sync, StepState::Pending, None);
    join.mark(Step::SignOn, StepState::Pending, None);
    confirm::ask_again(daemon, join);
    let waits = join.state.word() != JoinState::Running;
    let management = record
        .management
        .get_or_insert_with(|| Management::wanted(offer));
    management.report = None;
    Ok(waits)
}
