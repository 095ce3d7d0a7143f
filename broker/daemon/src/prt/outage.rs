//! What a million devices do to a server that comes back: the schedule and the pauses of this program, against a server that
//! answers so many a second and tells the others to come again. Time is counted, not waited for.
//!
//! A fiftieth of the devices and of the server is simulated: what comes for each place stays the same.

use std::collections::BTreeMap;

use dovetail_shared::UnixTime;

use super::schedule;
use crate::clock::chance;
use crate::config::Sso;
use crate::mdm::record::Enrollment;
use crate::net::{Next, next};

/// Devices.
const DEVICES: usize = 20_000;
/// Requests that are answered in a second: for a million devices, two thousand.
const CAPACITY: u64 = 40;
/// The outage, milliseconds.
const OUTAGE: u64 = 600_000;
/// After an outage nobody may be without an answer for longer, whatever the others do.
const PATIENCE: u64 = 4 * 3_600_000;

/// A device that wants to renew.
#[derive(Clone, Copy)]
struct Device {
    /// Times that its request was sent in this try.
    attempt: u32,
    failures: u32,
}

/// What was seen.
struct Seen {
    /// Requests in each second, from the end of the outage on.
    arrivals: BTreeMap<u64, u64>,
    /// Answers in each second.
    answers: BTreeMap<u64, u64>,
    /// When the last device had its answer, milliseconds.
    end: u64,
    /// Devices that had none after so long.
    starved: usize,
}

impl Seen {
    fn peak(&self) -> u64 {
        self.arrivals.values().copied().max().unwrap_or(0)
    }

    fn answered(&self) -> u64 {
        self.answers.values().sum()
    }

    /// Seconds after the outage until so many of a hundred have their answer.
    fn share(&self, hundredth: u64) -> u64 {
        let mut sum = 0;
        let whole = self.answered() * hundredth / 100;
        for (second, answers) in &self.answers {
            sum += answers;
            if sum >= whole {
                return second - OUTAGE / 1000;
            }
        }
        0
    }
}

/// Renewals of tokens: seconds until the next try, by failures in a row and what the server asked for.
fn renewal() -> impl Fn(u32, i64) -> i64 {
    let config = Sso::default();
    move |failures, asked| schedule::again(&config, failures, asked)
}

/// Sessions with the management service.
fn session() -> impl FnMut(u32, i64) -> i64 {
    let mut enrollment: Enrollment = serde_json::from_value(serde_json::json!({
        "slot": "one", "certificate": "", "thumbprint": "", "not_before": 0, "not_after": 0,
        "renewal": {"period": 60, "retry": 4}, "provider": "p", "address": "", "service": "", "enrolled": 0,
        "poll": crate::mdm::node::Poll { first_count: 0, second_count: 0, rest_minutes: 480, ..Default::default() },
    }))
    .unwrap();
    move |failures, asked| {
        enrollment.failures = failures;
        let now = UnixTime(1_000_000);
        crate::mdm::schedule::again(&enrollment, asked, now)
            .unwrap()
            .since(now)
    }
}

/// Devices whose first try is at those times. `later`: when they try again; `told`: what the server tells those that it has no
/// room for, seconds.
fn run(
    first: impl Fn(usize) -> u64,
    mut later: impl FnMut(u32, i64) -> i64,
    told: impl Fn() -> u64,
) -> Seen {
    let mut due: BTreeMap<u64, Vec<Device>> = BTreeMap::new();
    for number in 0..DEVICES {
        let new = Device {
            attempt: 1,
            failures: 0,
        };
        due.entry(first(number)).or_default().push(new);
    }
    let mut seen = Seen {
        arrivals: BTreeMap::new(),
        answers: BTreeMap::new(),
        end: 0,
        starved: 0,
    };
    while let Some((now, devices)) = due.pop_first() {
        let second = now / 1000;
        for mut device in devices {
            let asked = if now < OUTAGE {
                // Nobody is there.
                None
            } else {
                *seen.arrivals.entry(second).or_default() += 1;
                let answers = seen.answers.entry(second).or_default();
                if *answers < CAPACITY {
                    *answers += 1;
                    seen.end = now;
                    continue;
                }
                Some(told())
            };
            let pause = match next(device.attempt, asked) {
                Next::Again(pause) => {
                    device.attempt += 1;
                    u64::try_from(pause.as_millis()).unwrap()
                }
                enough => {
                    device.failures += 1;
                    device.attempt = 1;
                    let asked = match enough {
                        Next::Throttled(seconds) => i64::try_from(seconds).unwrap(),
                        _ => 0,
                    };
                    let seconds = later(device.failures, asked);
                    // The wall clock's timer ends on a whole second; machines do not begin theirs together.
                    u64::try_from(seconds).unwrap() * 1000 + chance(1000)
                }
            };
            let again = now + pause.max(1);
            if again > OUTAGE + PATIENCE {
                seen.starved += 1;
            } else {
                due.entry(again).or_default().push(device);
            }
        }
    }
    seen
}

/// As our own tenant tells it.
fn as_the_tenant() -> u64 {
    1 + chance(3)
}

/// `times`: how many times as long as a server needs that is never without work.
fn assert_drained(seen: &Seen, times: u64, what: &str) {
    let ideal = DEVICES as u64 / CAPACITY;
    let (peak, half, most, last) = (
        seen.peak(),
        seen.share(50),
        seen.share(95),
        (seen.end - OUTAGE) / 1000,
    );
    println!(
        "{what}: {peak} requests in the worst second, capacity {CAPACITY}; half after {half} s, 95 % after {most} s, all after {last} s; at capacity {ideal} s"
    );
    assert_eq!(seen.starved, 0, "{what}: somebody got nothing");
    assert_eq!(seen.answered(), DEVICES as u64);
    // Each try is three requests at most, within seconds: what stays below that twice over is no herd.
    assert!(peak <= 7 * CAPACITY, "{what}: {peak} requests in a second");
    assert!(last <= times * ideal, "{what}: {last} s");
}

/// [OP-02] Every device came due in the ten minutes: they come back spread out, the server is busy until all are through, and
/// nobody is left behind.
#[test]
fn a_million_devices_come_back_spread_out() {
    let seen = run(|_| chance(OUTAGE), renewal(), as_the_tenant);
    assert_drained(&seen, 3, "renewals, due at any time of the outage");
    let seen = run(|_| chance(OUTAGE), session(), as_the_tenant);
    assert_drained(&seen, 3, "sessions, due at any time of the outage");
}

/// [OP-02] The worst: all of them failed first in the same second, as after a cut of the network that all of them use at once.
#[test]
fn a_million_devices_that_failed_together_drift_apart() {
    let seen = run(|_| chance(1000), renewal(), as_the_tenant);
    // Nobody asks between two rounds of tries, so the server has pauses.
    assert_drained(&seen, 6, "due in the outage's first second");
}

/// [OP-02] A server that tells everybody the same second, and a long one.
#[test]
fn a_server_that_tells_all_the_same_gets_them_spread_out() {
    // Who is told a long time comes in rounds that far apart: the last few wait for a round of their own.
    for (told, times) in [(1, 3), (5, 3), (300, 6)] {
        let seen = run(|_| chance(OUTAGE), renewal(), || told);
        assert_drained(&seen, times, &format!("told {told} s"));
    }
}
