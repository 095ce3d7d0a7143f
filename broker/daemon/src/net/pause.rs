//! Whether a request is sent once more, and when: never at once, and never together with everybody else.

use std::time::Duration;

use crate::clock::chance;

/// Times that a request is sent at most.
const TRIES: u32 = 3;
/// A server may ask us to wait so long; beyond it, the person or the schedule decides. Seconds.
const MAX_WAIT: u64 = 5;

/// What comes after a request that got no real answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// It is sent once more.
    Again(Duration),
    /// The server wants to be left alone for so many seconds.
    Throttled(u64),
    /// That was the last time.
    Enough,
}

/// After the `attempt`-th time (from 1 on). `asked`: seconds that the server asked us to wait for, where it answered at all.
///
/// What a server asks for is the least: it may tell a million devices the same second, so each comes up to a second or half the
/// time later.
pub(crate) fn next(attempt: u32, asked: Option<u64>) -> Next {
    match asked {
        Some(seconds) if seconds > MAX_WAIT => return Next::Throttled(seconds),
        _ if attempt >= TRIES => return Next::Enough,
        _ => {}
    }
    let (least, spread) = if let Some(seconds) = asked {
        let least = seconds.saturating_mul(1000);
        (least, (least / 2).max(1000))
    } else {
        // 0.2 s, 0.4 s, … with up to half as much again.
        let least = 100_u64.saturating_mul(2_u64.saturating_pow(attempt));
        (least, least / 2)
    };
    Next::Again(Duration::from_millis(least.saturating_add(chance(spread))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [OP-02] What the server asks for is the least, nobody comes back at the same moment as the others, and nobody for ever.
    #[test]
    fn devices_do_not_come_back_together() {
        for (attempt, asked, least, most) in [
            (1, None, 200, 300),
            (2, None, 400, 600),
            (1, Some(0), 0, 1000),
            (2, Some(1), 1000, 2000),
            (1, Some(5), 5000, 7500),
        ] {
            let mut seen = std::collections::HashSet::new();
            for _ in 0..200 {
                let Next::Again(pause) = next(attempt, asked) else {
                    panic!("{attempt} {asked:?}: not again");
                };
                assert!((least..=most).contains(&pause.as_millis()), "{pause:?}");
                seen.insert(pause);
            }
            assert!(seen.len() > 40, "{attempt} {asked:?}: all at once");
        }
        assert_eq!(next(3, None), Next::Enough);
        assert_eq!(next(3, Some(1)), Next::Enough);
        assert_eq!(next(1, Some(6)), Next::Throttled(6));
        assert_eq!(next(3, Some(60)), Next::Throttled(60));
    }
}
