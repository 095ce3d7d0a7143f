//! `fuzz`: the targets under libFuzzer, by the project's own compiler.
//!
//! Coverage is asked for by flags that a stable compiler takes, so no other is needed (cargo-fuzz wants a nightly one).

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use clap::Args;

use crate::Result;
use crate::run::{cargo, line, program, root, run, target};

/// Edges are counted, and what is compared is told to the fuzzer.
const COVERAGE: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// Longest input, in bytes.
const LONGEST: u32 = 16 * 1024;

/// Options of `cargo xtask fuzz`.
#[derive(Debug, Args)]
pub(crate) struct Fuzz {
    /// Targets, by name [default: all of them]
    targets: Vec<String>,
    /// How often each is run; without it, for how long counts alone
    #[arg(long)]
    runs: Option<u64>,
    /// For how long each is run at most [default: 60, or as long as the runs take]
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<u64>,
}

impl Fuzz {
    pub(crate) fn run(self) -> Result {
        let known = targets()?;
        if let Some(name) = self.targets.iter().find(|name| !known.contains(name)) {
            return Err(format!("{name} is no target; there are {}", known.join(", ")).into());
        }
        let chosen = if self.targets.is_empty() {
            &known
        } else {
            &self.targets
        };
        let fuzzer = build()?;
        let mut broken = Vec::new();
        println!("target                       runs     kept  seconds  MiB");
        for name in chosen {
            if !self.fuzz(&fuzzer, name)? {
                broken.push(name.as_str());
            }
        }
        if broken.is_empty() {
            Ok(())
        } else {
            Err(format!("broken: {}; see target/fuzz/crashes", broken.join(", ")).into())
        }
    }

    /// Runs one target and prints its row; whether it bore everything.
    fn fuzz(&self, fuzzer: &Path, name: &str) -> Result<bool> {
        let logs = target().join("fuzz/logs");
        std::fs::create_dir_all(&logs)?;
        let file = logs.join(name);
        let mut command = self.command(fuzzer, name)?;
        let begin = Instant::now();
        let status = command
            .stderr(File::create(&file)?)
            .status()
            .map_err(|error| format!("{} could not be started: {error}", line(&command)))?;
        // Bytes that a panic quotes may be no text.
        let log = String::from_utf8_lossy(&std::fs::read(&file)?).into_owned();
        println!(
            "{name:<22} {:>10} {:>8} {:>8} {:>4}",
            figure(&log, "number_of_executed_units"),
            figure(&log, "new_units_added"),
            begin.elapsed().as_secs(),
            figure(&log, "peak_rss_mb"),
        );
        if !status.success() {
            println!("  {status}; all of it is in {}", file.display());
            for line in cause(&log) {
                println!("  {line}");
            }
            if let Some(bytes) = written(&log) {
                let fuzzer = fuzzer.display();
                println!(
                    "  {bytes} breaks it; smaller:\n  DOVETAIL_FUZZ={name} {fuzzer} -minimize_crash=1 -runs=100000 \
                     -exact_artifact_path={bytes}.small {bytes}"
                );
            }
        }
        Ok(status.success())
    }

    fn command(&self, fuzzer: &Path, name: &str) -> Result<Command> {
        let found = target().join("fuzz/corpus").join(name);
        let crashes = target().join("fuzz/crashes").join(name);
        std::fs::create_dir_all(&found)?;
        std::fs::create_dir_all(&crashes)?;
        let seconds = match (self.runs, self.seconds) {
            (_, Some(seconds)) => seconds,
            (Some(_), None) => 0,
            (None, None) => 60,
        };
        let mut command = program(fuzzer);
        command
            .env("DOVETAIL_FUZZ", name)
            .arg(format!("-max_len={LONGEST}"))
            .args(["-timeout=10", "-rss_limit_mb=2048"])
            .args(["-print_final_stats=1", "-print_funcs=0", "-verbosity=0"])
            .arg(format!("-artifact_prefix={}/", crashes.display()))
            .args(self.runs.map(|runs| format!("-runs={runs}")))
            .arg(format!("-max_total_time={seconds}"))
            // What it finds goes into the first folder.
            .arg(found)
            .arg(root().join("fuzz/corpus").join(name));
        Ok(command)
    }
}

/// A number of libFuzzer's last lines (`stat::peak_rss_mb:   38`); none where it was ended before it said them.
fn figure<'a>(log: &'a str, name: &str) -> &'a str {
    log.lines()
        .filter_map(|line| line.strip_prefix("stat::")?.split_once(':'))
        .find_map(|(found, number)| (found == name).then(|| number.trim()))
        .unwrap_or("-")
}

/// What a broken target says of it, without the stack.
fn cause(log: &str) -> Vec<&str> {
    let begins = |line: &&str| line.contains("panicked at") || line.contains("ERROR: libFuzzer");
    let from = log.lines().skip_while(|line| !begins(line));
    from.take_while(|line| *line != "stack backtrace:")
        .take(5)
        .collect()
}

/// The file that the bytes are in which broke a target.
fn written(log: &str) -> Option<&str> {
    log.lines()
        .find_map(|line| Some(line.split_once("Test unit written to ")?.1))
}

/// Each has a folder of samples (`fuzz/tests/` sees to it).
fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root().join("fuzz/corpus"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Builds the one program of all targets, with coverage in every crate.
fn build() -> Result<PathBuf> {
    let about = Command::new("rustc")
        .arg("-vV")
        .current_dir(root())
        .output()?;
    let about = String::from_utf8(about.stdout)?;
    let host = about
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .ok_or("rustc does not say what it builds for")?;
    // The target is named so that build scripts and macros are built without: they would miss the fuzzer.
    run(cargo()
        .args(["build", "--release", "--target", host])
        .args(["--manifest-path", "fuzz/libfuzzer/Cargo.toml"])
        .env("CARGO_TARGET_DIR", target().join("fuzz/build"))
        .env("RUSTFLAGS", COVERAGE.join(" ")))?;
    let folder = target().join("fuzz/build").join(host).join("release");
    Ok(folder.join("dovetail-libfuzzer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figures are libFuzzer's, and of a broken target the cause is shown without what stands around it.
    #[test]
    fn a_row_says_how_much_was_run_and_what_broke() {
        let log = "INFO: seed corpus: files: 4\n\
                   thread '<unnamed>' (1) panicked at shared/src/name.rs:7:9:\n\
                   assertion failed: whole\n\
                   stack backtrace:\n\
                   0: main\n\
                   SUMMARY: libFuzzer: deadly signal\n\
                   artifact_prefix='x/'; Test unit written to x/crash-1\n\
                   Base64: YQ==\n\
                   stat::number_of_executed_units: 261923\n\
                   stat::peak_rss_mb:              232\n";
        assert_eq!(figure(log, "number_of_executed_units"), "261923");
        assert_eq!(figure(log, "peak_rss_mb"), "232");
        assert_eq!(figure(log, "new_units_added"), "-");
        assert_eq!(
            cause(log),
            [
                "thread '<unnamed>' (1) panicked at shared/src/name.rs:7:9:",
                "assertion failed: whole",
            ]
        );
        assert_eq!(written(log), Some("x/crash-1"));
    }
}
