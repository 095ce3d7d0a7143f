//! Guesses at codes: so many per address and so many of all, then nobody's guess is looked at for a while.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use dovetail_shared::UnixTime;

use crate::store::{Store, StoreError, query};

/// Wrong codes from one address.
const PER_ADDRESS: u32 = 20;
/// Wrong codes from all addresses: with 10,000 codes alive, one guess in 10⁹ is right.
const OF_ALL: u32 = 2_000;
/// Seconds in which they are counted, from the first one on: as long as a code lives.
const WINDOW_SECS: i64 = 900;
/// Addresses that are remembered.
const ADDRESSES: usize = 4_096;
/// The row of all networks together.
const ALL: &str = "all";

#[derive(Debug, Clone, Copy)]
struct Count {
    wrong: u32,
    since: UnixTime,
}

/// The counters: this process's own, or the database's where several servers share one.
#[derive(Debug, Default)]
pub(crate) struct Guesses(Mutex<(Option<Count>, HashMap<IpAddr, Count>)>);

impl Guesses {
    /// Whether a guess from there is looked at.
    pub(super) async fn allows(
        &self,
        store: &Store,
        from: IpAddr,
        now: UnixTime,
    ) -> Result<bool, StoreError> {
        if !store.is_shared() {
            return Ok(self.allows_here(from, now));
        }
        let rows = query(
            "SELECT network, wrong FROM guess_count WHERE network IN ($1, $2) AND expires > $3",
        )
        .bind(network(from).to_string())
        .bind(ALL)
        .bind(now.0)
        .fetch_all(store)
        .await?;
        for row in rows {
            let (of, wrong): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
            let most = if of == ALL { OF_ALL } else { PER_ADDRESS };
            if wrong >= i64::from(most) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Counts a wrong one.
    pub(super) async fn count(
        &self,
        store: &Store,
        from: IpAddr,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        if !store.is_shared() {
            self.count_here(from, now);
            return Ok(());
        }
        for of in [ALL, &network(from).to_string()] {
            query(
                "INSERT INTO guess_count (network, wrong, expires) VALUES ($1, 1, $2)
                 ON CONFLICT (network) DO UPDATE SET
                   wrong = CASE WHEN guess_count.expires > $3 THEN guess_count.wrong + 1 ELSE 1 END,
                   expires = CASE WHEN guess_count.expires > $3 THEN guess_count.expires ELSE excluded.expires END",
            )
            .bind(of)
            .bind(now.plus(WINDOW_SECS).0)
            .bind(now.0)
            .execute(store)
            .await?;
        }
        Ok(())
    }

    fn allows_here(&self, from: IpAddr, now: UnixTime) -> bool {
        let Ok(mut held) = self.0.lock() else {
            return false;
        };
        let (all, by) = &mut *held;
        by.retain(|_, count| is_alive(count, now));
        let below = |count: Option<&Count>, most: u32| {
            count.is_none_or(|count| !is_alive(count, now) || count.wrong < most)
        };
        let network = network(from);
        below(all.as_ref(), OF_ALL)
            && below(by.get(&network), PER_ADDRESS)
            && (by.len() < ADDRESSES || by.contains_key(&network))
    }

    fn count_here(&self, from: IpAddr, now: UnixTime) {
        let Ok(mut held) = self.0.lock() else {
            return;
        };
        let (all, by) = &mut *held;
        let fresh = Count {
            wrong: 0,
            since: now,
        };
        let total = all.filter(|count| is_alive(count, now)).unwrap_or(fresh);
        *all = Some(one_more(total));
        let network = network(from);
        if by.len() < ADDRESSES || by.contains_key(&network) {
            let count = by.entry(network).or_insert(fresh);
            *count = one_more(*count);
        }
    }
}

fn one_more(count: Count) -> Count {
    Count {
        wrong: count.wrong.saturating_add(1),
        ..count
    }
}

fn is_alive(count: &Count, now: UnixTime) -> bool {
    count.since.plus(WINDOW_SECS).0 > now.0
}

/// Whoever has one IPv6 address has its /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) if address.to_ipv4_mapped().is_none() => {
            IpAddr::from((u128::from(address) & (u128::MAX << 64)).to_be_bytes())
        }
        other => other.to_canonical(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_000_000);

    /// [ID-14] After twenty wrong codes from one network no more are looked at from there, until the window is over.
    #[test]
    fn an_address_has_twenty_guesses() {
        let guesses = Guesses::default();
        let at = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]);
        for n in 0..20 {
            assert!(guesses.allows_here(at(n), NOW));
            guesses.count_here(at(n), NOW);
        }
        assert!(!guesses.allows_here(at(99), NOW));
        assert!(guesses.allows_here(IpAddr::from([192, 0, 2, 1]), NOW));
        assert!(guesses.allows_here(at(99), NOW.plus(WINDOW_SECS)));
    }

    /// [ID-14] Many addresses do not help.
    #[test]
    fn all_addresses_together_have_a_limit() {
        let guesses = Guesses::default();
        for n in 0..OF_ALL {
            let [.., a, b] = n.to_be_bytes();
            guesses.count_here(IpAddr::from([10, 0, a, b]), NOW);
        }
        assert!(!guesses.allows_here(IpAddr::from([192, 0, 2, 1]), NOW));
    }

    /// [ID-14] However many addresses guess, no more are remembered than there is room for.
    #[test]
    fn addresses_are_remembered_within_bounds() {
        let guesses = Guesses::default();
        for n in 0..u32::try_from(ADDRESSES).unwrap() + 10 {
            guesses.count_here(IpAddr::from((0x0a00_0000 + n).to_be_bytes()), NOW);
        }
        assert_eq!(guesses.0.lock().unwrap().1.len(), ADDRESSES);
    }
}
