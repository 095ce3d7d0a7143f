//! The unit that comes along, as systemd judges it without running it.
#![allow(clippy::print_stderr, clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::Command;

/// Somebody loosens the confinement of the session's program: systemd's own measure says so. It goes from 0, nothing is exposed, to
/// 10. A service of a user's manager cannot be shut as far as one of the machine's; 6.2 is the limit here.
#[test]
fn the_unit_stays_shut() {
    let unit = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist/dovetail-session.service");
    let judged = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager", "--threshold=62"])
        .arg(unit)
        .output();
    let Ok(output) = judged else {
        assert!(
            std::env::var_os("CI").is_none(),
            "systemd-analyze is not installed"
        );
        eprintln!("skipped: systemd-analyze is not installed");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("Overall exposure level"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// What the bus starts by name is what the name belongs to.
#[test]
fn the_activation_file_names_our_unit_and_the_brokers_name() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist");
    let name = dovetail_shared::broker1::BUS_NAME;
    let text = std::fs::read_to_string(dist.join(format!("{name}.service"))).unwrap();
    for line in [
        format!("Name={name}").as_str(),
        "Exec=/usr/bin/dovetail-session",
        "SystemdService=dovetail-session.service",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}");
    }
    assert!(dist.join("dovetail-session.service").is_file());
}
