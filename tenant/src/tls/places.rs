//! Places of connections. When all are taken, whoever has been quiet longest gives way: one that is used keeps its own, and
//! somebody who only holds places holds nobody up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

/// So many places.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    taken: Mutex<Taken>,
}

/// Who has one, the quietest first.
#[derive(Debug, Default)]
struct Taken {
    next: u64,
    by_use: BTreeMap<u64, oneshot::Sender<()>>,
}

/// A place; given back when it goes.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    number: Mutex<u64>,
}

impl Places {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            taken: Mutex::default(),
        })
    }

    /// A place, and what tells when it is lost.
    pub(super) fn take(self: &Arc<Self>) -> (Place, oneshot::Receiver<()>) {
        let (lost, told) = oneshot::channel();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while taken.by_use.len() >= self.most {
            // Dropping its end tells it.
            taken.by_use.pop_first();
        }
        let number = taken.append(lost);
        drop(taken);
        let place = Place {
            places: self.clone(),
            number: Mutex::new(number),
        };
        (place, told)
    }
}

impl Taken {
    fn append(&mut self, lost: oneshot::Sender<()>) -> u64 {
        let number = self.next;
        self.next += 1;
        self.by_use.insert(number, lost);
        number
    }
}

impl Place {
    /// It is being used.
    pub(super) fn used(&self) {
        let mut number = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = &self.places.taken;
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lost) = taken.by_use.remove(&number) {
            *number = taken.append(lost);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let number = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = &self.places.taken;
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.by_use.remove(&number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [DR-17] With all places taken, the one that has been quiet longest is lost; one that is used is not.
    #[test]
    fn the_quietest_gives_way() {
        let places = Places::new(2);
        let (first, mut first_lost) = places.take();
        let (_second, mut second_lost) = places.take();
        first.used();
        let (_third, mut third_lost) = places.take();
        let is_lost = |told: &mut oneshot::Receiver<()>| {
            matches!(told.try_recv(), Err(oneshot::error::TryRecvError::Closed))
        };
        assert!(!is_lost(&mut first_lost) && is_lost(&mut second_lost));
        drop(first);
        let (_fourth, mut fourth_lost) = places.take();
        assert!(!is_lost(&mut third_lost) && !is_lost(&mut fourth_lost));
    }
}
