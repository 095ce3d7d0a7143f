//! A program that the lab started: ended when its handle goes.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

/// A running program and where it writes.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts it, its output going to `log`.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let file = File::options().create(true).append(true).open(log).unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn();
        let child = child.unwrap_or_else(|error| {
            panic!(
                "{} could not be started: {error}",
                command.get_program().to_string_lossy()
            )
        });
        Self {
            child,
            log: log.to_owned(),
        }
    }

    /// Whether it has ended, and how.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote so far.
    pub fn output(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Power off: no goodbye.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, and waits until it has.
    pub fn stop(&mut self) {
        if self.ended().is_none() {
            Command::new("kill")
                .arg(self.pid().to_string())
                .status()
                .unwrap();
            self.child.wait().unwrap();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.ended().is_none() {
            // Ending it in order matters more than the time it takes: a TPM counts rude stops.
            Command::new("kill")
                .arg(self.pid().to_string())
                .status()
                .ok();
            let begin = std::time::Instant::now();
            while self.ended().is_none() && begin.elapsed() < std::time::Duration::from_secs(5) {
                std::thread::park_timeout(std::time::Duration::from_millis(10));
            }
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}
