//! A token's life is prolonged by itself; its session key is changed from time to time.

use std::sync::Arc;

use dovetail_shared::id::well_known::{AUTHENTICATION_BROKER, BROKER_PLUGIN, DRS_RESOURCE};
use dovetail_shared::prt::{BROKER_ISSUER, SessionRequest, grant};
use dovetail_shared::status::SsoState;

use super::acquire::{SCOPE, acquire};
use super::answer::{Who, read};
use super::ask::{Endpoint, hand_in, nonce};
use super::error::PrtError;
use super::record::{Prt, SealedToken, Whose};
use super::user::User;
use super::{open, schedule, signed, token};
use crate::Daemon;

/// Seconds for which a session key is used.
const KEY_LIFE: i64 = 30 * 86_400;

/// Seconds that a leave may take before what it has not taken away is renewed again.
const LEAVING: i64 = 60;

/// Renews a user's token. Whatever comes of it is in the record afterwards; where that cannot be saved, in memory.
pub(super) async fn renew(daemon: &Daemon, user: &Arc<User>) {
    let _one = user.work.lock().await;
    let uid = user.uid;
    let renewed = match daemon.sso.own(daemon, uid).await {
        Ok(own) if Arc::ptr_eq(&own, user) => work(daemon, user).await,
        Ok(_) => return,
        Err(error) => Err(error),
    };
    if daemon.idle() {
        daemon.net.rest();
    }
    match renewed {
        Ok(()) => user.in_order(),
        // Taken away meanwhile, or about to be: the device leaves. Should that not come about, it is looked at again.
        Err(PrtError::None | PrtError::NotJoined) => user.hold(LEAVING),
        Err(error) => failed(daemon, user, &error),
    }
}

async fn work(daemon: &Daemon, user: &Arc<User>) -> Result<(), PrtError> {
    let (prt, whose) = current(user)?;
    if daemon.now().since(prt.key_since).abs() >= KEY_LIFE {
        match roll(daemon, user, &prt, &whose).await {
            Ok(()) => return Ok(()),
            // The old one still is good: the next renewal tries again.
            Err(error) => tracing::warn!("the session key was not changed: {error}"),
        }
    }
    prolong(daemon, user, &prt, &whose).await
}

/// What is to be renewed, and for whom.
pub(super) fn current(user: &User) -> Result<(Prt, Who), PrtError> {
    let record = user.record();
    let prt = record.prt.clone().ok_or(PrtError::None)?;
    let who = Who {
        tenant_id: prt.tenant_id,
        oid: prt.oid.clone(),
        upn: record.upn.clone().unwrap_or_default(),
    };
    Ok((prt, who))
}

async fn prolong(
    daemon: &Daemon,
    user: &Arc<User>,
    prt: &Prt,
    whose: &Who,
) -> Result<(), PrtError> {
    let correlation = uuid::Uuid::new_v4().to_string();
    let payload = SessionRequest {
        client_id: BROKER_PLUGIN.to_string(),
        scope: SCOPE.into(),
        grant_type: grant::REFRESH_TOKEN.into(),
        request_nonce: Some(nonce(daemon, &correlation).await?),
        refresh_token: user.open(daemon, prt).await?,
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
    let got = read(&clear, prt.tenant_id, Some(whose))?;
    let now = daemon.now();
    let place = Whose {
        uid: user.uid,
        device_id: prt.device_id,
    };
    let seal = user.seal_key(daemon, prt).await?;
    let next = Prt {
        issued: now,
        expires: now.plus(got.lifetime),
        next_renewal: schedule::next(&daemon.config.sso, now, got.lifetime),
        failures: 0,
        token: SealedToken::close(&seal, &place, got.token.expose())?,
        ..prt.clone()
    };
    daemon.sso.change(daemon, user, |record| {
        record.upn = Some(got.who.upn);
        if let Some(profile) = got.profile {
            record.profile = profile;
        }
        record.state = SsoState::Active;
        record.report = None;
        record.prt = Some(next);
    })
}

/// A new session key comes with a new token only: by a refresh token that the old one brings.
async fn roll(daemon: &Daemon, user: &Arc<User>, prt: &Prt, whose: &Who) -> Result<(), PrtError> {
    let client_id = AUTHENTICATION_BROKER.to_string();
    let wanted = token::Wanted::of(Endpoint::V1, &client_id, DRS_RESOURCE);
    let tokens = token::by_prt(daemon, user, prt, wanted).await?;
    let refresh = tokens
        .refresh_token
        .ok_or(PrtError::Answer("has no refresh token"))?;
    acquire(daemon, user, &refresh, Some(whose)).await
}

fn failed(daemon: &Daemon, user: &Arc<User>, error: &PrtError) {
    let report = error.report(daemon);
    let state = error.after_renewal();
    tracing::warn!(
        "the sign-on of user {} was not renewed: {} {error}",
        user.uid,
        report.code
    );
    let failures = user
        .record()
        .prt
        .as_ref()
        .map_or(1, |prt| prt.failures.saturating_add(1));
    let wait =
        schedule::again(&daemon.config.sso, failures).max(error.wait().min(schedule::MOST_WAIT));
    user.in_trouble(report.clone(), wait);
    let next = daemon.now().plus(wait);
    let saved = daemon.sso.change(daemon, user, |record| {
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
pub(super) fn spoilt(daemon: &Daemon, user: &Arc<User>, error: &PrtError) {
    let Some(state) = error.of_the_token() else {
        return;
    };
    let report = error.report(daemon);
    let saved = daemon.sso.change(daemon, user, |record| {
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
