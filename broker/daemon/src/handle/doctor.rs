//! The daemon's own diagnostics: keys, hosts, clock, certificate.

use dovetail_shared::link::{Checks, Obstacles};
use dovetail_shared::status::{Check, CheckOutcome, KeyProtection};
use dovetail_shared::{Code, UnixTime};
use url::Url;

use crate::Daemon;
use crate::mdm::record::Enrollment;
use crate::mdm::sync;
use crate::net::Ask;

/// Seconds between the clocks that still let tokens be good.
const SKEW: i64 = 300;

/// Runs every check.
pub(super) async fn doctor(daemon: &Daemon) -> Checks {
    let mut checks = before_joining(daemon).await;
    checks.push(portal(daemon).await);
    checks.push(certificate(daemon));
    if let Some((_, enrollment)) = sync::enrolled(&daemon.record()) {
        checks.push(host(daemon, "management", &enrollment.address).await.0);
        checks.push(management_certificate(daemon, &enrollment));
    }
    if !daemon.running.load(std::sync::atomic::Ordering::SeqCst) {
        daemon.net.rest();
    }
    Checks { checks }
}

/// What would stop a join, for the page: the failures among the checks that matter before one.
pub(super) async fn preflight(daemon: &Daemon) -> Obstacles {
    let checks = before_joining(daemon).await;
    if !daemon.running.load(std::sync::atomic::Ordering::SeqCst) {
        daemon.net.rest();
    }
    let failed = checks
        .into_iter()
        .filter(|check| check.outcome == CheckOutcome::Failed)
        .filter_map(|check| Some(check.report?.with_detail(check.message)));
    Obstacles {
        reports: failed.collect(),
    }
}

/// Keys, state, both hosts at once, the clock by theirs, and how the last attempt ended.
///
/// Whether the person may join, and has devices left to join, no service says before the registration: what is told is what it
/// said last time.
async fn before_joining(daemon: &Daemon) -> Vec<Check> {
    let tenant = &daemon.config.tenant;
    let ((authority, seen), (registration, also_seen)) = tokio::join!(
        host(daemon, "authority", &tenant.authority),
        host(daemon, "registration", &tenant.drs),
    );
    let date = seen.or(also_seen);
    // Where the clock is wrong, certificates seem to be, too: that stands before what follows from it.
    vec![
        keys(daemon).await,
        record(daemon),
        clock(daemon, date),
        authority,
        registration,
        last_attempt(daemon),
    ]
}

/// A refusal that the same account would meet again.
fn last_attempt(daemon: &Daemon) -> Check {
    let refused = daemon.record().join.and_then(|join| {
        let account = join.account?.upn;
        let report = join.report?;
        matches!(
            report.code,
            Code::QUOTA_REACHED | Code::DRS_NOT_AUTHORIZED | Code::AIK_CERTIFICATE
        )
        .then_some((account, report))
    });
    match refused {
        None => check(
            daemon,
            "last_attempt",
            CheckOutcome::Passed,
            "The organisation has refused nobody here.",
            None,
        ),
        Some((account, report)) => Check {
            name: "last_attempt".into(),
            outcome: CheckOutcome::Failed,
            message: format!("The organisation refused {account} at {}.", report.time),
            report: Some(report),
        },
    }
}

/// The page's host, and whether the page there may ask at all.
async fn portal(daemon: &Daemon) -> Check {
    let Some(address) = &daemon.config.portal.url else {
        return check(
            daemon,
            "portal",
            CheckOutcome::Skipped,
            "No portal is configured.",
            None,
        );
    };
    let listed = Url::parse(address).is_ok_and(|url| {
        let origin = url.origin().ascii_serialization();
        daemon.config.portal.origins.contains(&origin)
    });
    if !listed {
        return check(
            daemon,
            "portal",
            CheckOutcome::Failed,
            "The portal's address is not among the origins that may ask.",
            Some(Code::ORIGIN_REFUSED),
        );
    }
    host(daemon, "portal", address).await.0
}

fn check(
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

async fn keys(daemon: &Daemon) -> Check {
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

fn record(daemon: &Daemon) -> Check {
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

async fn host(daemon: &Daemon, name: &str, address: &str) -> (Check, Option<UnixTime>) {
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

fn clock(daemon: &Daemon, server: Option<UnixTime>) -> Check {
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
