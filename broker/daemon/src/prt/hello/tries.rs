//! How often a PIN may be wrong. A right one clears the count; what the TPM counts for everybody is not ours to clear.

use dovetail_shared::UnixTime;
use serde::{Deserialize, Serialize};

use super::error::PinError;

/// Wrong ones in a row after which the PIN is not taken any more.
const MOST: u32 = 5;
/// Seconds of rest after the third and the fourth.
const RESTS: [(u32, i64); 2] = [(3, 30), (4, 120)];

/// Wrong PINs in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Tries {
    wrong: u32,
    /// When the last of them was.
    last: Option<UnixTime>,
}

impl Tries {
    /// Whether one more may be tried now.
    pub(super) fn admit(self, now: UnixTime) -> Result<(), PinError> {
        if self.wrong >= MOST {
            return Err(PinError::Locked);
        }
        match self.rest(now) {
            0 => Ok(()),
            seconds => Err(PinError::Rests(seconds)),
        }
    }

    /// Seconds that none is taken for. A clock that was set back makes nobody wait longer than from the beginning.
    pub(super) fn rest(self, now: UnixTime) -> i64 {
        let rest = RESTS.iter().find(|(wrong, _)| *wrong == self.wrong);
        rest.map_or(0, |(_, seconds)| {
            let past = self.last.map_or(0, |last| now.since(last).max(0));
            seconds.saturating_sub(past).max(0)
        })
    }

    /// Whether none is taken any more.
    pub(super) fn is_over(self) -> bool {
        self.wrong >= MOST
    }

    /// With one more.
    pub(super) fn one_more(self, now: UnixTime) -> Self {
        Self {
            wrong: self.wrong.saturating_add(1),
            last: Some(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three may be wrong at once, then it takes time, and after five it is over.
    #[test]
    fn wrong_ones_cost_time_and_then_the_pin() {
        let at = UnixTime(1000);
        let mut tries = Tries::default();
        for _ in 0..3 {
            tries.admit(at).unwrap();
            tries = tries.one_more(at);
        }
        assert_eq!(tries.admit(at), Err(PinError::Rests(30)));
        assert_eq!(tries.admit(at.plus(29)), Err(PinError::Rests(1)));
        tries.admit(at.plus(30)).unwrap();
        tries = tries.one_more(at.plus(30));
        assert_eq!(tries.admit(at.plus(31)), Err(PinError::Rests(119)));
        // The clock was set back by a year.
        assert_eq!(
            tries.admit(UnixTime(-31_536_000)),
            Err(PinError::Rests(120))
        );
        tries.admit(at.plus(150)).unwrap();
        tries = tries.one_more(at.plus(150));
        assert_eq!(tries.admit(at.plus(1_000_000)), Err(PinError::Locked));
        assert!(tries.is_over());
    }
}
