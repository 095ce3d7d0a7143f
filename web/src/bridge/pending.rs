//! Who waits for which answer.

/// Request ids and those who wait. `W` holds the deadline: dropping it stops the clock.
#[derive(Debug)]
pub(super) struct Pending<W> {
    prefix: String,
    next: u32,
    /// Few at a time: the oldest stand first.
    waiting: Vec<(u32, W)>,
}

impl<W> Pending<W> {
    /// Ids begin with `prefix`, so that those of an earlier connection fit nothing here.
    pub(super) fn new(prefix: String) -> Self {
        Self {
            prefix,
            next: 0,
            waiting: Vec::new(),
        }
    }

    /// A new id and its place.
    pub(super) fn open(&mut self, waiter: impl FnOnce(&str) -> W) -> String {
        self.next = self.next.wrapping_add(1);
        let id = format!("{}-{}", self.prefix, self.next);
        self.waiting.push((self.next, waiter(&id)));
        id
    }

    /// Whoever waits for `id`, once; nobody for ids that are unknown, answered or late.
    pub(super) fn take(&mut self, id: &str) -> Option<W> {
        let number = id.strip_prefix(&self.prefix)?.strip_prefix('-')?;
        // Only our own spelling: `+1` and `01` are other ids.
        let key: u32 = number.parse().ok()?;
        if key.to_string() != number {
            return None;
        }
        let place = self.waiting.iter().position(|(open, _)| *open == key)?;
        Some(self.waiting.remove(place).1)
    }

    /// Everybody, oldest first; the connection is gone.
    pub(super) fn drain(&mut self) -> Vec<W> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting.into_iter().map(|(_, waiter)| waiter).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_reaches_the_one_who_asked_and_only_once() {
        let mut pending = Pending::new("n".into());
        let first = pending.open(|_| 'a');
        let second = pending.open(|_| 'b');
        assert_eq!(pending.take(&second), Some('b'));
        assert_eq!(pending.take(&second), None);
        assert_eq!(pending.take(&first), Some('a'));
    }

    /// [PG-04] An answer that nobody asked for, or to an earlier connection, reaches nobody.
    #[test]
    fn a_foreign_answer_reaches_nobody() {
        let mut pending = Pending::new("n".into());
        let id = pending.open(|_| ());
        for foreign in [
            "",
            "n",
            "n-",
            "n-0",
            "n-2",
            "n-01",
            "n-+1",
            "m-1",
            "1",
            "n-1 ",
            "n-4294967297",
        ] {
            assert_eq!(pending.take(foreign), None, "{foreign}");
        }
        assert_eq!(pending.take(&id), Some(()));
    }

    #[test]
    fn when_the_connection_goes_everybody_is_told() {
        let mut pending = Pending::new("n".into());
        let id = pending.open(|_| 1);
        pending.open(|_| 2);
        assert_eq!(pending.drain(), [1, 2]);
        assert_eq!(pending.take(&id), None);
    }
}
