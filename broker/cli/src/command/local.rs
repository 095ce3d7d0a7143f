//! The checks of `dovetail doctor` that the daemon cannot make: this person's browsers, this machine's clock and names.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dovetail_client::place::{CHROMIUM_ID, GECKO_ID};
use dovetail_client::{Client, blame};
use dovetail_shared::status::{Check, CheckOutcome};
use dovetail_shared::{Code, Report, UnixTime};
use url::Url;

use super::QUICK;
use crate::browser::{BROWSERS, Browser, Existing, Family, Host, Places, Scope, look};

/// No clock is right that shows a time before this source was written: 2026-11-01.
const WRITTEN: i64 = 1_793_491_200;

/// A resolver that has not answered by then does not.
const RESOLVE: Duration = Duration::from_secs(5);

fn check(name: &str, outcome: CheckOutcome, message: impl Into<String>) -> Check {
    Check {
        name: name.to_owned(),
        outcome,
        message: message.into(),
        report: None,
    }
}

/// A failed check with its report.
pub(super) fn failed(name: &str, message: impl Into<String>, report: Report) -> Check {
    Check {
        report: Some(report),
        ..check(name, CheckOutcome::Failed, message)
    }
}

/// Socket and versions.
pub(super) async fn service(client: &mut Client, socket: &Path) -> Check {
    let own = env!("CARGO_PKG_VERSION");
    match client.hello("cli", own, QUICK).await {
        Ok(welcome) if welcome.broker == own => check(
            "socket",
            CheckOutcome::Passed,
            format!(
                "The service answers at {} (version {own}).",
                socket.display()
            ),
        ),
        Ok(welcome) => check(
            "socket",
            CheckOutcome::Warning,
            format!(
                "The service is version {}, this program {own}: restart the service.",
                welcome.broker
            ),
        ),
        Err(error) => failed("socket", "The service does not answer.", error.report()),
    }
}

/// One check for each browser that has a manifest or is in use, and one failure when no browser has any.
pub(super) fn manifests(places: &Places) -> Vec<Check> {
    let any = BROWSERS.iter().any(|browser| {
        [Scope::User, Scope::System]
            .into_iter()
            .flat_map(|scope| places.manifests(browser, Host::Dovetail, scope))
            .any(|path| path.exists())
    });
    let mut checks: Vec<Check> = BROWSERS
        .iter()
        .filter_map(|browser| manifest(browser, places))
        .collect();
    if !any {
        checks.push(failed(
            "manifests",
            "No browser knows where the Dovetail program is.",
            blame::report(Code::HOST_MISSING),
        ));
    }
    checks
}

fn manifest(browser: &Browser, places: &Places) -> Option<Check> {
    let name = format!("manifest:{}", browser.key);
    // Manifests with the programs they start.
    let mut found: Vec<(PathBuf, PathBuf)> = Vec::new();
    // A person's own manifest goes before the machine's.
    for path in [Scope::User, Scope::System]
        .into_iter()
        .flat_map(|scope| places.manifests(browser, Host::Dovetail, scope))
    {
        let fault = match look(&path) {
            Ok(Existing::Nothing) => continue,
            Ok(Existing::Ours(manifest)) => {
                let fault = manifest.fault(Host::Dovetail, browser.family);
                if fault.is_none() {
                    found.push((path.clone(), manifest.path));
                }
                fault
            }
            Ok(Existing::Foreign) => Some("it is not Dovetail's".to_owned()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(fault) = fault {
            let detail = format!("{}: {fault}", path.display());
            return Some(failed(
                &name,
                format!("{} cannot start the Dovetail program.", browser.title),
                blame::report(Code::HOST_MISSING).with_detail(detail),
            ));
        }
    }
    match found.as_slice() {
        [(own, program), others @ ..] if others.iter().any(|(_, other)| other != program) => {
            Some(check(
                &name,
                CheckOutcome::Warning,
                format!(
                    "{} starts {} by {}, which is not what the machine's manifest says. If that is not your doing, remove it; \
                     administrators can forbid such manifests by policy (NativeMessagingUserLevelHosts).",
                    browser.title,
                    program.display(),
                    own.display()
                ),
            ))
        }
        [(path, _), ..] => Some(check(
            &name,
            CheckOutcome::Passed,
            format!("{} knows the program ({}).", browser.title, path.display()),
        )),
        [] if places.is_used(browser) => Some(check(
            &name,
            CheckOutcome::Warning,
            format!(
                "{} is in use here and does not know the program: `dovetail install --browser {}`.",
                browser.title, browser.key
            ),
        )),
        [] => None,
    }
}

/// Whether some profile of some browser holds the extension.
pub(super) fn extension(places: &Places) -> Check {
    let seen = BROWSERS.iter().find(|browser| {
        places
            .profile(browser)
            .is_some_and(|folder| holds_extension(&folder, browser.family))
    });
    match seen {
        Some(browser) => check(
            "extension",
            CheckOutcome::Passed,
            format!("The extension is installed in {}.", browser.title),
        ),
        None => check(
            "extension",
            CheckOutcome::Warning,
            "The extension was found in no profile of this person; one that was loaded unpacked is not seen here.",
        ),
    }
}

fn holds_extension(folder: &Path, family: Family) -> bool {
    // Chromium keeps profiles beside NativeMessagingHosts, Firefox below its own folder.
    let (profiles, within) = match family {
        Family::Chromium if CHROMIUM_ID.is_empty() => return false,
        Family::Chromium => (folder.to_owned(), format!("Extensions/{CHROMIUM_ID}")),
        Family::Gecko => (folder.join("firefox"), format!("extensions/{GECKO_ID}.xpi")),
    };
    std::fs::read_dir(profiles).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.path().join(&within).exists())
    })
}

/// Whether the clock can be right at all.
pub(super) fn clock() -> Check {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        });
    let now = UnixTime(seconds);
    if seconds < WRITTEN {
        return failed(
            "local-clock",
            format!("The clock shows {now}, which lies before this program was made."),
            blame::report(Code::CLOCK_WRONG),
        );
    }
    check(
        "local-clock",
        CheckOutcome::Passed,
        format!("The clock shows {now}."),
    )
}

/// Whether the sign-in host's name resolves.
pub(super) async fn dns(authority: Option<&str>) -> Check {
    let host = authority
        .and_then(|authority| Url::parse(authority).ok())
        .and_then(|url| url.host_str().map(ToOwned::to_owned));
    let Some(host) = host else {
        return check(
            "dns",
            CheckOutcome::Skipped,
            "No sign-in host is known to look up.",
        );
    };
    if host == "localhost" || host.ends_with(".localhost") {
        return check(
            "dns",
            CheckOutcome::Passed,
            format!("{host} is this machine (RFC 6761)."),
        );
    }
    let lookup = tokio::time::timeout(RESOLVE, tokio::net::lookup_host((host.as_str(), 443)));
    match lookup.await {
        Ok(Ok(_)) => check(
            "dns",
            CheckOutcome::Passed,
            format!("{host} has an address."),
        ),
        Ok(Err(error)) => failed(
            "dns",
            format!("{host} has no address."),
            blame::report(Code::UNREACHABLE).with_detail(error.to_string()),
        ),
        Err(_) => failed(
            "dns",
            format!("The resolver does not answer for {host}."),
            blame::report(Code::UNREACHABLE),
        ),
    }
}
