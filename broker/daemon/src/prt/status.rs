//! What a user is told of their sign-on.

use dovetail_shared::status::{SsoDetails, SsoState};

use super::error::PrtError;
use super::hello::is_set;
use crate::Daemon;

/// Takes a user's sign-on away where the id belongs to another account by now, before anything of it is told.
pub async fn check_owner(daemon: &Daemon, uid: u32) {
    if daemon.sso.look(uid).is_some()
        && let Err(error @ PrtError::Store(_)) = daemon.sso.own(daemon, uid).await
    {
        tracing::warn!("the sign-on of the former user {uid} could not be removed: {error}");
    }
}

/// The section of the status, of the user's default account; `None` where the device is not joined.
pub fn details(daemon: &Daemon, uid: u32) -> Option<SsoDetails> {
    let device = daemon.record().device?;
    let Some(account) = daemon.sso.look(uid) else {
        return Some(SsoDetails {
            state: SsoState::None,
            upn: None,
            issued: None,
            expires: None,
            next_renewal: None,
            authority: None,
            keys: None,
            ngc_set: false,
            report: None,
        });
    };
    let record = account.record().clone();
    let prt = record.prt.as_ref();
    Some(SsoDetails {
        state: record.state,
        ngc_set: record
            .who
            .as_ref()
            .is_some_and(|who| is_set(&daemon.store, &account, who, device.device_id)),
        upn: record.who.map(|who| who.upn),
        issued: prt.map(|prt| prt.issued),
        expires: prt.map(|prt| prt.expires),
        next_renewal: prt.map(|prt| prt.next_renewal),
        authority: prt.map(|prt| prt.authority.clone()),
        keys: prt.map(|prt| prt.keys.protection()),
        report: record.report.or_else(|| account.report()),
    })
}
