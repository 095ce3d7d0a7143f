//! The check of `dovetail doctor` that asks the session bus.

use std::process::Stdio;

use dovetail_shared::status::{Check, CheckOutcome};
use serde::Deserialize;
use tokio::process::Command;

use super::QUICK;

/// What `dovetail-session --who` prints.
#[derive(Debug, Deserialize)]
struct Owner {
    #[serde(default)]
    pid: Option<u32>,
    #[serde(default)]
    program: Option<String>,
    ours: bool,
}

/// Whom programs on this desktop find when they look for an identity broker. `None` where there is no session bus, or no program
/// of ours for it.
pub(super) async fn owner() -> Option<Check> {
    let session = std::env::current_exe()
        .ok()?
        .with_file_name("dovetail-session");
    let mut command = Command::new(session);
    command
        .arg("--who")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(QUICK, command.output())
        .await
        .ok()?
        .ok()?;
    let owner: Option<Owner> = serde_json::from_slice(&output.stdout).ok()?;
    Some(check(owner))
}

fn check(owner: Option<Owner>) -> Check {
    let (outcome, message) = match owner {
        Some(Owner { ours: true, .. }) => (
            CheckOutcome::Passed,
            "Programs on this desktop find Dovetail's identity broker.".to_owned(),
        ),
        Some(Owner { pid, program, .. }) => {
            let program = program.unwrap_or_else(|| "an unknown program".to_owned());
            let pid = pid.map_or_else(String::new, |pid| format!(" (process {pid})"));
            (
                CheckOutcome::Warning,
                format!(
                    "Programs on this desktop find another identity broker, {program}{pid}; Dovetail's waits until it goes."
                ),
            )
        }
        None => (
            CheckOutcome::Skipped,
            "Nobody is the identity broker on this desktop's bus at the moment.".to_owned(),
        ),
    };
    Check {
        name: "session-bus".to_owned(),
        outcome,
        message,
        report: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_broker_is_named() {
        let told = |json: &str| {
            let check = check(serde_json::from_str(json).unwrap());
            (check.outcome, check.message)
        };
        assert_eq!(
            told(r#"{"pid":1,"program":"/x","ours":true}"#).0,
            CheckOutcome::Passed
        );
        let (outcome, message) = told(r#"{"pid":7,"program":"/opt/other/broker","ours":false}"#);
        assert_eq!(outcome, CheckOutcome::Warning);
        assert!(
            message.contains("/opt/other/broker (process 7)"),
            "{message}"
        );
        assert_eq!(told("null").0, CheckOutcome::Skipped);
    }
}
