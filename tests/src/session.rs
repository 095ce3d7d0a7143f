//! A session bus of the lab's own, and the identity broker on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::daemon::Daemon;
use crate::place::{program, tool};
use crate::process::Process;
use crate::wait;

/// The broker's name on the bus.
pub const NAME: &str = "com.microsoft.identity.broker1";
/// Its object.
pub const PATH: &str = "/com/microsoft/identity/broker1";
/// Its interface.
pub const INTERFACE: &str = "com.microsoft.identity.Broker1";

/// Everybody may connect and send messages as long as the specification allows: what holds then is the broker's own doing.
const CONFIGURATION: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=@PATH@</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
  <limit name="max_message_size">134217728</limit>
  <limit name="max_incoming_bytes">1000000000</limit>
  <limit name="max_outgoing_bytes">1000000000</limit>
</busconfig>
"#;

/// A running bus.
#[derive(Debug)]
pub struct SessionBus {
    process: Process,
    dir: PathBuf,
}

impl SessionBus {
    /// Starts one in this folder. `None` where the machine has no bus daemon, or no program to ask it, and nobody insists (`CI`).
    pub fn start(dir: &Path) -> Option<Self> {
        Self::start_with(dir, |command| command)
    }

    /// The same, started in another way.
    pub fn start_with(dir: &Path, how: impl Fn(&mut Command) -> &mut Command) -> Option<Self> {
        let (Some(daemon), Some(_)) = (tool("dbus-daemon"), tool("gdbus")) else {
            assert!(
                std::env::var_os("CI").is_none(),
                "dbus-daemon or gdbus is missing: cargo xtask setup"
            );
            return None;
        };
        let dir = dir.join("session-bus");
        std::fs::create_dir_all(&dir).unwrap();
        let socket = dir.join("bus");
        let configuration = dir.join("bus.conf");
        let text = CONFIGURATION.replace("@PATH@", &socket.display().to_string());
        std::fs::write(&configuration, text).unwrap();
        let mut command = Command::new(daemon);
        command
            .arg(format!("--config-file={}", configuration.display()))
            .args(["--nofork", "--nopidfile"]);
        let mut process = Process::start(how(&mut command), &dir.join("bus.log"));
        wait::until("the session bus to listen", || {
            assert!(process.ended().is_none(), "{}", process.output());
            std::os::unix::net::UnixStream::connect(&socket).ok()
        });
        Some(Self { process, dir })
    }

    /// Its address, for `DBUS_SESSION_BUS_ADDRESS`.
    pub fn address(&self) -> String {
        format!("unix:path={}", self.dir.join("bus").display())
    }

    /// Its end, as at the end of a session.
    pub fn stop(&mut self) {
        self.process.stop();
    }

    /// Starts the identity broker in front of this daemon. Pages that it opens are written down, not opened.
    pub fn broker(&self, daemon: &Daemon) -> Process {
        use std::os::unix::fs::PermissionsExt as _;
        let opener = self.dir.join("xdg-open");
        let script = format!("#!/bin/sh\necho \"$1\" >> '{}'\n", self.pages().display());
        std::fs::write(&opener, script).unwrap();
        std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut path = vec![self.dir.clone()];
        path.extend(std::env::split_paths(
            &std::env::var_os("PATH").unwrap_or_default(),
        ));
        let mut command = Command::new(program("dovetail-session"));
        command
            .arg("--socket")
            .arg(daemon.socket())
            .env("PATH", std::env::join_paths(path).unwrap())
            .env_remove("INVOCATION_ID")
            .env("DBUS_SESSION_BUS_ADDRESS", self.address());
        Process::start(&mut command, &self.dir.join("session.log"))
    }

    fn pages(&self) -> PathBuf {
        self.dir.join("pages")
    }

    /// The pages that were opened.
    pub fn opened(&self) -> Vec<String> {
        std::fs::read_to_string(self.pages())
            .unwrap_or_default()
            .lines()
            .map(ToOwned::to_owned)
            .collect()
    }

    /// `gdbus`, on this bus: a client that others wrote.
    pub fn gdbus(&self, verb: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(tool("gdbus").unwrap());
        command
            .args([verb, "--session"])
            .args(arguments)
            .env("DBUS_SESSION_BUS_ADDRESS", self.address())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// A call of a method of the broker's interface, which the client knows from its description only.
    pub fn call(&self, method: &str, correlation: &str, request: &str) -> Command {
        let method = format!("{INTERFACE}.{method}");
        let quoted = |text: &str| format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"));
        let arguments = [
            "--dest",
            NAME,
            "--object-path",
            PATH,
            "--timeout",
            "120",
            "--method",
            &method,
            &quoted("0.0"),
            &quoted(correlation),
            &quoted(request),
        ];
        self.gdbus("call", &arguments)
    }

    /// Calls and reads the answer.
    pub fn ask(&self, method: &str, request: &Value) -> Value {
        let correlation = "8a1c2e3f-0b4d-4c5e-9f60-718293a4b5c6";
        answer(
            self.call(method, correlation, &request.to_string())
                .output()
                .unwrap(),
        )
    }

    /// Waits until somebody has the broker's name.
    pub fn until_owned(&self) {
        wait::until("the broker to be on the bus", || {
            let arguments = [
                "--dest",
                "org.freedesktop.DBus",
                "--object-path",
                "/org/freedesktop/DBus",
                "--method",
                "org.freedesktop.DBus.NameHasOwner",
                NAME,
            ];
            let output = self.gdbus("call", &arguments).output().unwrap();
            (output.stdout == b"(true,)\n").then_some(())
        });
    }
}

/// The JSON in what `gdbus` prints.
pub fn answer(output: std::process::Output) -> Value {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let text = text.trim();
    // In single quotes, or in double ones where there is a single one in it.
    let quoted = [("('", "',)"), ("(\"", "\",)")]
        .iter()
        .find_map(|(before, behind)| text.strip_prefix(before)?.strip_suffix(behind))
        .unwrap_or_else(|| panic!("no answer of one text: {text}"));
    let mut json = String::new();
    let mut letters = quoted.chars();
    while let Some(letter) = letters.next() {
        json.push(match letter {
            '\\' => letters.next().unwrap(),
            other => other,
        });
    }
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"))
}
