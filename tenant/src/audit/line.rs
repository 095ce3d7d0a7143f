//! A line: an event as JSON, its number, and the chain's hash behind it. The hash is of the line's own bytes, so that checking it
//! needs no agreement on how JSON is written.

use dovetail_shared::UnixTime;
use dovetail_shared::encode::hex_upper;
use dovetail_shared::id::TenantId;
use serde::Serialize;

use super::event::Event;
use crate::{ca, clock};

/// Stands before the hash.
const MARK: &str = ",\"chain\":\"";

/// Where a chain stands: the number of its last line, and the hash up to there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) number: u64,
    pub(crate) hash: Vec<u8>,
}

impl Default for Head {
    /// Before the first line.
    fn default() -> Self {
        Self {
            number: 0,
            hash: vec![0; 32],
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    n: u64,
    time: String,
    tenant: TenantId,
    #[serde(flatten)]
    event: &'a Event,
}

/// The line of an event, with its line break, and the head after it.
pub(super) fn seal(
    head: &Head,
    tenant: TenantId,
    event: &Event,
) -> Result<(String, Head), serde_json::Error> {
    let line = Line {
        n: head.number + 1,
        time: time(event.at),
        tenant,
        event,
    };
    let mut text = serde_json::to_string(&line)?;
    // The closing brace comes behind the hash.
    text.pop();
    let hash = ca::link(&head.hash, [text.as_str()]);
    text.push_str(MARK);
    text.push_str(&hex_upper(&hash));
    text.push_str("\"}\n");
    let head = Head {
        number: line.n,
        hash,
    };
    Ok((text, head))
}

/// Whether a line, without its break, goes on from `last`; gives its hash.
pub(super) fn follows(last: &[u8], line: &str) -> Option<Vec<u8>> {
    let (body, said) = parts(line)?;
    let hash = ca::link(last, [body]);
    (hex_upper(&hash) == said).then_some(hash)
}

/// The hash that a line names.
pub(super) fn said(line: &str) -> Option<Vec<u8>> {
    from_hex(parts(line)?.1)
}

fn parts(line: &str) -> Option<(&str, &str)> {
    let (body, rest) = line.rsplit_once(MARK)?;
    Some((body, rest.strip_suffix("\"}")?))
}

/// Bytes of a hash in hexadecimal.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 {
        return None;
    }
    let pairs = text.as_bytes().chunks_exact(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

fn time(at: UnixTime) -> String {
    clock::graph_form(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::event::Outcome;

    /// A chain of three lines, each of which goes on from the one before and from no other.
    #[test]
    fn a_line_goes_on_from_the_one_before() {
        let tenant = TenantId(uuid::Uuid::nil());
        let mut head = Head::default();
        let mut lines = Vec::new();
        for at in 1..=3 {
            let event = Event::new("refused", Outcome::Refused, UnixTime(at));
            let (line, next) = seal(&head, tenant, &event).unwrap();
            lines.push((head.hash.clone(), line.trim_end().to_owned()));
            head = next;
        }
        for (last, line) in &lines {
            assert!(follows(last, line).is_some());
            assert!(follows(last, &line.replace("refused", "granted")).is_none());
        }
        assert!(follows(&lines[0].0, &lines[1].1).is_none());
        assert_eq!(said(&lines[2].1), Some(head.hash));
        assert_eq!(head.number, 3);
    }
}
