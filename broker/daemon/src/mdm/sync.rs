//! A session and what comes after it: the record, the schedule, and what the service asked for at the end.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use dovetail_shared::encode::from_b64;
use dovetail_shared::link::StepState;
use dovetail_shared::{Code, Report, Step, UnixTime};
use rustls::client::ResolvesClientCert;

use super::error::MdmError;
use super::node::Effect;
use super::record::{Enrollment, Management};
use super::session::{self, Occasion, Ran};
use super::{facts, schedule};
use crate::Daemon;
use crate::join::record::{Device, JoinRecord, Record};
use crate::join::state::State;

/// Talks with the service now. Only one at a time: a second caller waits for the first and then talks itself.
///
/// The record says afterwards how it went, whatever is returned.
pub async fn sync(daemon: &Daemon, occasion: Occasion) -> Result<Vec<Effect>, Report> {
    let _one = daemon.managing.lock().await;
    let (device, enrollment) =
        enrolled(&daemon.record()).ok_or_else(|| daemon.report(Code::MDM_NOT_ENROLLED))?;
    let number = number(daemon)?;
    let ran = talk(daemon, &device, &enrollment, number, occasion).await;
    daemon.net.rest();
    let asked = ran.as_ref().err().map_or(0, MdmError::wait);
    let ran = ran.map_err(|error| error.report(daemon));
    let now = daemon.now();
    daemon.change(|record| {
        if let Some(management) = record.management.as_mut() {
            settle(daemon, management, (&ran, asked), occasion, now);
        }
        if ran.is_ok() {
            join_is_through(record);
        }
        Ok(())
    })?;
    daemon.rescheduled.notify_one();
    match ran {
        Ok(ran) => match ran.unsettled {
            Some(code) => Err(daemon.report(code)),
            None => Ok(ran.effects),
        },
        Err(report) => Err(report),
    }
}

/// The next session's number. It is used up before the service hears it, so none is used twice.
pub fn number(daemon: &Daemon) -> Result<u32, Report> {
    daemon.change(|record| {
        let kept = in_force(record).ok_or_else(|| daemon.report(Code::MDM_NOT_ENROLLED))?;
        kept.sessions = kept.sessions.saturating_add(1);
        Ok(kept.sessions)
    })
}

/// What is asked of the machine itself. Leaving is not among it: the record says so, see [`super::unenroll`].
pub fn act(effects: &[Effect]) {
    for effect in effects {
        let program: &[&str] = match effect {
            Effect::Lock => &["/usr/bin/loginctl", "lock-sessions"],
            Effect::Reboot => &["/usr/bin/systemctl", "reboot"],
            Effect::Done | Effect::Unenroll => continue,
        };
        let (Some(name), rest) = (program.first(), program.get(1..).unwrap_or_default()) else {
            continue;
        };
        match tokio::process::Command::new(name).args(rest).spawn() {
            Ok(_) => tracing::info!("the management service asked for: {}", program.join(" ")),
            Err(error) => tracing::warn!("{name}: {error}"),
        }
    }
}

/// The device and its enrollment, where there are both.
pub fn enrolled(record: &Record) -> Option<(Device, Enrollment)> {
    let device = record.device.clone()?;
    let enrollment = record.management.as_ref()?.enrollment.clone()?;
    Some((device, enrollment))
}

/// The enrollment to change.
pub fn in_force(record: &mut Record) -> Option<&mut Enrollment> {
    record.management.as_mut()?.enrollment.as_mut()
}

/// Shows the management certificate.
pub fn identity(
    daemon: &Daemon,
    enrollment: &Enrollment,
) -> Result<Arc<dyn ResolvesClientCert>, MdmError> {
    let key = daemon
        .vault
        .management_key(enrollment.slot)
        .map_err(|_| MdmError::Certificate)?;
    let certificate = from_b64(&enrollment.certificate).map_err(|_| MdmError::Certificate)?;
    Ok(key.client_auth(certificate)?)
}

/// One session with what is kept.
pub async fn talk(
    daemon: &Daemon,
    device: &Device,
    enrollment: &Enrollment,
    number: u32,
    occasion: Occasion,
) -> Result<Ran, MdmError> {
    if enrollment.not_after <= daemon.now() {
        return Err(MdmError::Fault(
            Code::MDM_NOT_ELIGIBLE_TO_RENEW,
            dovetail_shared::code::ServerSaid::default(),
        ));
    }
    let facts = facts::of(daemon, device, enrollment);
    let identity = identity(daemon, enrollment)?;
    session::run(daemon, &facts, identity, number, occasion).await
}

fn settle(
    daemon: &Daemon,
    management: &mut Management,
    (ran, asked): (&Result<Ran, Report>, i64),
    occasion: Occasion,
    now: UnixTime,
) {
    let Some(kept) = management.enrollment.as_mut() else {
        return;
    };
    match ran {
        Ok(ran) => {
            kept.poll = ran.poll;
            kept.failures = 0;
            if occasion == Occasion::Schedule {
                kept.polls = kept.polls.saturating_add(1);
            }
            management.compliance = ran.compliance;
            management.reasons.clone_from(&ran.reasons);
            management.policies.clone_from(&ran.policies);
            management.last_sync = Some(now);
            management.report = ran.unsettled.map(|code| daemon.report(code));
            management.next_sync = schedule::next(kept, now);
        }
        Err(report) => {
            kept.failures = kept.failures.saturating_add(1);
            management.report = Some(report.clone());
            management.next_sync = schedule::again(kept, asked, now);
        }
    }
}

/// A join whose first session had failed is through with the first good one, whoever asked for it.
fn join_is_through(record: &mut Record) {
    let device_id = record.device.as_ref().map(|device| device.device_id);
    let stuck =
        |join: &&mut JoinRecord| matches!(join.state, State::Sync(_)) && join.report.is_some();
    if let (Some(device_id), Some(join)) = (device_id, record.join.as_mut().filter(stuck)) {
        join.state = State::Joined { device_id };
        join.report = None;
        join.mark(Step::Sync, StepState::Done, None);
        join.skip(Step::SignOn);
    }
}

/// Whether somebody else is at the join, which talks itself.
pub fn join_is_running(daemon: &Daemon) -> bool {
    daemon.running.load(Ordering::SeqCst)
}
