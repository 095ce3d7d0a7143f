//! The daemon's own diagnostics: keys, hosts, clock, certificate.

use dovetail_shared::link::Checks;
use dovetail_shared::status::{Check, CheckOutcome, KeyProtection, SsoState};
use dovetail_shared::{Code, UnixTime};
use url::Url;

use super::preflight::{before_joining, portal};
use crate::Daemon;
use crate::front::{Peer, Running};
use crate::mdm::record::Enrollment;
use crate::mdm::sync;
use crate::net::Ask;

/// Seconds between the clocks that still let tokens be good.
const SKEW: i64 = 300;

/// Runs every check.
pub(super) async fn doctor(daemon: &Daemon, peer: &Peer) -> Checks {
    let mut checks = before_joining(daemon).await;
    checks.push(portal(daemon).await);
    checks.push(certificate(daemon));
    if let Some((_, enrollment)) = sync::enrolled(&daemon.record()) {
        checks.push(host(daemon, "management", &enrollment.address).await.0);
        checks.push(management_certificate(daemon, &enrollment));
    }
    checks.extend(single_sign_on(daemon, peer));
    checks.extend(programs(daemon, peer));
    if !daemon.running.load(std::sync::atomic::Ordering::SeqCst) {
        daemon.net.rest();
    }
    Checks { checks }
}

pub(super) fn check(
    daemon: &Daemon,
    name: &str,
    outcome: CheckOutcome,
    message: impl Into<String>,
    code: Option<Code>,
) -> Check {
    Check {
        name: name.into(),
        outcome,
        message: message.into(),
        report: code.map(|code| daemon.report(code)),
    }
}

pub(super) async fn keys(daemon: &Daemon) -> Check {
    match (daemon.vault.reachable().await, daemon.vault.protection()) {
        (Err(error), _) => check(
            daemon,
            "tpm",
            CheckOutcome::Failed,
            error.to_string(),
            Some(error.code()),
        ),
        (Ok(None), _) | (Ok(Some(_)), KeyProtection::File) => check(
            daemon,
            "tpm",
            CheckOutcome::Warning,
            "Keys are kept in files: not hardware-bound.",
            None,
        ),
        (Ok(Some(described)), KeyProtection::Tpm) => check(
            daemon,
            "tpm",
            CheckOutcome::Passed,
            format!("The TPM answers: {described}."),
            None,
        ),
    }
}

pub(super) fn record(daemon: &Daemon) -> Check {
    match daemon.broken() {
        Some(code) => check(
            daemon,
            "state",
            CheckOutcome::Failed,
            "The stored state cannot be used.",
            Some(code),
        ),
        None => check(
            daemon,
            "state",
            CheckOutcome::Passed,
            "The stored state is readable.",
            None,
        ),
    }
}

pub(super) async fn host(daemon: &Daemon, name: &str, address: &str) -> (Check, Option<UnixTime>) {
    let Ok(url) = Url::parse(address) else {
        return (
            check(
                daemon,
                name,
                CheckOutcome::Failed,
                "The configured address is not one.",
                Some(Code::NO_CONNECTION_POINT),
            ),
            None,
        );
    };
    let ask = Ask::get(&url, uuid::Uuid::new_v4().to_string());
    let host = url.host_str().unwrap_or_default();
    match daemon.net.ask(ask).await {
        Ok(answer) => (
            check(
                daemon,
                name,
                CheckOutcome::Passed,
                format!("{host} answers over trusted TLS."),
                None,
            ),
            answer.date,
        ),
        // Any answer over trusted TLS shows that the way is open; what it says is not the question.
        Err(crate::net::NetError::Redirected(_) | crate::net::NetError::WebPage(_)) => (
            check(
                daemon,
                name,
                CheckOutcome::Passed,
                format!("{host} answers over trusted TLS."),
                None,
            ),
            None,
        ),
        Err(error) => (
            check(
                daemon,
                name,
                CheckOutcome::Failed,
                error.to_string(),
                Some(error.code()),
            ),
            None,
        ),
    }
}

pub(super) fn clock(daemon: &Daemon, server: Option<UnixTime>) -> Check {
    match server.map(|server| daemon.now().since(server)) {
        None => check(
            daemon,
            "clock",
            CheckOutcome::Skipped,
            "No server told its time.",
            None,
        ),
        Some(apart) if apart.abs() > SKEW => check(
            daemon,
            "clock",
            CheckOutcome::Failed,
            format!("This clock is {apart} s off the tenant's."),
            Some(Code::CLOCK_WRONG),
        ),
        Some(apart) => check(
            daemon,
            "clock",
            CheckOutcome::Passed,
            format!("This clock is {apart} s off the tenant's."),
            None,
        ),
    }
}

