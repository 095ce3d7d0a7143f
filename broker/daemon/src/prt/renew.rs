//! A token's life is prolonged by itself; its session key is changed from time to time.

use std::sync::Arc;

use dovetail_shared::id::well_known::{AUTHENTICATION_BROKER, BROKER_PLUGIN, DRS_RESOURCE};
use dovetail_shared::prt::{BROKER_ISSUER, SessionRequest, grant};
use dovetail_shared::status::SsoState;

use super::account::Account;
use super::acquire::{Proof, SCOPE, acquire};
use super::answer::{Who, read};
use super::ask::{Endpoint, hand_in, nonce};
use super::error::PrtError;
use super::record::{Prt, SealedToken, Whose};
use super::{open, schedule, signed, token};
use crate::Daemon;

/// Seconds for which a session key is used.
const KEY_LIFE: i64 = 30 * 86_400;

/// Seconds that a leave may take before what it has not taken away is renewed again.
const LEAVING: i64 = 60;

/// Renews an account's token. Whatever comes of it is in the record afterwards; where that cannot be saved, in memory.
pub(super) async fn renew(daemon: &Daemon, account: &Arc<Account>) {
    let _one = account.work.lock().await;
    let is_this = |known: &Arc<Account>| Arc::ptr_eq(known, account);
    let renewed = match daemon.sso.own(daemon, account.uid).await {
        Ok(own) if own.iter().any(is_this) => work(daemon, account).await,
        Ok(_) => return,
        Err(error) => Err(error),
    };
    if daemon.idle() {
        daemon.net.rest();
    }
    match renewed {
        Ok(()) => account.in_order(),
        // Taken away meanwhile, or about to be: the device leaves. Should that not come about, it is looked at again.
        Err(PrtError::None | PrtError::NotJoined) => account.hold(LEAVING),
        Err(error) => failed(daemon, account, &error),
    }
}

async fn work(daemon: &Daemon, account: &Arc<Account>) -> Result<(), PrtError> {
    let (prt, whose) = current(account)?;
    if daemon.now().since(prt.key_since).abs() >= KEY_LIFE {
        match roll(daemon, account, &prt, &whose).await {
            Ok(()) => return Ok(()),
            // The old one still is good: the next renewal tries again.
            Err(error) => tracing::warn!("the session key was not changed: {error}"),
        }
    }
    prolong(daemon, account, &prt, &whose).await
}

/// What is to be renewed, and for whom.
pub(super) fn current(account: &Account) -> Result<(Prt, Who), PrtError> {
    let record = account.record();
    let prt = record.prt.clone().ok_or(PrtError::None)?;
    let who = record.who.clone().ok_or(PrtError::None)?;
    Ok((prt, who))
}

async fn prolong(
    daemon: &Daemon,
    account: &Arc<Account>,
    prt: &Prt,
    whose: &Who,
) -> Result<(), PrtError> {
    let correlation = uuid::Uuid::new_v4().to_string();
    let payload = SessionRequest {
        client_id: BROKER_PLUGIN.to_string(),
        scope: SCOPE.into(),
        grant_type: grant::REFRESH_TOKEN.into(),
        request_nonce: Some(nonce(daemon, &correlation).await?),
        refresh_token: account.open(daemon, prt).await?,
        iss: Some(BROKER_ISSUER.into()),
        aud: Some(token::AUDIENCE.into()),
        win_ver: Some(crate::join::step::register::os_version()),
        ..SessionRequest::default()
    };
    let request = signed::by_session(daemon, &prt.keys, &payload).await?;
    drop(payload);
    let body = hand_in(daemon, Endpoint::V1, &request, &correlation).await?;
    let text = std::str::from_utf8(&body).map_err(|_| PrtError::Answer("is no text"))?;
    let clear = open::open(&daemon.vault, &prt.keys, text).await?;
    let got = read(&clear, whose.tenant_id, Some(whose))?;
    let now = daemon.now();
    let place = Whose {
        uid: account.uid,
        device_id: prt.device_id,
    };
    let seal = account.seal_key(daemon, prt).await?;
    let next = Prt {
        issued: now,
        expires: now.plus(got.lifetime),
        next_renewal: schedule::next(&daemon.config.sso, now, got.lifetime),
        failures: 0,
        token: SealedToken::close(&seal, &place, got.token.expose())?,
        ..prt.clone()
    };
    daemon.sso.change(daemon, account, |record| {
        record.who = Some(got.who);
        if let Some(profile) = got.profile {
            record.profile = profile;
        }
        record.state = SsoState::Active;
        record.report = None;
        record.prt = Some(next);
    })
}

/// A new session key comes with a new token only: by a refresh token that the old one brings.
async fn roll(
    daemon: &Daemon,
    account: &Arc<Account>,
    prt: &Prt,
    whose: &Who,
) -> Result<(), PrtError> {
    let client_id = AUTHENTICATION_BROKER.to_string();
    let wanted = token::Wanted::of(Endpoint::V1, &client_id, DRS_RESOURCE);
    let tokens = token::by_prt(daemon, account, prt, wanted).await?;
    let refresh = tokens
        .refresh_token
        .ok_or(PrtError::Answer("has no refresh token"))?;
    let got = acquire(daemon, account.uid, Proof::Refresh(&refresh), Some(whose)).await?;
    account.forget();
    daemon
        .sso
        .change(daemon, account, |record| got.enter(record))
}

fn failed(daemon: &Daemon, account: &Arc<Account>, error: &PrtError) {
    let report = error.report(daemon);
    let state = error.after_renewal();
    tracing::warn!(
        "the sign-on of user {} was not renewed: {} {error}",
        account.uid,
        report.code
    );
    let failures = account
        .record()
        .prt
        .as_ref()
        .map_or(1, |prt| prt.failures.saturating_add(1));
    let wait = schedule::again(&daemon.config.sso, failures, error.wait());
    account.in_trouble(report.clone(), wait);
    let next = daemon.now().plus(wait);
    let saved = daemon.sso.change(daemon, account, |record| {
        record.state = state;
        record.report = Some(report);
        match state {
            SsoState::SignInAgain | SsoState::DeviceDeleted => record.prt = None,
            _ => {
                if let Some(prt) = record.prt.as_mut() {
                    prt.failures = failures;
                    prt.next_renewal = next;
                }
            }
        }
    });
    if let Err(error) = saved {
        tracing::warn!("nor could that be saved: {error}");
    }
}

/// After a use of the token that was refused for what the token or the device is.
pub(super) fn spoilt(daemon: &Daemon, account: &Arc<Account>, error: &PrtError) {
    let Some(state) = error.of_the_token() else {
        return;
    };
    let report = error.report(daemon);
    let saved = daemon.sso.change(daemon, account, |record| {
        record.state = state;
        record.report = Some(report);
        if matches!(state, SsoState::SignInAgain | SsoState::DeviceDeleted) {
            record.prt = None;
        }
    });
    if let Err(error) = saved {
        tracing::warn!("the end of a sign-on could not be saved: {error}");
    }
}
