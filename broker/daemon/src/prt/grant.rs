//! One use of a sign-on: who may have it, and the line that says who had it.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use dovetail_shared::link::{Event, NewProgram};
use dovetail_shared::{Code, Report};

use super::account::Account;
use super::programs;
use super::rate::Verdict;
use crate::Daemon;
use crate::audit::Action;
use crate::front::Peer;

/// Characters of what a grant is about, in the audit.
const LONGEST: usize = 200;

/// Who asks, for what.
#[derive(Debug, Clone)]
pub(super) struct Asking<'a> {
    pub(super) peer: &'a Peer,
    /// The page behind it.
    pub(super) origin: Option<&'a str>,
    /// `home_account_id`; the default account where it is left out.
    pub(super) account: Option<&'a str>,
    /// The request type.
    pub(super) kind: &'static str,
    /// A host, or a resource and the application. Never a query.
    pub(super) about: String,
}

/// Does the work for the asked account, if the asker may have it; writes down what came of it.
pub(super) async fn grant<T>(
    daemon: &Daemon,
    asking: Asking<'_>,
    work: impl AsyncFnOnce(Arc<Account>) -> Result<T, Report>,
) -> Result<T, Report> {
    let (account, outcome) = match admit(daemon, &asking).await {
        Ok(account) => (Some(Arc::clone(&account)), work(account).await),
        // A flood is written down where it begins, once a minute: it must not fill the disk.
        Err((Verdict::Further, report)) => return Err(report),
        Err((_, report)) => (None, Err(report)),
    };
    let names = account.map(|account| {
        let record = account.record();
        let upn = record.who.as_ref().map(|who| who.upn.clone());
        (record.account.clone(), upn.unwrap_or_default())
    });
    let about: String = asking.about.chars().take(LONGEST).collect();
    let action = Action {
        kind: asking.kind,
        about: Some(&about)
            .filter(|about| !about.is_empty())
            .map(String::as_str),
        user: names.as_ref().map(|(user, _)| user.as_str()),
        account: names.as_ref().map(|(_, upn)| upn.as_str()),
    };
    let code = outcome.as_ref().err().map(|report| report.code);
    daemon
        .audit
        .request(daemon.now(), asking.peer, asking.origin, action, code);
    if code.is_none() && daemon.config.sso.notify_new_programs {
        let upn = names.map(|(_, upn)| upn).unwrap_or_default();
        tell_if_new(daemon, &asking, upn);
    }
    outcome
}

async fn admit(daemon: &Daemon, asking: &Asking<'_>) -> Result<Arc<Account>, (Verdict, Report)> {
    let (peer, now) = (asking.peer, Instant::now());
    let most = daemon.config.sso.grants_per_minute;
    let rates = || {
        let rates = daemon.sso.rates.lock();
        rates.unwrap_or_else(PoisonError::into_inner)
    };
    // A program that may not ask does not use up what the person's others need.
    if let Err(code) = programs::may(&daemon.config.sso, &peer.program) {
        let verdict = rates().one_refusal_more(peer.uid, most, now);
        return Err((verdict, daemon.report(code)));
    }
    let verdict = rates().one_more(peer.uid, asking.origin, most, now);
    match verdict {
        Verdict::Good => {
            let account = daemon.sso.pick(daemon, peer.uid, asking.account).await;
            return account.map_err(|error| (Verdict::Good, error.report(daemon)));
        }
        Verdict::First => tracing::warn!(
            uid = peer.uid,
            pid = peer.pid,
            exe = peer.program.path().unwrap_or_default(),
            "more tokens and cookies in a minute than one may have"
        ),
        Verdict::Further => {}
    }
    Err((verdict, daemon.report(Code::RATE_LIMITED)))
}

/// The event that the user's session shows, where this program was not seen before.
fn tell_if_new(daemon: &Daemon, asking: &Asking<'_>, username: String) {
    let peer = asking.peer;
    let used = daemon.sso.programs().used(&daemon.store, peer);
    match used {
        Ok(None) => {}
        Ok(Some(program)) => {
            let event = Event::NewProgram(Box::new(NewProgram {
                program,
                origin: asking.origin.map(str::to_owned),
                username,
                action: asking.kind.into(),
            }));
            // Nobody subscribed is no failure.
            daemon.events.send((peer.uid, event)).ok();
        }
        Err(error) => tracing::warn!("a new program could not be noted: {error}"),
    }
}
