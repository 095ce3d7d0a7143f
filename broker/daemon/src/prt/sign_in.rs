//! `sign_in.begin` and `sign_in.code`: a user's sign-in at the page, for as long as the device is joined.

use std::sync::{Arc, PoisonError};

use dovetail_shared::id::well_known::{AUTHENTICATION_BROKER, DRS_RESOURCE};
use dovetail_shared::link::{Errand, SignIn, SignInCode};
use dovetail_shared::oidc::OAuthError;
use dovetail_shared::{Code, Report, Secret};

use super::account::Account;
use super::acquire::{Acquired, Proof, acquire};
use super::answer::{Expected, signed_in};
use super::error::PrtError;
use crate::Daemon;
use crate::front::Peer;
use crate::join::secrets::challenge;
use crate::oidc::{self, Grant};

/// A sign-in that was begun: what its code is redeemed with. In memory only.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    verifier: Secret<String>,
    nonce: String,
    /// For one account more, not for the one that is there.
    add: bool,
}

/// A fresh challenge for the page's request; an earlier one of the same user is void.
pub async fn begin(daemon: &Daemon, peer: &Peer, ask: SignIn) -> Result<Errand, Report> {
    if joined(daemon).is_none() {
        return Err(daemon.report(Code::NOT_JOINED));
    }
    let user = daemon.sso.enter(daemon, peer.uid).await;
    let user = user.map_err(|error| error.report(daemon))?;
    let pending = Pending {
        verifier: Secret::new(crate::join::begin::nonce()),
        nonce: crate::join::begin::nonce(),
        add: ask.add,
    };
    let known = user.record().who.clone();
    // The browser's sign-in session is the account's that is here already.
    let (prompt, login_hint) = if ask.add {
        ("select_account", None)
    } else {
        ("none", known.map(|who| who.upn))
    };
    let errand = Errand {
        authority: daemon.config.tenant.authority.clone(),
        client_id: AUTHENTICATION_BROKER.to_string(),
        resource: DRS_RESOURCE.into(),
        code_challenge: challenge(&pending.verifier),
        nonce: pending.nonce.clone(),
        prompt: prompt.into(),
        redirect_uri: daemon.config.tenant.redirect(),
        login_hint,
        amr_values: daemon
            .sso
            .fresh_is_wanted(peer.uid)
            .then(|| "ngcmfa".to_owned()),
    };
    daemon
        .sso
        .pending
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(peer.uid, pending);
    Ok(errand)
}

/// The code, or why there is none. What comes of it is in the user's status, also when it went wrong.
pub async fn code(daemon: &Daemon, peer: &Peer, answer: SignInCode) -> Result<(), Report> {
    let pending = daemon
        .sso
        .pending
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&peer.uid);
    let pending = pending.ok_or_else(|| daemon.report(Code::SSO_ERRAND))?;
    // Whatever came of it: who has no second factor signs in without one the next time.
    daemon.sso.fresh_was_asked(peer.uid);
    if joined(daemon).is_none() {
        return Err(daemon.report(Code::NOT_JOINED));
    }
    let user = daemon.sso.enter(daemon, peer.uid).await;
    let user = user.map_err(|error| error.report(daemon))?;
    let outcome = match (answer.code, answer.error) {
        (Some(code), None) => redeem(daemon, peer.uid, &pending, &code).await,
        (None, Some(error)) => {
            let description = answer.error_description.unwrap_or_default();
            let report = refused(daemon, &error, description);
            return if pending.add {
                Err(report)
            } else {
                keep(daemon, &user, report);
                Ok(())
            };
        }
        _ => return Err(daemon.report(Code::BAD_FRAME)),
    };
    let outcome = match outcome {
        Ok(got) => place(daemon, &user, got, pending.add).await,
        Err(error) => Err(error),
    };
    if daemon.idle() {
        daemon.net.rest();
    }
    match outcome {
        // The account that is there has nothing to do with it.
        Err(error) if pending.add => Err(error.report(daemon)),
        outcome => settle(daemon, &user, outcome),
    }
}

/// Puts what came where it belongs: with the account of that person, in place of `first`, or beside it.
pub(super) async fn place(
    daemon: &Daemon,
    first: &Arc<Account>,
    got: Acquired,
    add: bool,
) -> Result<(), PrtError> {
    let known = daemon.sso.of_person(first.uid, &got.who);
    let beside = add && known.is_none() && first.record().who.is_some();
    if beside {
        let who = got.who.clone();
        let added = daemon
            .sso
            .add(daemon, first.uid, &who, |record| got.enter(record));
        return added.await;
    }
    let account = known.unwrap_or_else(|| Arc::clone(first));
    let _one = account.work.lock().await;
    account.forget();
    daemon
        .sso
        .change(daemon, &account, |record| got.enter(record))?;
    account.in_order();
    Ok(())
}

pub(super) fn joined(daemon: &Daemon) -> Option<crate::join::record::Device> {
    let record = daemon.record();
    record.device.filter(|_| record.leaving.is_none())
}

async fn redeem(
    daemon: &Daemon,
    uid: u32,
    pending: &Pending,
    code: &Secret<String>,
) -> Result<Acquired, PrtError> {
    let device = joined(daemon).ok_or(PrtError::NotJoined)?;
    let client = AUTHENTICATION_BROKER.to_string();
    let redirect = daemon.config.redirect_uri();
    let grant = Grant(&[
        ("grant_type", "authorization_code"),
        ("client_id", &client),
        ("code", code.expose()),
        ("redirect_uri", &redirect),
        ("code_verifier", pending.verifier.expose()),
        ("resource", DRS_RESOURCE),
    ]);
    let tokens = oidc::redeem(daemon, grant, uuid::Uuid::new_v4().to_string()).await?;
    let expected = Expected {
        client: &client,
        nonce: Some(&pending.nonce),
        tenant_id: device.tenant_id,
    };
    let who = signed_in(tokens.id_token.as_ref(), expected)?;
    let refresh = tokens
        .refresh_token
        .ok_or(PrtError::Answer("has no refresh token"))?;
    acquire(daemon, uid, Proof::Refresh(&refresh), Some(&who)).await
}

/// Keeps why it went wrong; a token that was there stays. What cannot be kept is told to the asker.
pub(super) fn settle(
    daemon: &Daemon,
    user: &Arc<Account>,
    outcome: Result<(), PrtError>,
) -> Result<(), Report> {
    let Err(error) = outcome else { return Ok(()) };
    let report = error.report(daemon);
    tracing::info!(
        "user {} was not signed in: {} {error}",
        user.uid,
        report.code
    );
    let state = error.of_the_token();
    let told = report.clone();
    let kept = daemon.sso.change(daemon, user, |record| {
        record.report = Some(told);
        if let Some(state) = state {
            record.state = state;
        }
    });
    kept.map_err(|_| report)
}

/// The authorize endpoint's error: its own number where we know it, else "sign in once more".
fn refused(daemon: &Daemon, error: &str, description: String) -> Report {
    let said = crate::join::terms::said(error, &description);
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
        .unwrap_or(Code::SSO_SIGN_IN);
    let mut report = daemon.report(code);
    report.server = Some(said);
    report
}

fn keep(daemon: &Daemon, user: &Arc<Account>, report: Report) {
    let kept = daemon
        .sso
        .change(daemon, user, |record| record.report = Some(report));
    if let Err(error) = kept {
        tracing::warn!("a refused sign-in could not be kept: {error}");
    }
}
