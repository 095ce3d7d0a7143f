//! `join.confirm`, `join.retry`, `join.cancel`: the person's decisions.

use std::sync::Arc;

use dovetail_shared::id::JoinId;
use dovetail_shared::link::{Confirm, JoinState, JoinView, StepState};
use dovetail_shared::{Code, Report, Step};

use super::record::{JoinRecord, Orphan, Record};
use super::state::State;
use super::step::{Discover, certificate_device};
use crate::Daemon;
use crate::config::Approval;
use crate::front::Peer;

/// The join, if it is this user's.
pub(super) fn own(
    daemon: &Daemon,
    record: &Record,
    peer: &Peer,
    id: JoinId,
) -> Result<JoinRecord, Report> {
    match &record.join {
        Some(join) if join.id == id && join.uid == peer.uid => Ok(join.clone()),
        Some(join) if join.id == id => Err(daemon.report(Code::PEER_REFUSED)),
        _ => Err(daemon.report(Code::NO_SUCH_JOIN)),
    }
}

/// A device that the tenant may know and nobody will use goes on the list.
pub(super) fn orphan(record: &mut Record, join: &JoinRecord) {
    if let Some(device_id) = join
        .state
        .device()
        .and_then(|(_, certificate)| certificate_device(certificate))
    {
        record.orphans.push(Orphan { device_id });
    }
}

/// Yes on the page. Then the machine's own approval, unless waived.
pub fn confirm(daemon: &Arc<Daemon>, peer: &Peer, confirm: &Confirm) -> Result<JoinView, Report> {
    let mut ask = false;
    let join = daemon.change(|record| {
        own(daemon, record, peer, confirm.join_id)?;
        let join = record
            .join
            .as_mut()
            .ok_or_else(|| daemon.report(Code::NO_SUCH_JOIN))?;
        if !matches!(join.state, State::Confirm) {
            return Err(daemon.report(Code::WRONG_STATE));
        }
        join.device_name = confirm.device_name.to_string();
        join.report = None;
        let first_run = join.mode == dovetail_shared::link::Mode::Oobe;
        match daemon.config.daemon.approval {
            Approval::Waived => approved(join),
            Approval::WaivedAtFirstRun if first_run => approved(join),
            Approval::Polkit | Approval::WaivedAtFirstRun => {
                join.state = State::Approval;
                ask = true;
            }
            Approval::Terminal => join.state = State::Approval,
        }
        Ok(join.clone())
    })?;
    if ask {
        tokio::spawn(super::approve::polkit(
            Arc::clone(daemon),
            peer.clone(),
            join.id,
        ));
    }
    super::runner::start(daemon);
    Ok(join.view(daemon))
}

/// Moves an approved join on.
pub(super) fn approved(join: &mut JoinRecord) {
    join.state = State::Discover(Discover {});
    join.report = None;
    join.mark(Step::Confirm, StepState::Done, None);
}

/// The failed step again; a new sign-in where the token is gone.
pub fn retry(daemon: &Arc<Daemon>, peer: &Peer, id: JoinId) -> Result<JoinView, Report> {
    let have_token = daemon.token().is_some();
    let join = daemon.change(|record| {
        own(daemon, record, peer, id)?;
        let join = record
            .join
            .as_mut()
            .ok_or_else(|| daemon.report(Code::NO_SUCH_JOIN))?;
        if join.report.take().is_none() {
            return Err(daemon.report(Code::WRONG_STATE));
        }
        if matches!(join.state, State::Approval) {
            join.state = State::Confirm;
        }
        if !have_token && needs_token(&join.state) {
            sign_in_again(join);
        }
        Ok(join.clone())
    })?;
    super::runner::start(daemon);
    Ok(join.view(daemon))
}

/// Whether this state cannot go on without a token in memory.
pub(super) fn needs_token(state: &State) -> bool {
    matches!(
        state,
        State::Confirm
            | State::Approval
            | State::Discover(_)
            | State::Attest(_)
            | State::Register(_)
    )
}

/// Back to the sign-in; its nonce comes with the next `join.begin`, until then none fits.
pub(super) fn sign_in_again(join: &mut JoinRecord) {
    join.state = State::SignIn {
        nonce: String::new(),
    };
    join.mark(Step::SignIn, StepState::Running, None);
    for step in [Step::Confirm, Step::Discover, Step::Attest, Step::Register] {
        join.mark(step, StepState::Pending, None);
    }
}

/// Gives up. A join that is being registered is not cut in the middle.
pub fn cancel(daemon: &Arc<Daemon>, peer: &Peer, id: JoinId) -> Result<JoinView, Report> {
    let join = daemon.change(|record| {
        let join = own(daemon, record, peer, id)?;
        if join.is_over() || (join.report.is_none() && join.state.word() == JoinState::Running) {
            return Err(daemon.report(Code::WRONG_STATE));
        }
        orphan(record, &join);
        let join = record
            .join
            .as_mut()
            .ok_or_else(|| daemon.report(Code::NO_SUCH_JOIN))?;
        join.state = State::Cancelled;
        join.report = None;
        Ok(join.clone())
    })?;
    *daemon.token() = None;
    daemon.net.rest();
    daemon
        .vault
        .destroy()
        .map_err(|error| daemon.report(error.code()).with_detail(error.to_string()))?;
    Ok(join.view(daemon))
}
