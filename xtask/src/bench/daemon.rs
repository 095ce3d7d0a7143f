//! The daemon at rest: how soon it listens, what it weighs, whether it sleeps.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::figure::{Figure, median, proc_mib};
use crate::Result;
use crate::run::{find, root, target};

const STARTS: usize = 20;
const LISTEN_LIMIT_MS: f64 = 25.0;
const PSS_LIMIT: f64 = 6.0;
const EXPOSURE_LIMIT: f64 = 2.0;
/// How long it is watched for wake-ups.
const WATCH: Duration = Duration::from_secs(5);

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let dir = std::env::temp_dir().join(format!("dovetail-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let config = dir.join("dovetail.toml");
    std::fs::write(&config, configuration(&dir))?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let (mut child, seconds) = start(&config, &dir.join("d.sock"))?;
        starts.push(seconds * 1e3);
        stop(&mut child)?;
    }
    let (mut child, _) = start(&config, &dir.join("d.sock"))?;
    // The connection that showed that it listens is still being taken down: idle begins when nothing moved for half a second.
    let mut before = switches(child.id())?;
    loop {
        std::thread::park_timeout(Duration::from_millis(500));
        let now = switches(child.id())?;
        if now.total_cmp(&before).is_eq() {
            break;
        }
        before = now;
    }
    std::thread::park_timeout(WATCH);
    let wakeups = switches(child.id())? - before;
    let pss = proc_mib(child.id(), "smaps_rollup", "Pss")?;
    stop(&mut child)?;
    std::fs::remove_dir_all(&dir)?;
    let mut figures = vec![
        Figure::at_most(
            "daemon: start to listening, median",
            median(starts),
            LISTEN_LIMIT_MS,
            "ms",
        ),
        Figure::at_most(
            "daemon: idle, proportional set size",
            pss * 1.048_576,
            PSS_LIMIT,
            "MB",
        ),
        Figure::at_most("daemon: wake-ups in five idle seconds", wakeups, 0.0, ""),
    ];
    figures.extend(exposure()?);
    Ok(figures)
}

/// The configuration of a daemon that keeps everything in `dir` and has nothing to do.
///
/// A TPM that is not there: a daemon that waited for it could not listen in time.
pub(crate) fn configuration(dir: &Path) -> String {
    format!(
        "[tenant]\nauthority = \"https://login.dovetail.localhost:1/common\"\ndrs = \"https://enterpriseregistration.dovetail.localhost:1\"\n\
         [portal]\norigins = []\n[daemon]\nsocket = \"{}\"\nstate_dir = \"{}\"\nhealth_socket = \"{}\"\ntcti = \"swtpm:host=127.0.0.1,port=1\"\n",
        dir.join("d.sock").display(),
        dir.join("state").display(),
        dir.join("h.sock").display()
    )
}

fn start(config: &Path, socket: &Path) -> Result<(Child, f64)> {
    let begin = Instant::now();
    let mut child = Command::new(target().join("dist/dovetaild"))
        .arg("--config")
        .arg(config)
        .stderr(Stdio::null())
        .spawn()?;
    while UnixStream::connect(socket).is_err() {
        if let Some(status) = child.try_wait()? {
            return Err(format!("dovetaild ended with {status}").into());
        }
        if begin.elapsed() > Duration::from_secs(10) {
            return Err("dovetaild does not listen after 10 s".into());
        }
        std::thread::yield_now();
    }
    Ok((child, begin.elapsed().as_secs_f64()))
}

fn stop(child: &mut Child) -> Result {
    Command::new("kill").arg(child.id().to_string()).status()?;
    child.wait()?;
    Ok(())
}

/// Voluntary context switches of all threads: each is a time that something woke up.
fn switches(pid: u32) -> Result<f64> {
    let mut sum = 0.0;
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let status = std::fs::read_to_string(thread?.path().join("status"))?;
        let count = status
            .lines()
            .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))
            .unwrap_or("0");
        sum += count.trim().parse::<f64>()?;
    }
    Ok(sum)
}

/// What `systemd-analyze security` thinks of the unit, where systemd is installed.
fn exposure() -> Result<Option<Figure>> {
    if find("systemd-analyze").is_none() {
        println!("  systemd-analyze is not installed: the unit's exposure is not measured");
        return Ok(None);
    }
    let output = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager"])
        .arg(root().join("broker/daemon/dist/dovetaild.service"))
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let level = text.lines().find_map(|line| {
        line.split("exposure level for")
            .nth(1)?
            .split(": ")
            .nth(1)?
            .split(' ')
            .next()?
            .parse()
            .ok()
    });
    Ok(level.map(|level: f64| {
        Figure::at_most(
            "daemon: systemd-analyze security",
            level,
            EXPOSURE_LIMIT,
            "",
        )
    }))
}
