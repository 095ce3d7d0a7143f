//! Requests whose answer is still to come, each with the moment from which on nobody waits for it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// From here on no further requests are read.
const MOST: usize = 4096;

/// Ids that wait.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    waiting: BTreeMap<String, Instant>,
}

impl Pending {
    /// Remembers `id` until `patience` is over. `false` when that id waits already.
    pub(crate) fn add(&mut self, id: String, patience: Duration, now: Instant) -> bool {
        if self.waiting.contains_key(&id) {
            return false;
        }
        self.waiting.insert(id, now + patience);
        true
    }

    /// The answer is there. `false` when nobody waits for it, or not any more.
    pub(crate) fn take(&mut self, id: &str) -> bool {
        self.waiting.remove(id).is_some()
    }

    /// Forgets and hands out all whose time is over.
    pub(crate) fn expired(&mut self, now: Instant) -> Vec<String> {
        self.waiting
            .extract_if(.., |_, until| *until <= now)
            .map(|(id, _)| id)
            .collect()
    }

    /// Forgets and hands out all.
    pub(crate) fn all(&mut self) -> Vec<String> {
        std::mem::take(&mut self.waiting).into_keys().collect()
    }

    /// The moment when the next one runs out of time.
    pub(crate) fn next_end(&self) -> Option<Instant> {
        self.waiting.values().min().copied()
    }

    /// Nobody waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Too many wait.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_answered_once_and_in_time_only() {
        let (mut pending, start) = (Pending::default(), Instant::now());
        let second = Duration::from_secs(1);
        assert!(pending.add("a".into(), second, start));
        assert!(!pending.add("a".into(), second, start));
        assert!(pending.add("b".into(), second * 2, start));
        assert_eq!(pending.next_end(), Some(start + second));
        assert_eq!(pending.expired(start + second), ["a"]);
        assert!(!pending.take("a"));
        assert!(pending.take("b"));
        assert!(pending.is_empty());
    }
}
