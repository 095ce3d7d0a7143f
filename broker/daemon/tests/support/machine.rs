//! The real program in a directory of its own, and what a person in front of it would do.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Fake, wait};

/// A daemon with a tenant of its own.
pub struct Machine {
    pub dir: tempfile::TempDir,
    pub fake: Arc<Fake>,
    pub child: Child,
    pub join_type: &'static str,
    /// The page does not go for the silent code.
    pub no_code: bool,
    /// More lines of its configuration.
    pub further: String,
    joined: bool,
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

pub fn spawn(dir: &Path, port: u16, cut: Option<u32>) -> Child {
    spawn_with(dir, port, cut, "waived")
}

pub fn spawn_with(dir: &Path, port: u16, cut: Option<u32>, approval: &str) -> Child {
    spawn_further(dir, port, cut, approval, "")
}

/// `further`: lines that belong to `[daemon]`, then further sections.
pub fn spawn_further(
    dir: &Path,
    port: u16,
    cut: Option<u32>,
    approval: &str,
    further: &str,
) -> Child {
    let cut = cut.map_or_else(String::new, |cut| format!("cut_at = {cut}\n")) + further;
    let text = format!(
        "[tenant]\nauthority = \"https://login.dovetail.localhost:{port}/common\"\ndrs = \"https://drs.dovetail.localhost:{port}\"\n\
         ca_file = \"{0}/ca.pem\"\nonly_ca_file = true\n[daemon]\nsocket = \"{0}/s\"\nstate_dir = \"{0}/state\"\n\
         allow_soft_keys = true\napproval = \"{approval}\"\n{1}[management]\nroot = \"{0}/root\"\n",
        dir.display(),
        cut
    );
    std::fs::write(dir.join("dovetail.toml"), text).unwrap();
    Command::new(env!("CARGO_BIN_EXE_dovetaild"))
        .arg("--config")
        .arg(dir.join("dovetail.toml"))
        .spawn()
        .unwrap()
}

/// One request on a connection of its own.
pub fn ask_at(socket: &Path, kind: &str, body: &Value) -> Option<Value> {
    exchange(
        &mut UnixStream::connect(socket).unwrap(),
        &json!({"v":1,"id":"x","type":kind,"body":body}),
    )
}

fn exchange(socket: &mut UnixStream, envelope: &Value) -> Option<Value> {
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let frame = envelope.to_string();
    socket
        .write_all(&u32::try_from(frame.len()).unwrap().to_ne_bytes())
        .ok()?;
    socket.write_all(frame.as_bytes()).ok()?;
    let mut length = [0; 4];
    socket.read_exact(&mut length).ok()?;
    let mut bytes = vec![0; u32::from_ne_bytes(length) as usize];
    socket.read_exact(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

impl Machine {
    pub fn new(cut: Option<u32>) -> Self {
        Self::with(cut, "")
    }

    /// With more lines in its configuration: of `[daemon]`, then further sections.
    pub fn with(cut: Option<u32>, further: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        let fake = Fake::start(&dir.path().join("ca.pem"));
        let child = spawn_further(dir.path(), fake.port, cut, "waived", further);
        Self {
            dir,
            fake,
            child,
            join_type: "joined",
            no_code: false,
            further: further.to_owned(),
            joined: false,
        }
    }

    /// Its tenant offers management, with terms.
    pub fn managed(cut: Option<u32>) -> Self {
        let machine = Self::new(cut);
        machine.fake.mdm.lock().unwrap().offered = true;
        machine
    }

    /// Kills the daemon and starts it again.
    pub fn restart(&mut self, cut: Option<u32>) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.start(cut);
    }

    /// Starts it again.
    pub fn start(&mut self, cut: Option<u32>) {
        let (dir, port) = (self.dir.path(), self.fake.port);
        self.child = spawn_further(dir, port, cut, "waived", &self.further);
    }

    /// One request; `None` when the daemon is gone.
    pub fn ask(&mut self, kind: &str, body: &Value) -> Option<Value> {
        self.send(&json!({"v":1,"id":"x","type":kind,"body":body}))
    }

    /// One request of a page, as the extension passes it on.
    pub fn ask_from(&mut self, origin: &str, kind: &str, body: &Value) -> Option<Value> {
        self.send(&json!({"v":1,"id":"x","type":kind,"origin":origin,"body":body}))
    }

    fn send(&mut self, envelope: &Value) -> Option<Value> {
        let place = self.dir.path().join("s");
        let socket = wait::until("the daemon's socket", || {
            match UnixStream::connect(&place) {
                Ok(socket) => Ok(Some(socket)),
                Err(_) if self.child.try_wait().unwrap().is_some() => Ok(None),
                Err(error) => Err(error),
            }
        });
        exchange(&mut socket?, envelope)
    }

    /// Does what a person would do next: `Ok` once joined, `Err` with the status on the way there, `None` when the daemon is gone.
    pub fn nudge(&mut self) -> Option<Result<(), Value>> {
        let status = self.ask("status", &json!({}))?;
        let join = status["body"]["join"].clone();
        let device = status["body"].get("details").is_some();
        assert!(device || !self.joined, "a joined device was lost: {status}");
        self.joined = device;
        let id = json!({"join_id": join["join_id"]});
        match join["state"].as_str() {
            Some("joined") => return Some(Ok(())),
            Some("waiting_for_confirmation") => {
                self.ask(
                    "join.confirm",
                    &json!({"join_id": join["join_id"], "device_name": "laptop"}),
                )?;
            }
            Some("waiting_for_terms") => {
                assert!(join["terms_url"].as_str().unwrap().ends_with("/TermsOfUse"));
                self.ask(
                    "join.terms",
                    &json!({"join_id": join["join_id"], "outcome": "accepted", "blob": "blob"}),
                )?;
            }
            Some("waiting_for_management") if !self.no_code => {
                let managing = self.ask("join.manage", &id)?;
                self.fake.expect_code(&managing["body"]);
                self.ask(
                    "join.code",
                    &json!({"join_id": join["join_id"], "code": "code"}),
                )?;
            }
            Some("failed") => {
                self.ask("join.retry", &id)?;
            }
            Some("running" | "waiting_for_management") => {}
            _ => {
                let began = self.ask("join.begin", &json!({"join_type": self.join_type}))?;
                if let Some(nonce) = began["body"]["nonce"].as_str() {
                    let token = self.fake.offering(nonce);
                    self.ask(
                        "join.token",
                        &json!({"join_id": began["body"]["join"]["join_id"], "id_token": token}),
                    )?;
                }
            }
        }
        Some(Err(status))
    }

    /// Drives to the end; whether the daemon died on the way (it is started again then).
    pub fn drive(&mut self) -> bool {
        let mut died = false;
        wait::until("the end of a join", || {
            if let Some(step) = self.nudge() {
                return step.map(|()| died);
            }
            assert!(!died, "it died twice");
            died = true;
            self.child.wait().unwrap();
            self.start(None);
            Err(json!("it died"))
        })
    }
}
