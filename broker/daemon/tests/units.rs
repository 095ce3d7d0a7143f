//! The units that come along, as systemd judges them without running them.
#![allow(
    clippy::print_stderr,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

use std::path::Path;
use std::process::Command;

/// Somebody loosens the sandbox of the daemon, or of its half that is root: systemd's own measure says so. It goes from 0,
/// nothing is exposed, to 10; 2 is the limit here.
#[test]
fn the_units_stay_shut() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist");
    for unit in ["dovetaild.service", "dovetail-policy.service"] {
        let judged = Command::new("systemd-analyze")
            .args(["security", "--offline=true", "--no-pager", "--threshold=20"])
            .arg(dist.join(unit))
            .output();
        let Ok(output) = judged else {
            assert!(
                std::env::var_os("CI").is_none(),
                "systemd-analyze is not installed"
            );
            eprintln!("skipped: systemd-analyze is not installed");
            return;
        };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success() && text.contains("Overall exposure level"),
            "{unit}: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
