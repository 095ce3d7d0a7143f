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
const MOST_WAIT: i64 = 6 * 3600;
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

/// Seconds until it is tried again after so many failures in a row; `asked`: that the server wants to be left alone for. It may
/// tell everybody the same, so each comes up to a tenth later.
pub(super) fn again(config: &Sso, failures: u32, asked: i64) -> i64 {
    let asked = asked.min(MOST_WAIT);
    after(config, failures).max(asked.saturating_add(jitter(asked / 10)))
}

fn after(config: &Sso, failures: u32) -> i64 {
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
            let seconds = again(&config, failures, 0);
            assert!((least..=most).contains(&seconds), "{failures}: {seconds}");
        }
        let asked: std::collections::HashSet<i64> =
            (0..100).map(|_| again(&config, 1, 7200)).collect();
        assert!(asked.len() > 50 && asked.iter().all(|seconds| (7200..7920).contains(seconds)));
    }

    /// An account whose token was got at 1764000000, is to be renewed four hours later and ends two weeks later.
    fn account() -> Account {
        let dir = tempfile::tempdir().unwrap();
        let store = crate::store::Store::open(&dir.path().join("s")).unwrap();
        for folder in ["sso", "sso/1000"] {
            store.folder(folder).unwrap();
        }
        let text = include_str!("test/record_version_1.json");
        let file = super::super::record::file(1000, 0);
        store.write(&file, text.as_bytes(), 0o600).unwrap();
        let record = super::super::record::Record::load(&store, 1000, 0);
        Account::new(record.unwrap().unwrap())
    }

    /// [DM-12] The clock is set ten years on or back, the machine sleeps for fifteen days, a second is put in: the token is renewed
    /// at once where that may be needed, is never due in the past's past or years from now, and nothing overflows. Times are
    /// seconds since 1970: a time zone changes none of them.
    #[test]
    fn a_clock_that_jumps_leads_to_a_renewal() {
        let account = account();
        let issued = UnixTime(1_764_000_000);
        let planned = issued.plus(14_400);
        let years = 10 * 366 * 86_400;
        let at = |now: UnixTime| due(&account, now).unwrap();
        assert_eq!(at(issued.plus(60)), planned);
        // A second more or less, and clocks that are corrected by some minutes.
        assert_eq!(at(issued.plus(-1)), planned);
        assert_eq!(at(issued.plus(-AHEAD)), planned);
        for now in [
            issued.plus(-AHEAD - 1),
            issued.plus(-years),
            UnixTime(0),
            UnixTime(i64::MIN),
            planned,
            issued.plus(15 * 86_400),
            issued.plus(years),
            UnixTime(i64::MAX),
        ] {
            assert_eq!(at(now), at(now).max(now), "{now:?}");
            assert!(at(now).since(now) <= 0 || now.0 == i64::MIN, "{now:?}");
        }
        // A failure's pause is no time of the clock: it holds whichever way that is set.
        account.hold(100);
        for now in [issued.plus(-years), issued.plus(years)] {
            assert!((100..=101).contains(&at(now).since(now)), "{now:?}");
        }
        let config = Sso::default();
        assert!(next(&config, UnixTime(i64::MAX), 1_209_599).0 == i64::MAX);
    }
}
