//! `fuzz`: the targets under libFuzzer, by the project's own compiler.
//!
//! Coverage is asked for by flags that a stable compiler takes, so no other is needed (cargo-fuzz wants a nightly one).

use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::Result;
use crate::run::{cargo, program, root, run, target};

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
        for name in chosen {
            if let Err(error) = run(&mut self.command(&fuzzer, name)?) {
                println!("{name}: {error}");
                broken.push(name.as_str());
            }
        }
        if broken.is_empty() {
            Ok(())
        } else {
            Err(format!("broken: {}; see target/fuzz/crashes", broken.join(", ")).into())
        }
    }

    fn command(&self, fuzzer: &PathBuf, name: &str) -> Result<Command> {
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
            .args(["-print_final_stats=1", "-verbosity=0"])
            .arg(format!("-artifact_prefix={}/", crashes.display()))
            .args(self.runs.map(|runs| format!("-runs={runs}")))
            .arg(format!("-max_total_time={seconds}"))
            // What it finds goes into the first folder.
            .arg(found)
            .arg(root().join("fuzz/corpus").join(name));
        Ok(command)
    }
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
