//! How often one user gets something.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use dovetail_shared::{Code, Report};

use super::accounts;
use super::error::PrtError;
use super::user::User;
use crate::Daemon;
use crate::front::Peer;

/// Cookies and tokens in [`WINDOW`]: a person with many tabs stays below it.
const MOST: u32 = 120;
const WINDOW: Duration = Duration::from_mins(1);

/// Who asks, for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) peer: &'a Peer,
    /// The page behind it.
    pub(super) origin: Option<&'a str>,
    /// `home_account_id`; the default account where it is left out.
    pub(super) account: Option<&'a str>,
    /// The request type.
    pub(super) action: &'a str,
}

/// The asked account's sign-on, if the asking user may have one more of what it gives.
pub(super) async fn admit(daemon: &Daemon, asking: Asking<'_>) -> Result<Arc<User>, Report> {
    let Asking {
        peer,
        origin,
        account,
        action,
    } = asking;
    let user = daemon
        .sso
        .own(daemon, peer.uid)
        .await
        .map_err(|error| error.report(daemon))?;
    if !accounts::is(&user, account) {
        return Err(PrtError::Account.report(daemon));
    }
    let verdict = user
        .rate
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .one_more(Instant::now());
    match verdict {
        Verdict::Good => Ok(user),
        Verdict::First => {
            tracing::warn!(
                uid = peer.uid,
                pid = peer.pid,
                exe = peer.exe.as_deref().unwrap_or_default(),
                "more than {MOST} tokens and cookies in a minute"
            );
            let code = Code::RATE_LIMITED;
            daemon
                .audit
                .request(daemon.now(), peer, origin, action.into(), Some(code));
            Err(daemon.report(code))
        }
        Verdict::Further => Err(daemon.report(Code::RATE_LIMITED)),
    }
}

/// What was asked for in the current window.
#[derive(Debug)]
pub(super) struct Rate {
    since: Instant,
    count: u32,
}

impl Default for Rate {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            count: 0,
        }
    }
}

/// Whether one more is within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Good,
    /// The first one beyond: this is written down and told.
    First,
    /// The next ones are only refused.
    Further,
}

impl Rate {
    pub(super) fn one_more(&mut self, now: Instant) -> Verdict {
        if now.saturating_duration_since(self.since) > WINDOW {
            *self = Self {
                since: now,
                count: 0,
            };
        }
        self.count = self.count.saturating_add(1);
        match self.count.checked_sub(MOST) {
            None | Some(0) => Verdict::Good,
            Some(1) => Verdict::First,
            Some(_) => Verdict::Further,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [DM-26] A million cookies in an hour by one user: 120 a minute are given, and each minute says so once.
    #[test]
    fn a_flood_is_cut_and_told_once_a_minute() {
        let mut rate = Rate::default();
        let begun = rate.since;
        let (mut given, mut told) = (0, 0);
        for number in 0..1_000_000_u32 {
            let now = begun + Duration::from_hours(1) * number / 1_000_000;
            match rate.one_more(now) {
                Verdict::Good => given += 1,
                Verdict::First => told += 1,
                Verdict::Further => {}
            }
        }
        assert!((59 * 120..=61 * 120).contains(&given), "{given}");
        assert!((58..=61).contains(&told), "{told}");
    }
}
