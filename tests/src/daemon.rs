//! The daemon as a real process with its own folders.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::place::program;
use crate::process::Process;
use crate::wait;

/// A running daemon, or one that was stopped and can be started again.
#[derive(Debug)]
pub struct Daemon {
    process: Option<Process>,
    dir: PathBuf,
    log: String,
}

impl Daemon {
    /// Writes its configuration and starts it.
    pub fn start(dir: &Path, configuration: &str, log: &str) -> Self {
        std::fs::write(dir.join("dovetail.toml"), configuration).unwrap();
        let mut daemon = Self {
            process: None,
            dir: dir.to_owned(),
            log: log.to_owned(),
        };
        daemon.run();
        daemon
    }

    /// Starts it (again) and waits until it listens.
    pub fn run(&mut self) {
        let mut command = Command::new(program("dovetaild"));
        command
            .arg("--config")
            .arg(self.dir.join("dovetail.toml"))
            .env("RUST_LOG", &self.log)
            .env("TSS2_LOG", "all+NONE");
        let mut process = Process::start(&mut command, &self.dir.join("daemon.log"));
        wait::until("the daemon to listen", || {
            assert!(
                process.ended().is_none(),
                "the daemon ended: {}",
                process.output()
            );
            UnixStream::connect(self.socket()).ok()
        });
        self.process = Some(process);
    }

    /// Its process id, while it runs.
    pub fn pid(&self) -> u32 {
        self.process.as_ref().unwrap().pid()
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        self.dir.join("run/dovetail.sock")
    }

    /// Its state directory.
    pub fn state(&self) -> PathBuf {
        self.dir.join("state")
    }

    /// Changes its configuration and starts it again.
    pub fn reconfigure(&mut self, change: impl FnOnce(String) -> String) {
        self.stop();
        let file = self.dir.join("dovetail.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, change(text)).unwrap();
        self.run();
    }

    /// A file of its state.
    pub fn file(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.state().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Power off.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// An orderly end.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.stop();
        }
    }

    /// Runs the command line against it: exit code, what it printed, what it complained.
    pub fn cli(&self, args: &[&str]) -> (i32, String, String) {
        self.cli_with(args, "")
    }

    /// The same with something on its standard input.
    pub fn cli_with(&self, args: &[&str], input: &str) -> (i32, String, String) {
        use std::io::Write as _;
        let mut child = Command::new(program("dovetail"))
            .arg("--socket")
            .arg(self.socket())
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that does not read has closed its end: no failure of the test's.
        child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code().unwrap_or(-1),
            text(output.stdout),
            text(output.stderr),
        )
    }
}
