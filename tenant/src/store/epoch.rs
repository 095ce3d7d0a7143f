//! The number that moves with every change of the small tables (migration 0901), and for how long it need not be asked for again.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The newest number that is known, and when it was so.
#[derive(Debug, Default)]
pub(super) struct Epoch(Mutex<Option<(i64, Instant)>>);

impl Epoch {
    /// The number, where it was learnt within that time.
    pub(super) fn known(&self, within: Duration) -> Option<i64> {
        let known = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .filter(|(_, when)| when.elapsed() < within)
            .map(|(number, _)| number)
    }

    /// Notes what stood in the table at `when`. The number only grows: what is older says nothing.
    pub(super) fn learn(&self, number: i64, when: Instant) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none_or(|(newest, at)| (newest, at) <= (number, when)) {
            *known = Some((number, when));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_mins(1);

    /// A reader that was slow does not take back what a change has told since.
    #[test]
    fn the_number_only_grows() {
        let (epoch, now) = (Epoch::default(), Instant::now());
        assert_eq!(epoch.known(SOON), None);
        epoch.learn(8, now);
        epoch.learn(7, now + Duration::from_secs(1));
        assert_eq!(epoch.known(SOON), Some(8));
        assert_eq!(epoch.known(Duration::ZERO), None);
    }
}
