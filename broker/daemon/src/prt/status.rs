//! What a user is told of their sign-on.

use dovetail_shared::link::Request;
use dovetail_shared::status::{SsoDetails, SsoState};
use url::Url;

use crate::Daemon;

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
        _ => return None,
    };
    Some(text.chars().take(200).collect())
}
