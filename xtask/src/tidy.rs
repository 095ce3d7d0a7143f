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

/// Whether a line at the margin begins something that is more than a declaration. Words (`const`) are none.
fn defines(line: &str) -> bool {
    let line = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(") ").map_or("", |(_, rest)| rest),
        Some(rest) => rest.trim_start(),
        None => line,
    };
    [
        "fn ",
        "async fn ",
        "struct ",
        "enum ",
        "trait ",
        "impl",
        "static ",
        "macro_rules!",
    ]
    .iter()
    .any(|start| line.starts_with(start))
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
    if !test_file && file.ends_with("/mod.rs") && production.lines().any(defines) {
        found.push("mod.rs declares; what it declares has files");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folders_file_declares_and_nothing_else() {
        for good in [
            "mod a;",
            "pub(crate) use a::fn_b;",
            "const A: u8 = 1;",
            "    fn inside() {}",
            "//! fn x",
        ] {
            assert!(about("a/src/b/mod.rs", good).is_empty(), "{good}");
        }
        for wrong in [
            "fn a() {}",
            "pub(super) async fn a() {}",
            "pub struct A;",
            "enum A {}",
            "impl A {}",
            "impl<T> A<T> {}",
            "pub(in crate::a) trait B {}",
        ] {
            assert!(!about("a/src/b/mod.rs", wrong).is_empty(), "{wrong}");
            assert!(about("a/src/b/c.rs", wrong).is_empty(), "{wrong}");
        }
    }
}
