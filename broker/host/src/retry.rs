//! When to try again for a daemon that is not there.

use std::time::{Duration, Instant};

/// Between the first two tries.
const FIRST: Duration = Duration::from_millis(500);

/// Between two tries at most.
const LONGEST: Duration = Duration::from_secs(30);

/// Each pause is twice the one before, so that a service that crashes again and again is not run over.
#[derive(Debug)]
pub(crate) struct Retry {
    due: Instant,
    pause: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            due: Instant::now(),
            pause: FIRST,
        }
    }
}

impl Retry {
    /// It is time.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.due <= now
    }

    /// When it will be time.
    pub(crate) fn due(&self) -> Instant {
        self.due
    }

    /// It is tried now; the next time is later.
    pub(crate) fn later(&mut self, now: Instant) {
        self.due = now + self.pause;
        self.pause = (self.pause * 2).min(LONGEST);
    }

    /// The daemon is there and speaks: pauses begin anew.
    pub(crate) fn well(&mut self) {
        self.pause = FIRST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_bounded() {
        let (mut retry, now) = (Retry::default(), Instant::now());
        assert!(retry.is_due(now));
        retry.later(now);
        assert!(!retry.is_due(now) && retry.is_due(now + FIRST));
        for _ in 0..20 {
            retry.later(now);
        }
        assert_eq!(retry.due(), now + LONGEST);
        retry.well();
        retry.later(now);
        assert_eq!(retry.due(), now + FIRST);
    }
}
