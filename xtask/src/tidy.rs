//! House rules that a machine can check. Each failure names the file and the rule.

use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::run::root;

/// Longest file, tests at its end not counted.
const MAX_LINES: usize = 400;

/// Rows of data are one concept however many they are.
const TABLES: &[&str] = &["shared/src/code/table.rs"];

/// Fails with the list of everything that is not as it should be.
pub(crate) fn check() -> Result {
    let mut complaints = Vec::new();
    for file in tracked()? {
        if file.contains("/vectors/") || file.contains("/fixtures/") {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(root().join(&file)) else {
            continue;
        };
        complaints.extend(
            about(&file, &text)
                .into_iter()
                .map(|complaint| format!("{file}: {complaint}")),
        );
    }
    if complaints.is_empty() {
        return Ok(());
    }
    for complaint in &complaints {
        println!("{complaint}");
    }
    Err(format!("tidy: {} complaints", complaints.len()).into())
}

fn tracked() -> Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files"])
        .current_dir(root())
        .output()?;
    Ok(String::from_utf8(output.stdout)?
        .lines()
        .map(str::to_owned)
        .collect())
}

fn about(file: &str, text: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    let source = Path::new(file).extension().is_some_and(|ending| {
        ["rs", "js", "css", "html"]
            .iter()
            .any(|known| ending == *known)
    });
    if !source || file == "xtask/src/tidy.rs" {
        return found;
    }
    let production = text
        .split("\n#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text);
    let test_file =
        file.contains("/tests/") || file.starts_with("tests/") || file.contains("/test/");
    if !test_file && !TABLES.contains(&file) && production.lines().count() > MAX_LINES {
        found.push("more than 400 lines: is it one concept?");
    }
    if text.lines().any(|line| line.ends_with([' ', '\t'])) {
        found.push("blanks at the end of a line");
    }
    if ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!("]
        .iter()
        .any(|mark| text.contains(mark))
    {
        found.push("an unfinished mark: open an issue instead");
    }
    if !test_file
        && ["thread::sleep", "time::sleep(Duration::from_millis"]
            .iter()
            .any(|call| production.contains(call))
        && !production.contains("backoff")
    {
        found.push("sleeps instead of waiting for a condition");
    }
    if !test_file
        && file.ends_with("/mod.rs")
        && production.lines().any(|line| {
            line.starts_with("fn ") || line.starts_with("pub fn ") || line.starts_with("async fn ")
        })
    {
        found.push("mod.rs declares; functions have files");
    }
    if production.contains("unsafe {") || production.contains("unsafe fn") {
        found.push("unsafe code");
    }
    if file.starts_with("broker/") && production.contains("dovetail_tenant")
        || file.starts_with("tenant/") && production.contains("dovetaild")
    {
        found.push("broker and tenant do not import each other");
    }
    found
}
