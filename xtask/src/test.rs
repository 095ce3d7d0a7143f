//! `test`: every test there is, and a count of them at the end.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use clap::Args;

use crate::Result;
use crate::demo::prepare;
use crate::run::{cargo, line, path, program, root, target};
use crate::setup::Scope;

/// Options of `cargo xtask test`.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Only the tests that need no browser
    #[arg(long)]
    no_browsers: bool,
    /// Passed on to the test runner: parts of test names
    filter: Vec<String>,
}

/// Stories of the tenant that are told on PostgreSQL, too, so that each group of its tables is written and read there. All the others
/// can be: `DOVETAIL_TESTS_DATABASE=postgres cargo test -p dovetail-tests --test tenant`.
const ON_POSTGRES: &[&str] = &[
    "device_code::",
    "documents::",
    "federation_settings::",
    "graph::",
    "groups::",
    "hello::",
    "hello_ends::",
    "hello_graph::",
    "leaving::",
    "mdm_policy::",
    "mdm_session::",
    "policy_access::",
    "prt_state::",
    "registering::",
    "second_factor::",
    "signing_out::",
    "spa::",
    "token::",
    "upgrade::",
];

/// How many tests went how.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Test {
    pub(crate) fn run(self) -> Result {
        prepare(Scope::Everything)?;
        if self.filter.is_empty() {
            crate::extension::lint()?;
        }
        let mut tally = Tally::default();
        let mut broken = Vec::new();
        for mut command in self.commands() {
            let (part, ok) = counted(&mut command)?;
            tally.passed += part.passed;
            tally.failed += part.failed;
            tally.skipped += part.skipped;
            if !ok {
                broken.push(line(&command));
            }
        }
        for command in &broken {
            println!("failed: {command}");
        }
        let Tally {
            passed,
            failed,
            skipped,
        } = tally;
        println!("{passed} passed, {failed} failed, {skipped} skipped");
        match (broken.is_empty(), passed) {
            (true, 1..) => Ok(()),
            (true, _) => Err("no test ran".into()),
            (false, _) => Err("tests failed".into()),
        }
    }

    /// The runners take one part of a name each, so every part has its own run.
    fn commands(&self) -> Vec<Command> {
        if self.filter.is_empty() {
            let mut extension = program("node");
            extension.args(["--test", "--test-reporter=tap", "extension/test/"]);
            return std::iter::once(extension)
                .chain(self.of_cargo(None))
                .chain((!self.no_browsers).then(on_postgres))
                .collect();
        }
        let parts = self.filter.iter();
        parts.flat_map(|part| self.of_cargo(Some(part))).collect()
    }

    fn of_cargo(&self, part: Option<&String>) -> [Command; 2] {
        let mut crates = cargo();
        crates.args(["test", "--workspace", "--exclude", "dovetail-tests"]);
        let mut stories = cargo();
        stories.args(["test", "--package", "dovetail-tests"]);
        if self.no_browsers {
            stories.args(["--lib", "--test", "pair"]);
        }
        for command in [&mut crates, &mut stories] {
            command.arg("--no-fail-fast").args(part);
            surround(command);
        }
        [crates, stories]
    }
}

fn on_postgres() -> Command {
    let mut command = cargo();
    command
        .args([
            "test",
            "--package",
            "dovetail-tests",
            "--test",
            "tenant",
            "--",
        ])
        .args(ON_POSTGRES)
        .env("DOVETAIL_TESTS_DATABASE", "postgres");
    surround(&mut command);
    command
}

/// What tests find around them.
fn surround(command: &mut Command) {
    command
        .env("PATH", path())
        // Everything was installed before: a test that finds a tool missing fails instead of being skipped.
        .env("CI", "true")
        .env("DOVETAIL_BIN_DIR", target().join("debug"))
        .current_dir(root());
}

/// Runs a test runner, shows its output as it comes, and counts.
fn counted(command: &mut Command) -> Result<(Tally, bool)> {
    println!("  $ {}", line(command));
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        for text in BufReader::new(output).lines() {
            let text = text?;
            println!("{text}");
            tally.count(&text);
        }
    }
    Ok((tally, child.wait()?.success()))
}

impl Tally {
    /// Counts the closing lines of cargo's test runner and of Node's.
    fn count(&mut self, text: &str) {
        let number = |after: &str| {
            text.strip_prefix(after)
                .and_then(|rest| rest.trim().parse::<u64>().ok())
        };
        if let Some(rest) = text.strip_prefix("test result: ") {
            let mut words = rest
                .split([' ', ';', '.'])
                .filter(|word| !word.is_empty())
                .peekable();
            while let Some(word) = words.next() {
                let Ok(count) = word.parse::<u64>() else {
                    continue;
                };
                match words.peek() {
                    Some(&"passed") => self.passed += count,
                    Some(&"failed") => self.failed += count,
                    Some(&"ignored") => self.skipped += count,
                    _ => {}
                }
            }
        } else if let Some(count) = number("# pass ") {
            self.passed += count;
        } else if let Some(count) = number("# fail ") {
            self.failed += count;
        } else if let Some(count) = number("# skipped ") {
            self.skipped += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_both_runners_are_counted() {
        let mut tally = Tally::default();
        for line in [
            "test result: ok. 21 passed; 0 failed; 2 ignored; 0 measured; 3 filtered out; finished in 0.00s",
            "test result: FAILED. 1 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
            "# pass 7",
            "# fail 1",
            "# skipped 0",
            "# passing notes",
        ] {
            tally.count(line);
        }
        assert_eq!((tally.passed, tally.failed, tally.skipped), (29, 5, 2));
    }
}
