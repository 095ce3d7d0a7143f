//! `dovetail-host` beside a bare Rust host, both with an instant broker behind them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use super::figure::{Figure, median, proc_mib};
use super::pipe::{Host, instant_broker};
use crate::Result;
use crate::run::{cargo, root, run, target};

const COLD_RUNS: usize = 60;
/// Both hosts are measured in turns, so many times, and the middle one of the ratios counts: what else the machine does falls on both.
const ROUNDS: usize = 15;
/// Turns in a round, and round trips in a turn.
const TURNS: usize = 20;
const TURN: usize = 50;
const REQUEST: &[u8] = br#"{"v":1,"id":"5f0c1a52-3a4f-4a7e-9d0e-0d6c1d3b7a11","type":"cookie","deadline_ms":10000,"body":{"url":"https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=4765445b-32c6-49b0-83e6-1d93765276ca&response_type=code&sso_nonce=AwABEgEAAAADAOz"}}"#;
/// Two mebibytes for the program, three for what it keeps in memory.
const SIZE_LIMIT: f64 = 2.0;
const RESIDENT_LIMIT: f64 = 3.0;
/// Times the bare host, from start to first answer, and in memory.
const RATIO: f64 = 1.3;
/// Times the bare host, in a cookie's round trip.
const WARM_RATIO: f64 = 1.2;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let dir = target().join("bench");
    std::fs::create_dir_all(&dir)?;
    let bare = dir.join("bare-host");
    run(Command::new("rustc")
        .args(["--edition", "2024", "-O", "-C", "strip=symbols", "-o"])
        .arg(&bare)
        .arg(root().join("xtask/bench/bare_host.rs")))?;
    let ours = overridable()?;
    let socket = dir.join("broker.sock");
    if socket.exists() {
        std::fs::remove_file(&socket)?;
    }
    let _here = Pinned::here();
    instant_broker(&socket)?;
    let start_ours = || our_command(&ours, &socket);
    let start_bare = || {
        let mut command = Command::new(&bare);
        command.arg(&socket);
        command
    };
    let (mut cold, mut cold_bare) = (Vec::new(), Vec::new());
    for _ in 0..COLD_RUNS {
        cold.push(first_answer(&mut start_ours())?);
        cold_bare.push(first_answer(&mut start_bare())?);
    }
    let warm = warm_rounds(&start_ours, &start_bare)?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "a program is no larger than 2^52 bytes"
    )]
    let size = std::fs::metadata(target().join("dist/dovetail-host"))?.len() as f64 / 1_048_576.0;
    let (cold, cold_bare) = (median(cold), median(cold_bare));
    Ok(vec![
        Figure::at_most("host: program", size, SIZE_LIMIT, "MiB"),
        Figure::at_most("host: resident", warm.resident, RESIDENT_LIMIT, "MiB"),
        Figure::at_most(
            "host: resident, times the bare host",
            warm.resident / warm.resident_bare,
            RATIO,
            "×",
        ),
        Figure::shown("host: start to first answer", cold * 1e3, "ms"),
        Figure::at_most(
            "host: start to first answer, times the bare host",
            cold / cold_bare,
            RATIO,
            "×",
        ),
        Figure::shown("host: warm round trip", warm.seconds * 1e3, "ms"),
        Figure::at_most(
            "host: warm round trip, times the bare host",
            warm.ratio,
            WARM_RATIO,
            "×",
        ),
    ])
}

/// The host as it is shipped, but that it may be told another socket.
///
/// One that is shipped listens to no environment, so this one is built to: same profile, debug assertions on for the override alone.
pub(super) fn overridable() -> Result<PathBuf> {
    let dir = target().join("bench/overridable");
    run(cargo()
        .args(["build", "--quiet", "--profile", "dist"])
        .args(["-p", "dovetail-host", "--target-dir"])
        .arg(&dir)
        .env("CARGO_PROFILE_DIST_DEBUG_ASSERTIONS", "true"))?;
    Ok(dir.join("dist/dovetail-host"))
}

/// On one processor, with everything that is started meanwhile: whether a wake-up crosses to another one costs more than the hosts
/// themselves, and falls now on this one and now on that.
struct Pinned(usize);

impl Pinned {
    fn here() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::to("0");
        Self(processors)
    }

    fn to(list: &str) {
        let pinned = Command::new("taskset")
            .args(["-c", "-p", list, &std::process::id().to_string()])
            .stdout(std::process::Stdio::null())
            .status();
        if !pinned.is_ok_and(|status| status.success()) {
            println!("  taskset (util-linux) did not pin: ratios of round trips may be far off");
        }
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        Self::to(&format!("0-{}", self.0.saturating_sub(1)));
    }
}

fn our_command(program: &Path, socket: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .arg("/manifest.json")
        .arg("dovetail@extension")
        .env("DOVETAIL_SOCKET", socket);
    command
}

fn first_answer(command: &mut Command) -> Result<f64> {
    let start = Instant::now();
    let mut host = Host::start(command)?;
    host.round_trip(REQUEST)?;
    let seconds = start.elapsed().as_secs_f64();
    host.stop()?;
    Ok(seconds)
}

/// What round trips cost when everything runs already.
struct Warm {
    /// Ours, the middle of all.
    seconds: f64,
    /// Times the bare host's, the middle of all rounds.
    ratio: f64,
    resident: f64,
    resident_bare: f64,
}

fn warm_rounds(ours: &dyn Fn() -> Command, bare: &dyn Fn() -> Command) -> Result<Warm> {
    let (mut seconds, mut ratios) = (Vec::new(), Vec::new());
    let (mut resident, mut resident_bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        // New processes each time: where they happen to lie in memory and in caches is part of what varies.
        let (mut one, mut other) = (Host::start(&mut ours())?, Host::start(&mut bare())?);
        let (mut taken, mut taken_bare) = (Vec::new(), Vec::new());
        for turn in 0..=TURNS {
            let (a, b) = (turn_of(&mut one)?, turn_of(&mut other)?);
            // The first turn warms up.
            if turn > 0 {
                taken.extend(a);
                taken_bare.extend(b);
            }
        }
        ratios.push(median(taken.clone()) / median(taken_bare));
        seconds.extend(taken);
        resident.push(proc_mib(one.pid(), "status", "VmRSS")?);
        resident_bare.push(proc_mib(other.pid(), "status", "VmRSS")?);
        one.stop()?;
        other.stop()?;
    }
    Ok(Warm {
        seconds: median(seconds),
        ratio: median(ratios),
        resident: median(resident),
        resident_bare: median(resident_bare),
    })
}

fn turn_of(host: &mut Host) -> Result<Vec<f64>> {
    let mut seconds = Vec::with_capacity(TURN);
    for _ in 0..TURN {
        let start = Instant::now();
        host.round_trip(REQUEST)?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    Ok(seconds)
}
