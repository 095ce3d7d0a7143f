//! `dovetail-host` beside a bare Rust host, both with an instant broker behind them.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::figure::{Figure, median, proc_mib};
use super::pipe::{Host, instant_broker};
use crate::Result;
use crate::run::{cargo, root, run, target};

const COLD_RUNS: usize = 60;
const WARM_RUNS: usize = 3000;
const REQUEST: &[u8] = br#"{"v":1,"id":"5f0c1a52-3a4f-4a7e-9d0e-0d6c1d3b7a11","type":"cookie","deadline_ms":10000,"body":{"url":"https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=4765445b-32c6-49b0-83e6-1d93765276ca&response_type=code&sso_nonce=AwABEgEAAAADAOz"}}"#;
/// Two mebibytes for the program, three for what it keeps in memory.
const SIZE_LIMIT: f64 = 2.0;
const RESIDENT_LIMIT: f64 = 3.0;
/// Times the bare host, in a cookie's round trip, from start to first answer, and in memory.
const RATIO: f64 = 1.3;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let dir = target().join("bench");
    std::fs::create_dir_all(&dir)?;
    let bare = dir.join("bare-host");
    run(Command::new("rustc")
        .args(["--edition", "2024", "-O", "-C", "strip=symbols", "-o"])
        .arg(&bare)
        .arg(root().join("xtask/bench/bare_host.rs")))?;
    // A host that is shipped listens to no environment, so this one is built to: same profile, debug assertions on for the override alone.
    let ours = target().join("bench/overridable/dist/dovetail-host");
    run(cargo()
        .args([
            "build",
            "--quiet",
            "--profile",
            "dist",
            "-p",
            "dovetail-host",
            "--target-dir",
        ])
        .arg(target().join("bench/overridable"))
        .env("CARGO_PROFILE_DIST_DEBUG_ASSERTIONS", "true"))?;
    let socket = dir.join("broker.sock");
    if socket.exists() {
        std::fs::remove_file(&socket)?;
    }
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
    let (warm, resident) = warm_run(&mut start_ours())?;
    let (warm_bare, resident_bare) = warm_run(&mut start_bare())?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "a program is no larger than 2^52 bytes"
    )]
    let size = std::fs::metadata(target().join("dist/dovetail-host"))?.len() as f64 / 1_048_576.0;
    let (cold, cold_bare) = (median(cold), median(cold_bare));
    Ok(vec![
        Figure::at_most("host: program", size, SIZE_LIMIT, "MiB"),
        Figure::at_most("host: resident", resident, RESIDENT_LIMIT, "MiB"),
        Figure::at_most(
            "host: resident, times the bare host",
            resident / resident_bare,
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
        Figure::shown("host: warm round trip", warm * 1e3, "ms"),
        Figure::at_most(
            "host: warm round trip, times the bare host",
            warm / warm_bare,
            RATIO,
            "×",
        ),
    ])
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

fn warm_run(command: &mut Command) -> Result<(f64, f64)> {
    let mut host = Host::start(command)?;
    let mut seconds = Vec::with_capacity(WARM_RUNS);
    for _ in 0..WARM_RUNS {
        let start = Instant::now();
        host.round_trip(REQUEST)?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    let resident = proc_mib(host.pid(), "status", "VmRSS")?;
    host.stop()?;
    Ok((median(seconds), resident))
}
