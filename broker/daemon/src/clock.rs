//! Waiting for a time of the wall clock, and chance.
//!
//! The timer is the kernel's (`timerfd`, absolute, real time): it counts while the machine sleeps, and a clock that is set
//! ends the wait so that the due time is looked at again (timerfd_create(2), `TFD_TIMER_CANCEL_ON_SET`).

use std::os::fd::OwnedFd;

use dovetail_shared::UnixTime;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// 0 to `most` seconds, by chance.
pub fn jitter(most: i64) -> i64 {
    let most = u64::try_from(most).unwrap_or(0);
    i64::try_from(chance(most)).unwrap_or(0)
}

/// A number below `below` by chance; 0 where there is none.
pub(crate) fn chance(below: u64) -> u64 {
    // Its bits 62 and 63 and four others are not by chance (RFC 9562 §5.4); those below are.
    let (_, random) = uuid::Uuid::new_v4().as_u64_pair();
    (random & (u64::MAX >> 2)).checked_rem(below).unwrap_or(0)
}

/// Until the wall clock says `due`, or was set. Where there is no such timer, an hour at most is slept.
pub async fn wait(due: UnixTime) {
    match timer(due) {
        Ok(timer) => {
            // An error is a clock that was set: the caller looks at it again.
            timer.ready(Interest::READABLE).await.map(drop).ok();
        }
        Err(error) => {
            tracing::warn!("no timer on the wall clock: {error}");
            tokio::time::sleep(std::time::Duration::from_hours(1)).await;
        }
    }
}

fn timer(due: UnixTime) -> std::io::Result<AsyncFd<OwnedFd>> {
    let timer = timerfd_create(
        TimerfdClockId::Realtime,
        TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC,
    )?;
    let when = Itimerspec {
        it_interval: Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        },
        it_value: Timespec {
            tv_sec: due.0.max(1),
            tv_nsec: 0,
        },
    };
    timerfd_settime(
        &timer,
        TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET,
        &when,
    )?;
    #[expect(
        deprecated,
        reason = "its successor is `unsafe`, for types that lie about their descriptor; an OwnedFd does not"
    )]
    AsyncFd::with_interest(timer, Interest::READABLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The timer ends by the wall clock, also for a time that is over already.
    #[test]
    fn the_timer_follows_the_wall_clock() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let begun = std::time::SystemTime::now();
            let now = begun
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap()
                .as_secs();
            let now = UnixTime(i64::try_from(now).unwrap());
            wait(now.plus(-5)).await;
            wait(now.plus(1)).await;
            let after = std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap();
            assert!(i64::try_from(after.as_secs()).unwrap() > now.0);
        });
    }
}
