//! Runs the real program, and plays the daemon.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// One run of `dovetail`.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// `dovetail` with a home folder of its own and no terminal.
pub(crate) fn command(home: &std::path::Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dovetail"));
    command
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null());
    command
}

/// What the daemon answers to a request: a body, or a code.
pub(crate) type Answer = Result<Value, &'static str>;

/// A daemon that answers by a function, then sends events.
pub(crate) struct Daemon {
    pub(crate) dir: tempfile::TempDir,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Daemon {
    pub(crate) fn start(
        answer: impl Fn(&Value) -> Answer + Send + 'static,
        events: Vec<Value>,
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(dir.path().join("sock")).unwrap();
        let asked: Arc<Mutex<Vec<Value>>> = Arc::default();
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                while let Some(request) = read(&mut stream) {
                    let id = &request["id"];
                    let reply = match answer(&request) {
                        Ok(body) => json!({"v":1,"id":id,"ok":true,"body":body}),
                        Err(code) => json!({"v":1,"id":id,"ok":false,"error":report(code)}),
                    };
                    // Written down first: the program may be over as soon as it has its answer.
                    log.lock().unwrap().push(request.clone());
                    write(&mut stream, &reply);
                    let last = request["type"] == "status";
                    if last {
                        for event in &events {
                            write(&mut stream, event);
                        }
                    }
                }
            }
        });
        Self { dir, asked }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.dir.path().join("sock")
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let mut all = vec!["--socket".to_owned(), self.socket().display().to_string()];
        all.extend(arguments.iter().map(|&argument| argument.to_owned()));
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        command(self.dir.path(), &all).output().unwrap().into()
    }

    /// With something on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Run {
        let socket = self.socket().display().to_string();
        let mut all = vec!["--socket", socket.as_str()];
        all.extend(arguments);
        let mut child = command(self.dir.path(), &all)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Not all of it need be read.
        child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
        child.wait_with_output().unwrap().into()
    }

    /// Types of all requests so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .map(|request| request["type"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn last(&self) -> Value {
        self.asked.lock().unwrap().last().unwrap().clone()
    }
}

/// A whole report of a known code, with a fixed id and time.
pub(crate) fn report(code: &str) -> Value {
    let known = code.parse::<dovetail_shared::Code>().unwrap();
    let entry = known.entry().unwrap();
    json!({
        "code": code, "symbol": entry.symbol, "what": entry.what, "cure": entry.cure,
        "fix": entry.fix, "retry": entry.retry, "time": 1_452_304_932, "attempt": 1,
        "correlation_id": "6bff0bd9-0000-4000-8000-000000000001",
    })
}

/// The status of a machine that is joined, or not.
pub(crate) fn status(joined: bool) -> Value {
    let mut status = json!({
        "device": {"azure_ad_joined": joined, "workplace_joined": false, "device_name": "ada-laptop"},
        "tenant": {"tenant_name": "Contoso", "authority": "https://login.dovetail.localhost:8443/contoso.example"},
        "broker": {"version": env!("CARGO_PKG_VERSION"), "tpm": "SW TPM",
                   "portal": "https://portal.dovetail.localhost:8443/WebApp/CloudDomainJoin/4"},
    });
    if joined {
        status["details"] = json!({
            "device_id": "30b1c8ce-79a8-4a3c-9d8b-2a6f5d3f0001",
            "thumbprint": "AB".repeat(20),
            "not_before": 1_452_304_932, "not_after": 1_767_664_932,
            "join_type": "joined", "keys": "file", "certificate_present": true, "attested": false,
            "certificate_path": "/var/lib/dovetail/device.pem",
            "joined_at": 1_452_304_932, "registered_by": "ada@contoso.example",
        });
    }
    status
}

fn read(stream: &mut UnixStream) -> Option<Value> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).ok()?;
    let mut payload = vec![0; usize::try_from(u32::from_ne_bytes(length)).ok()?];
    stream.read_exact(&mut payload).ok()?;
    serde_json::from_slice(&payload).ok()
}

fn write(stream: &mut UnixStream, message: &Value) {
    let payload = message.to_string();
    let length = u32::try_from(payload.len()).unwrap().to_ne_bytes();
    // The program may have what it wanted and be gone.
    stream
        .write_all(&[&length, payload.as_bytes()].concat())
        .ok();
}
