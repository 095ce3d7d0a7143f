//! A user's sign-on, as the page and programs go about it.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::machine::Machine;

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

/// Waits until the sign-on's state is this.
pub fn until(machine: &mut Machine, what: &str, good: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let now = sso(machine);
        if good(&now) {
            return now;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "not {what}: {now}"
        );
        std::thread::yield_now();
    }
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
