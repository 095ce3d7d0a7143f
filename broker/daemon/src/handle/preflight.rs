//! What would stop a join, looked for before anybody signs in.

use dovetail_shared::Code;
use dovetail_shared::link::Preflight;
use dovetail_shared::status::{Check, CheckOutcome};
use url::Url;

use super::doctor::{check, clock, host, keys, record};
use crate::Daemon;

/// What would stop a join, for the page: the first failure among the checks that matter before one.
pub(super) async fn preflight(daemon: &Daemon) -> Preflight {
    let checks = before_joining(daemon).await;
    if !daemon.running.load(std::sync::atomic::Ordering::SeqCst) {
        daemon.net.rest();
    }
    let obstacle = checks
        .into_iter()
        .filter(|check| check.outcome == CheckOutcome::Failed)
        .find_map(|check| Some(check.report?.with_detail(check.message)));
    Preflight { obstacle }
}

/// Keys, state, both hosts at once, the clock by theirs, and how the last attempt ended.
///
/// Whether the person may join, and has devices left to join, no service says before the registration: what is told is what it
/// said last time.
pub(super) async fn before_joining(daemon: &Daemon) -> Vec<Check> {
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
pub(super) async fn portal(daemon: &Daemon) -> Check {
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
