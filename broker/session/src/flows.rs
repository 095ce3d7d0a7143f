//! Interactive acquisitions under way, so that they can be cancelled.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// At most so many pages are opened at once.
const MOST: usize = 4;

/// A flow's place among those under way, given back on drop.
#[derive(Debug)]
pub(crate) struct Flow {
    flows: Flows,
    number: u64,
    cancelled: Arc<Notify>,
}

impl Flow {
    /// Comes back when somebody has cancelled it.
    pub(crate) async fn cancelled(&self) {
        self.cancelled.notified().await;
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.flows.lock().open.remove(&self.number);
    }
}

#[derive(Debug, Default)]
struct Book {
    begun: u64,
    open: HashMap<u64, (String, Arc<Notify>)>,
}

/// All flows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flows(Arc<Mutex<Book>>);

impl Flows {
    fn lock(&self) -> std::sync::MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new flow with this correlation id. `None` when too many are under way.
    pub(crate) fn begin(&self, correlation: &str) -> Option<Flow> {
        let mut book = self.lock();
        if book.open.len() >= MOST {
            return None;
        }
        book.begun = book.begun.wrapping_add(1);
        let (number, cancelled) = (book.begun, Arc::new(Notify::new()));
        let entry = (correlation.to_owned(), Arc::clone(&cancelled));
        book.open.insert(number, entry);
        Some(Flow {
            flows: self.clone(),
            number,
            cancelled,
        })
    }

    /// Ends all flows with this correlation id.
    pub(crate) fn cancel(&self, correlation: &str) {
        for (of, cancelled) in self.lock().open.values() {
            if of == correlation {
                cancelled.notify_one();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_flow_is_cancelled_by_its_own_correlation_id_and_no_other() {
        let flows = Flows::default();
        let (one, other) = (flows.begin("a").unwrap(), flows.begin("b").unwrap());
        flows.cancel("a");
        flows.cancel("nobody");
        one.cancelled().await;
        let late = tokio::time::timeout(std::time::Duration::from_millis(20), other.cancelled());
        assert!(late.await.is_err());
    }

    #[test]
    fn pages_are_not_opened_without_end() {
        let flows = Flows::default();
        let mut open: Vec<_> = (0..MOST).map(|_| flows.begin("a").unwrap()).collect();
        assert!(flows.begin("a").is_none());
        open.pop();
        assert!(flows.begin("a").is_some());
    }
}
