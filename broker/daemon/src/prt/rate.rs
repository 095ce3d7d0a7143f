//! How often one user, and one page of a user's, gets something.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_mins(1);

/// What was asked for in the current minute, by user, and by user and page.
#[derive(Debug, Default)]
pub(super) struct Rates(BTreeMap<(u32, Option<String>), Rate>);

impl Rates {
    /// Counts one more of this user, and of this page. `most`: of the user in a minute; a page gets half of it, so that none uses
    /// up what the person's other programs need.
    pub(super) fn one_more(
        &mut self,
        uid: u32,
        origin: Option<&str>,
        most: u32,
        now: Instant,
    ) -> Verdict {
        // What is over is nobody's any more: the table holds one minute's askers.
        self.0.retain(|_, rate| !rate.is_over(now));
        let mut count = |origin: Option<&str>, most| {
            let key = (uid, origin.map(str::to_owned));
            let rate = self.0.entry(key).or_insert_with(|| Rate::new(now));
            rate.one_more(most)
        };
        if let Some(origin) = origin {
            match count(Some(origin), (most / 2).max(1)) {
                Verdict::Good => {}
                refused => return refused,
            }
        }
        count(None, most)
    }

    /// Counts a refusal that is no use of anything: these are only kept from filling the disk.
    pub(super) fn one_refusal_more(&mut self, uid: u32, most: u32, now: Instant) -> Verdict {
        self.0.retain(|_, rate| !rate.is_over(now));
        // No page has an empty origin.
        let key = (uid, Some(String::new()));
        self.0
            .entry(key)
            .or_insert_with(|| Rate::new(now))
            .one_more(most)
    }
}

#[derive(Debug)]
struct Rate {
    since: Instant,
    count: u32,
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
    fn new(now: Instant) -> Self {
        Self {
            since: now,
            count: 0,
        }
    }

    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) > WINDOW
    }

    fn one_more(&mut self, most: u32) -> Verdict {
        self.count = self.count.saturating_add(1);
        match self.count.checked_sub(most) {
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
        let mut rates = Rates::default();
        let begun = Instant::now();
        let (mut given, mut told) = (0, 0);
        for number in 0..1_000_000_u32 {
            let now = begun + Duration::from_hours(1) * number / 1_000_000;
            match rates.one_more(1000, None, 120, now) {
                Verdict::Good => given += 1,
                Verdict::First => told += 1,
                Verdict::Further => {}
            }
        }
        assert!((59 * 120..=61 * 120).contains(&given), "{given}");
        assert!((58..=61).contains(&told), "{told}");
    }

    /// A page in a loop gets its half and no more; the person's programs, and other users, still get theirs.
    #[test]
    fn a_page_does_not_use_up_its_users_share() {
        let mut rates = Rates::default();
        let now = Instant::now();
        let mut good = |uid, origin| rates.one_more(uid, origin, 120, now) == Verdict::Good;
        let page = (0..1000).filter(|_| good(1000, Some("https://a"))).count();
        assert_eq!(page, 60);
        let others = (0..1000).filter(|_| good(1000, None)).count();
        assert_eq!(others, 60);
        assert!(!good(1000, Some("https://b")));
        assert!(good(1001, Some("https://a")));
        assert_eq!(rates.0.len(), 5);
        let later = now + Duration::from_secs(61);
        assert_eq!(rates.one_more(1001, None, 120, later), Verdict::Good);
        assert_eq!(rates.0.len(), 1, "askers of a former minute are kept");
    }
}
