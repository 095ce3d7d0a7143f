//! When tokens are renewed: one timer on the wall clock for all accounts, none while there is nothing to renew.

use std::sync::Arc;
use std::time::Duration;

use dovetail_shared::UnixTime;
use dovetail_shared::status::SsoState;

use super::account::Account;
use super::renew::renew;
use crate::Daemon;
use crate::clock::{jitter, wait};
use crate::config::Sso;

/// Seconds that a server may ask to be left alone for: six hours.
pub(super) const MOST_WAIT: i64 = 6 * 3600;
/// Seconds to the first try after a failure; doubles with each further one, up to [`LATEST`].
const AGAIN: i64 = 120;
const LATEST: i64 = 3600;
/// Seconds by which a token's time may lie ahead of this clock. Beyond it, the clock was set back since.
const AHEAD: i64 = 300;

/// Looks after all tokens until the process ends.
pub fn start(daemon: &Arc<Daemon>) {
    let daemon = Arc::clone(daemon);
    spread(&daemon);
    tokio::spawn(async move {
        loop {
            let now = daemon.now();
            let Some((due, account)) = first(&daemon, now) else {
                daemon.sso.changed.notified().await;
                continue;
            };
            if due > now {
                tokio::select! {
                    () = wait(due) => {}
                    () = daemon.sso.changed.notified() => {}
                }
                continue;
            }
            renew(&daemon, &account).await;
        }
    });
}

/// What is overdue at the start is spread: a thousand machines that were switched on together do not ask together. What is
/// about to end is not held back.
fn spread(daemon: &Daemon) {
    let now = daemon.now();
    let most = daemon.config.sso.renewal_seconds / 5;
    for account in daemon.sso.all() {
        let overdue = account
            .record()
            .prt
            .as_ref()
            .is_some_and(|prt| prt.next_renewal <= now && prt.expires.since(now) > 2 * most);
        if overdue {
            account.hold(jitter(most));
        }
    }
}

fn first(daemon: &Daemon, now: UnixTime) -> Option<(UnixTime, Arc<Account>)> {
    let dues = daemon
        .sso
        .all()
        .into_iter()
        .filter_map(|account| Some((due(&account, now)?, account)));
    dues.min_by_key(|(due, _)| *due)
}

fn due(account: &Account, now: UnixTime) -> Option<UnixTime> {
    let record = account.record();
    let prt = record.prt.as_ref()?;
    if matches!(
        record.state,
        SsoState::SignInAgain | SsoState::DeviceDeleted
    ) {
        return None;
    }
    let due = if prt.issued.since(now) > AHEAD {
        now
    } else {
        prt.next_renewal
    };
    Some(due.max(now.plus(account.held())))
}

/// When a token that was got now is to be renewed: after four hours (or as configured), sooner where it does not live long, a
/// fifth earlier or later by chance.
pub(super) fn next(config: &Sso, now: UnixTime, lifetime: i64) -> UnixTime {
    let interval = config.renewal_seconds.min(lifetime / 4).max(1);
    let fifth = interval / 5;
    let seconds = interval
        .saturating_sub(fifth)
        .saturating_add(jitter(fifth.saturating_mul(2).saturating_add(1)));
    now.plus(seconds.max(1))
}

/// Seconds until it is tried again after so many failures in a row.
pub(super) fn again(config: &Sso, failures: u32) -> i64 {
    let doublings = failures.saturating_sub(1).min(16);
    let seconds = AGAIN
        .min(config.renewal_seconds)
        .saturating_mul(2_i64.saturating_pow(doublings))
        .min(LATEST.min(config.renewal_seconds.saturating_mul(2)));
    seconds.saturating_add(jitter(seconds / 2)).max(1)
}

/// The same as a duration.
pub(super) fn seconds(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [DM-28] Of a thousand machines no two hundred renew in the same ten minutes; a server that is down is asked ever less.
    #[test]
    fn renewals_are_scattered_and_failures_wait_longer() {
        let config = Sso::default();
        let now = UnixTime(1_000_000);
        let mut tens = std::collections::HashMap::new();
        for _ in 0..1000 {
            let seconds = next(&config, now, 1_209_599).since(now);
            assert!((11_520..=17_280).contains(&seconds), "{seconds}");
            *tens.entry(seconds / 600).or_insert(0) += 1;
        }
        assert!(tens.len() >= 9, "{tens:?}");
        assert!(tens.values().all(|count| *count < 200), "{tens:?}");
        let short = next(&config, now, 3600).since(now);
        assert!((720..=1080).contains(&short), "{short}");
        assert!(next(&config, now, 1).since(now) >= 1);
        for (failures, least, most) in [
            (1, 120, 180),
            (2, 240, 360),
            (5, 1920, 2880),
            (40, 3600, 5400),
        ] {
            let seconds = again(&config, failures);
            assert!((least..=most).contains(&seconds), "{failures}: {seconds}");
        }
    }
}
