//! The log, to be read: all chains in the order of time, and of all lines those that are wanted.

use std::iter::Peekable;
use std::path::Path;

use serde_json::Value;

use super::error::AuditError;
use super::files;
use super::read::lines;

/// Which lines.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// From this time on, as RFC 3339.
    pub(crate) since: Option<String>,
    /// Object id of a person, proved or claimed.
    pub(crate) user: Option<String>,
    /// Id of a device, proved or claimed.
    pub(crate) device: Option<String>,
}

impl Wanted {
    fn is(&self, line: &Value) -> bool {
        let says = |names: [&str; 2], wanted: &Option<String>| {
            wanted.as_deref().is_none_or(|wanted| {
                names
                    .iter()
                    .any(|name| line.get(name).and_then(Value::as_str) == Some(wanted))
            })
        };
        let time = line.get("time").and_then(Value::as_str);
        self.since
            .as_deref()
            .is_none_or(|since| time >= Some(since))
            && says(["user", "claimed_user"], &self.user)
            && says(["device", "claimed_device"], &self.device)
    }
}

/// Gives every line that is wanted to `print`: as it stands there, and as JSON.
pub(crate) fn show(
    data: &Path,
    wanted: &Wanted,
    mut print: impl FnMut(&str, &Value),
) -> Result<(), AuditError> {
    let folder = files::folder(data);
    let mut chains = Vec::new();
    for name in files::chains(&folder)? {
        chains.push(chain(&folder.join(name))?.peekable());
    }
    while let Some(next) = earliest(&mut chains) {
        let (text, line) = next?;
        if wanted.is(&line) {
            print(&text, &line);
        }
    }
    Ok(())
}

type Entry = Result<(String, Value), AuditError>;

/// A chain's lines. What is no JSON is left out: `verify` says so.
fn chain(folder: &Path) -> Result<impl Iterator<Item = Entry> + use<>, AuditError> {
    let paths: Vec<_> = files::numbers(folder)?
        .into_iter()
        .map(|number| files::path(folder, number))
        .collect();
    let all = paths.into_iter().flat_map(|path| {
        let (lines, failed) = match lines(&path) {
            Ok(lines) => (Some(lines), None),
            Err(error) => (None, Some(Err(error))),
        };
        failed.into_iter().chain(lines.into_iter().flatten())
    });
    Ok(all.filter_map(|line| match line {
        Ok(line) => serde_json::from_str(&line)
            .ok()
            .map(|value| Ok((line, value))),
        Err(error) => Some(Err(error)),
    }))
}

/// The entry of all chains that is the oldest.
fn earliest<I: Iterator<Item = Entry>>(chains: &mut [Peekable<I>]) -> Option<Entry> {
    let mut first: Option<(usize, String)> = None;
    for (at, chain) in chains.iter_mut().enumerate() {
        let time = match chain.peek() {
            Some(Ok((_, line))) => line.get("time").and_then(Value::as_str).unwrap_or_default(),
            // Failures first.
            Some(Err(_)) => "",
            None => continue,
        };
        if first
            .as_ref()
            .is_none_or(|(_, earliest)| time < earliest.as_str())
        {
            first = Some((at, time.to_owned()));
        }
    }
    chains.get_mut(first?.0)?.next()
}
