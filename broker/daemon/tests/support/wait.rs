//! Waiting for a condition, with a deadline, saying what was awaited and what there was instead. The only place that pauses.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::fmt::Display;
use std::time::{Duration, Instant};

/// How long anything in a story may take: machines are shared.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Short beside what a daemon does between two looks, long enough to leave the processor to it.
const PAUSE: Duration = Duration::from_millis(10);

/// Looks until a look gives something. An `Err` is what was seen instead; a wait in vain shows the last one.
#[track_caller]
pub fn until<T, S: Display>(what: &str, mut look: impl FnMut() -> Result<T, S>) -> T {
    let begun = Instant::now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(seen) => still(begun, what, &seen),
        }
        std::thread::park_timeout(PAUSE);
    }
}

/// The same where what is awaited goes on in this very thread.
pub async fn until_async<T, S: Display>(what: &str, mut look: impl FnMut() -> Result<T, S>) -> T {
    let begun = Instant::now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(seen) => still(begun, what, &seen),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// What was seen, as what was awaited or as what there was instead.
pub fn when<S>(good: bool, seen: S) -> Result<S, S> {
    if good { Ok(seen) } else { Err(seen) }
}

#[track_caller]
fn still(begun: Instant, what: &str, seen: &impl Display) {
    assert!(
        begun.elapsed() < PATIENCE,
        "waited in vain for {what}: {seen}"
    );
}
