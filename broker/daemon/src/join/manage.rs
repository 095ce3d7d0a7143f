//! `join.manage` and `join.code`: the silent code for the management service, fetched by the page, redeemed by us.

use std::sync::Arc;

use dovetail_shared::id::DeviceId;
use dovetail_shared::id::well_known::AUTHENTICATION_BROKER;
use dovetail_shared::link::{CodeAnswer, JoinRef, JoinView, Managing, StepState};
use dovetail_shared::oidc::OAuthError;
use dovetail_shared::{Code, Report, Step};

use super::record::Record;
use super::secrets::Pkce;
use super::state::State;
use super::step::Redeem;
use crate::Daemon;
use crate::front::Peer;
use crate::mdm::address;
use crate::vault::Slot;

/// A fresh challenge for the page's request. The management key is made meanwhile.
pub fn manage(daemon: &Arc<Daemon>, peer: &Peer, ask: JoinRef) -> Result<Managing, Report> {
    let join = super::confirm::own(daemon, &daemon.record(), peer, ask.join_id)?;
    if !matches!(join.state, State::Manage) || join.report.is_some() {
        return Err(daemon.report(Code::WRONG_STATE));
    }
    let announced = join
        .mdm
        .as_ref()
        .ok_or(Code::MDM_NOT_CONFIGURED)
        .and_then(|offer| address::announced(&offer.enrollment_url, &daemon.config.management));
    let discovery = match announced {
        Ok(url) => url,
        Err(code) => {
            let report = daemon.report(code).in_step(Step::Enroll);
            failed(daemon, ask, report.clone())?;
            return Err(report);
        }
    };
    let pkce = Pkce::new(join.id);
    let managing = Managing {
        join: join.view(daemon),
        authority: daemon.config.tenant.authority.clone(),
        client_id: AUTHENTICATION_BROKER.to_string(),
        resource: address::resource(&discovery),
        code_challenge: pkce.challenge(),
        nonce: pkce.nonce.clone(),
        redirect_uri: daemon.config.tenant.redirect(),
    };
    let mut secrets = daemon.secrets();
    secrets.code = None;
    secrets.pkce = Some(pkce);
    drop(secrets);
    let ahead = Arc::clone(daemon);
    tokio::spawn(async move {
        // Whatever is wrong with it is met again, and reported, when the key is needed.
        if let Err(error) = ahead.vault.ensure_management_key(Slot::One).await {
            tracing::debug!("the management key was not made ahead: {error}");
        }
    });
    Ok(managing)
}

/// The code goes on to be redeemed; an error becomes a report. The device stays joined either way.
pub fn code(daemon: &Arc<Daemon>, peer: &Peer, answer: CodeAnswer) -> Result<JoinView, Report> {
    let join = super::confirm::own(daemon, &daemon.record(), peer, answer.join_id)?;
    if !matches!(join.state, State::Manage) || join.report.is_some() {
        return Err(daemon.report(Code::WRONG_STATE));
    }
    let ask = JoinRef {
        join_id: answer.join_id,
    };
    if let Some(error) = &answer.error {
        let description = answer.error_description.clone().unwrap_or_default();
        let report = refused(daemon, error, description);
        return failed(daemon, ask, report);
    }
    let Some(code) = answer.code else {
        return Err(daemon.report(Code::WRONG_STATE));
    };
    let ours = daemon
        .secrets()
        .pkce
        .as_ref()
        .is_some_and(|pkce| pkce.join == join.id);
    if !ours {
        // A restart took the verifier: the page, told that it is still waited for, asks for a new challenge.
        return Ok(join.view(daemon));
    }
    daemon.secrets().code = Some(code);
    let join = daemon.change(|record| {
        let join = record
            .join
            .as_mut()
            .filter(|join| join.id == answer.join_id && matches!(join.state, State::Manage))
            .ok_or_else(|| daemon.report(Code::WRONG_STATE))?;
        join.state = State::Redeem(Redeem {});
        join.attempt = 0;
        join.mark(Step::Enroll, StepState::Running, None);
        Ok(join.clone())
    })?;
    super::runner::start(daemon);
    Ok(join.view(daemon))
}

/// The authorize endpoint's error: its own number where we know it, else "sign in once more".
pub(super) fn refused(daemon: &Daemon, error: &str, description: String) -> Report {
    let said = super::terms::said(error, &description);
    let told = OAuthError {
        error: error.to_owned(),
        error_description: description,
        ..OAuthError::default()
    };
    let code = told
        .aadsts()
        .map(Code::Aadsts)
        .filter(|code| code.entry().is_some())
        .filter(|_| !matches!(error, "login_required" | "interaction_required"))
        .unwrap_or(Code::MANAGEMENT_SIGN_IN);
    let mut report = daemon.report(code).in_step(Step::Enroll);
    report.server = Some(said);
    report
}

fn failed(daemon: &Daemon, ask: JoinRef, report: Report) -> Result<JoinView, Report> {
    let join = daemon.change(|record| {
        let join = record
            .join
            .as_mut()
            .filter(|join| join.id == ask.join_id)
            .ok_or_else(|| daemon.report(Code::NO_SUCH_JOIN))?;
        join.mark(Step::Enroll, StepState::Failed, None);
        join.report = Some(report);
        Ok(join.clone())
    })?;
    Ok(join.view(daemon))
}

/// The end of a join without management: joined, with a word why it is not managed.
pub(super) fn unmanaged(record: &mut Record, device_id: DeviceId, report: Report) {
    if let Some(join) = record.join.as_mut() {
        join.state = State::Joined { device_id };
        join.report = None;
        join.skip(Step::Enroll);
        join.skip(Step::Sync);
        join.skip(Step::SignOn);
    }
    let unentered = record
        .management
        .as_mut()
        .filter(|management| management.enrollment.is_none());
    if let Some(management) = unentered {
        management.report = Some(report);
    }
}