/// Of the key, only that it is there: whether it is good shows with the next session.
fn management_certificate(daemon: &Daemon, enrollment: &Enrollment) -> Check {
    let name = "management_certificate";
    let (outcome, message, code) = if enrollment.not_after <= daemon.now() {
        (
            CheckOutcome::Failed,
            format!("It ended at {}.", enrollment.not_after),
            Some(Code::MDM_NOT_ELIGIBLE_TO_RENEW),
        )
    } else if daemon.vault.management_key(enrollment.slot).is_err() {
        (
            CheckOutcome::Failed,
            "Its key is gone.".to_owned(),
            Some(Code::MDM_CLIENT_CERTIFICATE),
        )
    } else if enrollment.renewal_due() <= daemon.now() {
        (
            CheckOutcome::Warning,
            format!(
                "It is good until {} and should have been renewed.",
                enrollment.not_after
            ),
            None,
        )
    } else {
        (
            CheckOutcome::Passed,
            format!("It is good until {}.", enrollment.not_after),
            None,
        )
    };
    check(daemon, name, outcome, message, code)
}

/// Whether this daemon can see which programs ask, where only some may; nothing where all may.
fn programs(daemon: &Daemon, peer: &Peer) -> Option<Check> {
    if daemon.config.sso.programs.is_empty() {
        return None;
    }
    let unseen = matches!(peer.program.running(), Running::Unknown);
    let (outcome, message, code) = if unseen {
        (
            CheckOutcome::Failed,
            "Only named programs may use a sign-on, and this daemon cannot see which one asks: it needs CAP_SYS_PTRACE.",
            Some(Code::SSO_PROGRAM),
        )
    } else {
        (
            CheckOutcome::Passed,
            "Only named programs may use a sign-on.",
            None,
        )
    };
    Some(check(daemon, "programs", outcome, message, code))
}

/// The asking user's; nothing where the device is not joined.
fn single_sign_on(daemon: &Daemon, peer: &Peer) -> Option<Check> {
    let sso = crate::prt::details(daemon, peer.uid)?;
    let until = sso
        .expires
        .map_or_else(String::new, |end| format!(" until {end}"));
    let renewal = sso
        .next_renewal
        .map_or_else(String::new, |next| format!("; it is renewed at {next}"));
    let who = sso.upn.unwrap_or_else(|| "This user".into());
    let (outcome, message) = match sso.state {
        SsoState::Active => (
            CheckOutcome::Passed,
            format!("{who} is signed in{until}{renewal}."),
        ),
        SsoState::Offline => (
            CheckOutcome::Warning,
            format!(
                "{who} is signed in{until}, but the last renewal did not get through{renewal}."
            ),
        ),
        SsoState::None => (
            CheckOutcome::Warning,
            "This user is not signed in on this device.".to_owned(),
        ),
        SsoState::SignInAgain => (
            CheckOutcome::Failed,
            format!("{who} has to sign in again: run `dovetail sign-in`."),
        ),
        SsoState::DeviceDisabled => (
            CheckOutcome::Failed,
            "The organisation has disabled this device.".to_owned(),
        ),
        SsoState::DeviceDeleted => (
            CheckOutcome::Failed,
            "The organisation does not know this device any more.".to_owned(),
        ),
    };
    Some(Check {
        name: "single_sign_on".into(),
        outcome,
        message,
        report: sso.report,
    })
}

fn certificate(daemon: &Daemon) -> Check {
    match daemon.record().device {
        None => check(
            daemon,
            "certificate",
            CheckOutcome::Skipped,
            "This device is not joined.",
            None,
        ),
        Some(device) if device.not_after <= daemon.now() => check(
            daemon,
            "certificate",
            CheckOutcome::Failed,
            format!("It ended at {}.", device.not_after),
            Some(Code::DEVICE_CERTIFICATE_NOT_FOUND),
        ),
        Some(_)
            if !daemon
                .store
                .path(crate::join::step::install::CERTIFICATE)
                .exists() =>
        {
            check(
                daemon,
                "certificate",
                CheckOutcome::Failed,
                "Its file is gone.",
                Some(Code::DEVICE_CERTIFICATE_NOT_FOUND),
            )
        }
        Some(device) => check(
            daemon,
            "certificate",
            CheckOutcome::Passed,
            format!("It is good until {}.", device.not_after),
            None,
        ),
    }
}
