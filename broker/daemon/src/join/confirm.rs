//! `join.confirm`, `join.retry`, `join.cancel`: the person's decisions.

use std::sync::Arc;

use dovetail_shared::id::JoinId;
use dovetail_shared::link::{Confirm, JoinState, JoinView, StepState};
use dovetail_shared::{Code, Report, Step};

use super::record::{JoinRecord, Orphan, Record};
use super::secrets::Secrets;
use super::state::State;
use super::step::{Discover, Probe, certificate_device};
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
            .filter(|join| !join.is_over())
            .ok_or_else(|| daemon.report(Code::WRONG_STATE))?;
        let refused = join.report.take().map(|report| report.code);
        if refused.is_none() {
            return Err(daemon.report(Code::WRONG_STATE));
        }
        match &join.state {
            State::Approval => join.state = State::Confirm,
            // The terms are asked for again, and so is the page that shows them.
            State::Terms => join.state = State::Probe(Probe {}),
            _ => {}
        }
        if refused == Some(Code::MDM_ENROLLMENT_DATA) {
            daemon.secrets().terms = None;
        }
        ask_again(daemon, join);
        if record.device.is_none() && !have_token && needs_token(&join.state) {
            sign_in_again(join);
        }
        Ok(join.clone())
    })?;
    super::runner::start(daemon);
    Ok(join.view(daemon))
}

/// On the way to management: where a restart (or a refusal) took what the page brought, the page is asked for it again.
pub(crate) fn ask_again(daemon: &Daemon, join: &mut JoinRecord) {
    let secrets = daemon.secrets();
    let lacking = match &join.state {
        State::Manage => false,
        State::Redeem(_) => {
            secrets.refresh.is_none() && (secrets.code.is_none() || secrets.pkce.is_none())
        }
        State::Enroll(_) => secrets.tokens.is_none(),
        _ => return,
    };
    let terms = join
        .mdm
        .as_ref()
        .is_some_and(|offer| offer.terms_url.is_some());
    if terms && secrets.terms.is_none() {
        join.state = State::Probe(Probe {});
        join.mark(Step::Enroll, StepState::Pending, None);
    } else if lacking {
        join.state = State::Manage;
        join.mark(Step::Enroll, StepState::Pending, None);
    }
}

/// Whether this state, before there is a device, cannot go on without a token in memory.
pub(super) fn needs_token(state: &State) -> bool {
    matches!(
        state,
        State::Probe(_)
            | State::Terms
            | State::Confirm
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
    for step in [
        Step::Terms,
        Step::Confirm,
        Step::Discover,
        Step::Attest,
        Step::Register,
    ] {
        join.mark(step, StepState::Pending, None);
    }
}

/// After a join that was given up: no token, no connection, no key.
pub(super) fn forget(daemon: &Daemon) -> Result<(), Report> {
    *daemon.token() = None;
    *daemon.secrets() = Secrets::default();
    daemon.net.rest();
    daemon
        .vault
        .destroy()
        .map_err(|error| daemon.report(error.code()).with_detail(error.to_string()))
}

/// Gives up. A join that is being registered is not cut in the middle; a device that is joined stays so, without management.
pub fn cancel(daemon: &Arc<Daemon>, peer: &Peer, id: JoinId) -> Result<JoinView, Report> {
    let mut joined = None;
    let join = daemon.change(|record| {
        let join = own(daemon, record, peer, id)?;
        if join.is_over() || (join.report.is_none() && join.state.word() == JoinState::Running) {
            return Err(daemon.report(Code::WRONG_STATE));
        }
        joined = record.device.as_ref().map(|device| device.device_id);
        if let Some(device_id) = joined {
            let report = daemon.report(Code::MDM_CANCELLED);
            super::manage::unmanaged(record, device_id, report);
            return record
                .join
                .clone()
                .ok_or_else(|| daemon.report(Code::NO_SUCH_JOIN));
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
    if joined.is_none() {
        forget(daemon)?;
    } else {
        *daemon.secrets() = Secrets::default();
        daemon.net.rest();
    }
    Ok(join.view(daemon))
}
