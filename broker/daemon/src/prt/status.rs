//! What a user is told of their sign-on.

use dovetail_shared::link::Request;
use dovetail_shared::status::{SsoDetails, SsoState};
use url::Url;

use super::error::PrtError;
use crate::Daemon;

/// Takes a user's sign-on away where the id belongs to another account by now, before anything of it is told.
pub async fn check_owner(daemon: &Daemon, uid: u32) {
    if daemon.sso.look(uid).is_some()
        && let Err(error @ PrtError::Store(_)) = daemon.sso.own(daemon, uid).await
    {
        tracing::warn!("the sign-on of the former user {uid} could not be removed: {error}");
    }
}

/// The section of the status; `None` where the device is not joined.
pub fn details(daemon: &Daemon, uid: u32) -> Option<SsoDetails> {
    daemon.record().device.as_ref()?;
    let Some(record) = daemon.sso.look(uid) else {
        return Some(SsoDetails {
            state: SsoState::None,
            upn: None,
            issued: None,
            expires: None,
            next_renewal: None,
            authority: None,
            keys: None,
            report: None,
        });
    };
    let prt = record.prt.as_ref();
    Some(SsoDetails {
        state: record.state,
        upn: record.upn,
        issued: prt.map(|prt| prt.issued),
        expires: prt.map(|prt| prt.expires),
        next_renewal: prt.map(|prt| prt.next_renewal),
        authority: prt.map(|prt| prt.authority.clone()),
        keys: prt.map(|prt| prt.keys.protection()),
        report: record.report.or_else(|| daemon.sso.trouble(uid)),
    })
}

/// What a grant is for, for the audit: a host, or a resource and the application. Never a query.
pub fn about(request: &Request) -> Option<String> {
    let text = match request {
        Request::Cookie(ask) => Url::parse(&ask.url).ok()?.host_str()?.to_owned(),
        Request::Token(ask) => {
            let audience = ask.resource.as_ref().or(ask.scope.as_ref())?;
            match ask.client_id {
                Some(client) => format!("{audience} {client}"),
                None => audience.clone(),
            }
        }
        Request::BrokerToken(ask) => format!("{} {}", ask.scope, ask.client_id),
        _ => return None,
    };
    Some(text.chars().take(200).collect())
}
