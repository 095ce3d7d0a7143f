//! What was done, and how long it took.

use std::time::Instant;

use serde_json::{Value, json};

/// The phases so far.
#[derive(Debug)]
pub(crate) struct Phases {
    done: Vec<(String, u128)>,
    since: Instant,
}

impl Phases {
    /// The clock runs.
    pub(crate) fn begin() -> Self {
        Self {
            done: Vec::new(),
            since: Instant::now(),
        }
    }

    /// One is over: said, and remembered.
    pub(crate) fn over(&mut self, name: &str) {
        let ms = self.since.elapsed().as_millis();
        println!("  ✓ {name:<52} {ms:>6} ms");
        self.done.push((name.to_owned(), ms));
        self.since = Instant::now();
    }

    /// For the report.
    pub(crate) fn report(&self) -> Vec<Value> {
        self.done
            .iter()
            .map(|(name, ms)| json!({ "phase": name, "ms": ms }))
            .collect()
    }
}
