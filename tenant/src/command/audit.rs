//! `dovetail-tenant audit …`

use std::path::Path;

use clap::Subcommand;
use dovetail_shared::id::DeviceId;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::args::Failure;
use super::out::line;
use crate::account::user_by_upn;
use crate::audit::{Wanted, anchors, show, verify};
use crate::clock;
use crate::store::Store;

/// Fields that stand at the front of a line for people, or are of no use to them.
const ELSEWHERE: &[&str] = &[
    "n", "time", "tenant", "event", "outcome", "chain", "previous", "reason",
];

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Whether nothing was changed, removed or put in another order
    Verify,
    /// Show lines, the oldest first
    Show {
        /// From this time on: 2026-11-25T15:04:05Z, or so many hours ago: 24h
        #[arg(long, value_name = "TIME", value_parser = since)]
        since: Option<String>,
        /// Of this person: someone@domain, or an object id
        #[arg(long)]
        user: Option<String>,
        /// Of this device
        #[arg(long)]
        device: Option<DeviceId>,
        /// As they stand in the log
        #[arg(long)]
        json: bool,
    },
}

impl Audit {
    /// `elsewhere`: other servers' chains may be in the same database and not in this folder.
    pub(super) async fn run(
        self,
        data: &Path,
        store: &Store,
        elsewhere: bool,
    ) -> Result<(), Failure> {
        match self {
            Self::Verify => check(data, store, elsewhere).await,
            Self::Show {
                since,
                user,
                device,
                json,
            } => {
                let wanted = Wanted {
                    since,
                    user: match user {
                        Some(name) if name.contains('@') => {
                            let user = user_by_upn(store, &name).await?;
                            let user = user.ok_or_else(|| format!("there is no user {name}"))?;
                            Some(user.id.to_string())
                        }
                        other => other,
                    },
                    device: device.map(|device| device.to_string()),
                };
                let print = |text: &str, value: &Value| {
                    if json {
                        line(text);
                    } else {
                        line(&for_people(value));
                    }
                };
                Ok(show(data, &wanted, print)?)
            }
        }
    }
}

async fn check(data: &Path, store: &Store, elsewhere: bool) -> Result<(), Failure> {
    let verified = verify(data, &anchors(store).await?)?;
    for finding in &verified.findings {
        line(&finding.to_string());
    }
    for chain in &verified.elsewhere {
        line(&format!(
            "{chain}: known to the database, and not in this folder"
        ));
    }
    let missing = if elsewhere {
        0
    } else {
        verified.elsewhere.len()
    };
    match verified.findings.len() + missing {
        0 => {
            line(&format!(
                "{} lines in {} chains are as they were written",
                verified.lines, verified.chains
            ));
            Ok(())
        }
        1 => Err("the audit log is not as it was written: 1 finding".into()),
        many => Err(format!("the audit log is not as it was written: {many} findings").into()),
    }
}

/// Time, event, outcome, the other fields by name, and the reason at the end.
fn for_people(line: &Value) -> String {
    let text = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut words = vec![
        text("time").to_owned(),
        text("event").to_owned(),
        text("outcome").to_owned(),
    ];
    for (name, value) in line.as_object().into_iter().flatten() {
        if !ELSEWHERE.contains(&name.as_str()) {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            words.push(format!("{name}={}", value.replace(char::is_control, "?")));
        }
    }
    words.push(text("reason").to_owned());
    words.join("  ").trim_end().to_owned()
}

/// RFC 3339 in UTC, whole seconds: as it stands in the log.
fn since(text: &str) -> Result<String, String> {
    if let Some(hours) = text
        .strip_suffix('h')
        .and_then(|hours| hours.parse::<i64>().ok())
    {
        return Ok(clock::graph_form(
            clock::now().plus(-hours.saturating_mul(3600)),
        ));
    }
    let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|error| error.to_string())?;
    let time = dovetail_shared::UnixTime(time.unix_timestamp());
    Ok(clock::graph_form(time))
}
