//! Waiting for a condition, with a deadline, saying what was awaited. The only place that pauses.

use std::future::Future;
use std::time::{Duration, Instant};

/// How long anything in a lab may take: machines are shared.
pub const PATIENCE: Duration = Duration::from_mins(1);

const PAUSE: Duration = Duration::from_millis(40);

/// Waits until `condition` gives something.
pub fn until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(begin.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::park_timeout(PAUSE);
    }
}

/// The same for conditions that must be awaited. `Err` with what was awaited, so that evidence can be kept.
pub async fn until_async<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut condition: impl FnMut() -> F,
) -> Result<T, String> {
    let begin = Instant::now();
    loop {
        if let Some(value) = condition().await {
            return Ok(value);
        }
        if begin.elapsed() > PATIENCE {
            return Err(format!("waited in vain for {what}"));
        }
        tokio::time::sleep(PAUSE).await;
    }
}
