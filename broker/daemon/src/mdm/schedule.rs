//! When this device asks for work by itself: one timer on the wall clock, none while it is not managed.

use std::sync::Arc;

use dovetail_shared::UnixTime;

use super::record::Enrollment;
use super::session::Occasion;
use super::{renew, sync, unenroll};
use crate::Daemon;
use crate::clock::{jitter, wait};
use crate::join::record::Record;

/// Seconds to the first try after a failed session; doubles with each further one.
const AGAIN: i64 = 120;

/// Looks after the schedule until the process ends.
pub fn start(daemon: &Arc<Daemon>) {
    let daemon = Arc::clone(daemon);
    tokio::spawn(async move {
        loop {
            let Some(due) = due(&daemon.record()) else {
                daemon.rescheduled.notified().await;
                continue;
            };
            if due > daemon.now() {
                tokio::select! {
                    () = wait(due) => {}
                    () = daemon.rescheduled.notified() => {}
                }
                continue;
            }
            work(&daemon).await;
        }
    });
}

/// When there is something to do next: a session or a renewal. `None` while nobody manages this device, or while it joins
/// or leaves.
fn due(record: &Record) -> Option<UnixTime> {
    if record.leaving.is_some() {
        return None;
    }
    let management = record.management.as_ref()?;
    if management.ending.is_some() {
        return Some(UnixTime(0));
    }
    let enrollment = management.enrollment.as_ref()?;
    let renewal = enrollment.renewal_due();
    // After its end a certificate is no longer renewed, and no session is let in.
    match (management.next_sync, renewal < enrollment.not_after) {
        (Some(session), true) => Some(session.min(renewal)),
        (session, false) => session,
        (None, true) => Some(renewal),
    }
}

async fn work(daemon: &Arc<Daemon>) {
    let now = daemon.now();
    let record = daemon.record();
    if sync::join_is_running(daemon) {
        // The join's own session comes first; its end sets the schedule.
        daemon.rescheduled.notified().await;
        return;
    }
    let ending = record.management.as_ref().and_then(|kept| kept.ending);
    if ending.is_some() {
        if let Err(report) = unenroll::finish(daemon).await {
            tracing::warn!("management did not end: {} {}", report.code, report.what);
            wait(now.plus(AGAIN)).await;
        }
        return;
    }
    let Some((_, enrollment)) = sync::enrolled(&record) else {
        return;
    };
    if enrollment.renewal_due() <= now && now < enrollment.not_after {
        if let Err(report) = renew::renew(daemon).await {
            tracing::warn!(
                "the management certificate was not renewed: {}",
                report.code
            );
        }
        return;
    }
    match sync::sync(daemon, Occasion::Schedule).await {
        Ok(effects) => sync::act(&effects),
        Err(report) => tracing::warn!("a session of the schedule failed: {}", report.code),
    }
}

/// When the next session is due after a good one: as scheduled, up to a tenth later, so that devices that were switched on
/// together do not ask together for ever.
pub fn next(enrollment: &Enrollment, now: UnixTime) -> Option<UnixTime> {
    let minutes = enrollment.poll.minutes(enrollment.polls)?;
    let seconds = i64::from(minutes).saturating_mul(60);
    Some(now.plus(seconds.saturating_add(jitter(seconds / 10))))
}

/// When it is tried again after a failed one: soon at first, then twice as late each time, at most as late as the schedule's
/// rest. Not before the service wants to be asked (`asked`, seconds), and up to a tenth later: it may tell everybody the same.
pub fn again(enrollment: &Enrollment, asked: i64, now: UnixTime) -> Option<UnixTime> {
    let doublings = enrollment.failures.saturating_sub(1).min(16);
    let soon = AGAIN.saturating_mul(2_i64.saturating_pow(doublings));
    let rest = i64::from(enrollment.poll.rest_minutes)
        .saturating_mul(60)
        .max(AGAIN);
    let seconds = soon.min(rest);
    let asked = asked.min(rest);
    let seconds = seconds
        .saturating_add(jitter(seconds / 2))
        .max(asked.saturating_add(jitter(asked / 10)));
    Some(now.plus(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [MD-06] Devices that were switched on together drift apart, and a service that is down is not hammered.
    #[test]
    fn the_next_talk_is_scattered_and_failures_wait_longer() {
        let mut enrollment: Enrollment = serde_json::from_value(serde_json::json!({
            "slot": "one", "certificate": "", "thumbprint": "", "not_before": 0, "not_after": 0,
            "renewal": {"period": 60, "retry": 4}, "provider": "p", "address": "", "service": "", "enrolled": 0,
            "poll": super::super::node::Poll { first_count: 0, second_count: 0, rest_minutes: 480, ..Default::default() },
        }))
        .unwrap();
        let now = UnixTime(1_000_000);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..100 {
            let seconds = next(&enrollment, now).unwrap().since(now);
            assert!((28_800..28_800 + 2_880).contains(&seconds), "{seconds}");
            seen.insert(seconds);
        }
        assert!(seen.len() > 50, "all at once");
        for (failures, least, most) in [
            (1, 120, 180),
            (2, 240, 360),
            (4, 960, 1440),
            (30, 28_800, 43_200),
        ] {
            enrollment.failures = failures;
            let seconds = again(&enrollment, 0, now).unwrap().since(now);
            assert!((least..most).contains(&seconds), "{failures}: {seconds}");
        }
        enrollment.failures = 1;
        let asked = again(&enrollment, 3600, now).unwrap().since(now);
        assert!((3600..3960).contains(&asked), "{asked}");
    }
}
