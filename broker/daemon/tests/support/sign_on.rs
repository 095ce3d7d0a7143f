//! A user's sign-on, as the page and programs go about it.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use serde_json::{Value, json};

use super::machine::Machine;
use super::sso::Somebody;
use super::wait;

pub fn sso(machine: &mut Machine) -> Value {
    machine.ask("status", &json!({})).unwrap()["body"]["sso"].clone()
}

pub fn state(machine: &mut Machine) -> String {
    sso(machine)["state"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Signs in as the page would; the answer's `sso`, `None` when the daemon died on the way.
pub fn sign_in(machine: &mut Machine) -> Option<Value> {
    let errand = machine.ask("sign_in.begin", &json!({}))?;
    assert_eq!(errand["ok"], true, "{errand}");
    machine.fake.expect_sign_in(&errand["body"]);
    let answer = machine.ask("sign_in.code", &json!({"code": "code"}))?;
    assert_eq!(answer["ok"], true, "{answer}");
    Some(answer["body"]["sso"].clone())
}

/// Signs in with one account more, as a page would; the daemon's answer.
pub fn add(machine: &mut Machine, whose: &Somebody) -> Value {
    machine.fake.sso.lock().unwrap().person = whose.clone();
    let errand = machine.ask("sign_in.begin", &json!({"add": true})).unwrap();
    let body = &errand["body"];
    assert_eq!(body["prompt"], "select_account", "{errand}");
    assert!(body.get("login_hint").is_none(), "{errand}");
    machine.fake.expect_sign_in(body);
    machine
        .ask("sign_in.code", &json!({"code": "code"}))
        .unwrap()
}

/// Events as they come, of a connection that has subscribed.
pub struct Events(UnixStream);

impl Events {
    pub fn of(machine: &Machine) -> Self {
        let mut socket = UnixStream::connect(machine.dir.path().join("s")).unwrap();
        socket.set_read_timeout(Some(wait::PATIENCE)).unwrap();
        let frame = r#"{"v":1,"id":"s","type":"subscribe"}"#;
        let length = u32::try_from(frame.len()).unwrap().to_ne_bytes();
        socket.write_all(&length).unwrap();
        socket.write_all(frame.as_bytes()).unwrap();
        let mut events = Self(socket);
        assert_eq!(events.frame()["ok"], true);
        events
    }

    /// The body of the next event of this name.
    pub fn next(&mut self, name: &str) -> Value {
        loop {
            let frame = self.frame();
            if frame["event"] == name {
                return frame["body"].clone();
            }
        }
    }

    /// The names of the events before the next of this name.
    pub fn names_until(&mut self, name: &str) -> Vec<String> {
        let mut names = Vec::new();
        loop {
            let event = self.frame()["event"].as_str().unwrap().to_owned();
            if event == name {
                return names;
            }
            names.push(event);
        }
    }

    fn frame(&mut self) -> Value {
        let mut length = [0; 4];
        self.0.read_exact(&mut length).unwrap();
        let mut bytes = vec![0; u32::from_ne_bytes(length) as usize];
        self.0.read_exact(&mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }
}

/// Waits until the sign-on is as awaited.
#[track_caller]
pub fn until(machine: &mut Machine, what: &str, good: impl Fn(&Value) -> bool) -> Value {
    wait::until(&format!("a sign-on that is {what}"), || {
        let now = sso(machine);
        wait::when(good(&now), now)
    })
}

/// A joined machine whose user is signed in.
pub fn signed_in(further: &str) -> Machine {
    let mut machine = Machine::with(None, further);
    machine.drive();
    assert_eq!(sign_in(&mut machine).unwrap()["state"], "active");
    machine
}

/// The lines of its audit.
pub fn audit(machine: &Machine) -> Vec<Value> {
    let audit = std::fs::read_to_string(machine.dir.path().join("state/audit.log")).unwrap();
    audit
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
