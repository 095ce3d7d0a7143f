//! The audit log as a file of lines, read by nothing that wrote it.

use std::collections::BTreeMap;
use std::path::Path;

use aws_lc_rs::digest;
use dovetail_shared::encode::hex_upper;
use serde_json::Value;

use crate::tenant::Tenant;
use crate::wait;

/// The files of a data directory's chains, each chain's in order.
fn chains(data: &Path) -> Vec<Vec<String>> {
    let Ok(folders) = std::fs::read_dir(data.join("audit")) else {
        return Vec::new();
    };
    let mut chains = Vec::new();
    for folder in folders {
        let mut files: Vec<_> = std::fs::read_dir(folder.unwrap().path())
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|file| file.extension().is_some_and(|end| end == "jsonl"))
            .collect();
        files.sort();
        chains.push(
            files
                .iter()
                .map(|file| std::fs::read_to_string(file).unwrap())
                .collect(),
        );
    }
    chains
}

/// Every whole line.
pub fn lines(data: &Path) -> Vec<Value> {
    let mut lines = Vec::new();
    for text in chains(data).iter().flatten() {
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        lines.extend(
            whole
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap()),
        );
    }
    lines
}

/// Each chain is one: SHA-256 over the hash before, and the line up to its own hash with a line break.
fn assert_chained(data: &Path) {
    for files in chains(data) {
        let mut last = vec![0; 32];
        for line in files.iter().flat_map(|text| text.lines()) {
            let Some((body, rest)) = line.rsplit_once(",\"chain\":\"") else {
                break;
            };
            let mut context = digest::Context::new(&digest::SHA256);
            context.update(&last);
            context.update(body.as_bytes());
            context.update(b"\n");
            last = context.finish().as_ref().to_vec();
            assert_eq!(rest, hex_upper(&last) + "\"}", "{line}");
        }
    }
}

/// [OP-03] Each request that was refused has one line, and none of what was sent is in any.
pub fn holds_what_was_refused(tenant: &Tenant) {
    let refused = tenant.sent().refused();
    // Of two servers on one folder, the one that goes first takes it along.
    if !tenant.data().exists() {
        return;
    }
    let lines = wait::until("every refusal to stand in the log", || {
        let lines = lines(tenant.data());
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for line in lines.iter().filter(|line| line["event"] == "refused") {
            *counts
                .entry(line["request"].as_str().unwrap_or_default())
                .or_default() += 1;
        }
        // Where there were too many, they were counted.
        let lost = lines
            .iter()
            .any(|line| line["event"] == "audit.lost" || line["count"].is_u64());
        let mut there = true;
        for (id, status) in &refused {
            match counts.get(id.as_str()) {
                Some(1) => {}
                None if lost && *status == 429 => {}
                None => there = false,
                Some(more) => panic!("{more} lines for one request: {id}"),
            }
        }
        there.then_some(lines)
    });
    assert_chained(tenant.data());
    let texts: Vec<String> = lines.iter().map(Value::to_string).collect();
    for secret in tenant.sent().secrets() {
        let line = texts.iter().find(|line| line.contains(&secret));
        assert_eq!(line, None, "{secret}");
    }
}
