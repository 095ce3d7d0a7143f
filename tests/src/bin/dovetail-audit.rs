//! What Lighthouse says of the page, as JSON for `cargo xtask bench`: `dovetail-audit <folder of its npm packages>`.
//!
//! Lighthouse drives a Chromium of its own, without the extension, so it judges the page's first load: what everybody gets.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "ends where anything is wrong"
)]

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use dovetail_tests::tenant::Tenant;
use serde_json::{Value, json};
use url::Url;

/// A single run swings with the machine's load; the middle of a few is judged.
const RUNS: usize = 3;

fn main() -> ExitCode {
    let Some(packages) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: dovetail-audit <folder of Lighthouse's npm packages>");
        return ExitCode::from(2);
    };
    let dir = tempfile::tempdir().unwrap();
    let tenant = Tenant::start(dir.path(), &[]);
    let page = tenant.value("page");
    let mut runs: Vec<Value> = (0..RUNS)
        .map(|_| audit(&packages, dir.path(), page))
        .collect();
    let score = |run: &Value, category: &str| {
        run["categories"][category]["score"].as_f64().unwrap_or(0.0) * 100.0
    };
    runs.sort_by(|a, b| score(a, "performance").total_cmp(&score(b, "performance")));
    let middle = &runs[RUNS / 2];
    let requests = middle["audits"]["network-requests"]["details"]["items"]
        .as_array()
        .unwrap();
    let own = Url::parse(page).unwrap().origin();
    let foreign = requests
        .iter()
        .filter_map(|request| Url::parse(request["url"].as_str()?).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.origin() != own)
        .count();
    let bytes: u64 = requests
        .iter()
        .filter_map(|request| request["transferSize"].as_u64())
        .sum();
    println!(
        "{}",
        json!({
            "performance": score(middle, "performance"),
            "accessibility": score(middle, "accessibility"),
            "foreign_requests": foreign,
            "kilobytes": bytes / 1000,
        })
    );
    ExitCode::SUCCESS
}

fn audit(packages: &std::path::Path, dir: &std::path::Path, page: &str) -> Value {
    let report = dir.join("lighthouse.json");
    let output = Command::new("node")
        .arg(packages.join("node_modules/lighthouse/cli/index.js"))
        .arg(page)
        .args(["--quiet", "--only-categories=performance,accessibility"])
        .args(["--output=json", "--output-path"])
        .arg(&report)
        // The lab's CA is known to nobody; what is judged here is the page, not the certificate.
        .arg("--chrome-flags=--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync --ignore-certificate-errors")
        .env("CHROME_PATH", "/usr/bin/chromium")
        .env("HOME", dir)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "lighthouse: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap()
}
