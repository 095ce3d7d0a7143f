//! `pin.status`: how an account's PIN stands.

use dovetail_shared::link::{PinRef, PinState, PinView};
use dovetail_shared::{Report, UnixTime};

use super::super::account::Account;
use super::super::error::PrtError;
use super::super::sign_in::joined;
use super::asked::person;
use super::record::PinRecord;
use super::rules::rules;
use crate::Daemon;
use crate::front::Peer;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Of the named account, or the default one.
pub async fn status(daemon: &Daemon, peer: &Peer, ask: &PinRef) -> Result<PinView, Report> {
    let account = daemon
        .sso
        .pick(daemon, peer.uid, ask.account.as_deref())
        .await;
    account
        .and_then(|account| view(daemon, &account))
        .map_err(|error| error.report(daemon))
}

/// When a PIN of that age has to be changed.
pub(super) fn end(since: UnixTime, expires_days: u16) -> Option<UnixTime> {
    (expires_days > 0).then(|| since.plus(i64::from(expires_days).saturating_mul(DAY)))
}

pub(super) fn view(daemon: &Daemon, account: &Account) -> Result<PinView, PrtError> {
    let device = joined(daemon).ok_or(PrtError::NotJoined)?;
    let who = person(account)?;
    let rules = rules(daemon).map_err(PrtError::Kept)?;
    let record = PinRecord::load(&daemon.store, account, &who, device.device_id)?;
    let Some(record) = record else {
        return Ok(PinView {
            state: PinState::None,
            username: who.upn,
            since: None,
            expires: None,
            rests_until: None,
            rules,
        });
    };
    let now = daemon.now();
    let expires = end(record.since, rules.expires_days);
    let rest = record.tries.rest(now);
    let state = if record.tries.is_over() {
        PinState::Locked
    } else if rest > 0 {
        PinState::Rests
    } else if expires.is_some_and(|end| end.0 <= now.0) {
        PinState::Expired
    } else {
        PinState::Ready
    };
    Ok(PinView {
        state,
        username: who.upn,
        since: Some(record.since),
        expires,
        rests_until: (state == PinState::Rests).then(|| now.plus(rest)),
        rules,
    })
}
