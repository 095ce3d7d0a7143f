//! The PIN of the real program, in a TPM in software, against a small strict directory: set up, used, wrong, changed, taken away.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod support;

#[path = "../../../tests/src/swtpm.rs"]
mod swtpm;

use serde_json::{Value, json};
use support::TENANT;
use support::machine::Machine;
use support::sign_on::{audit, sign_in, sso};
use swtpm::Swtpm;

const PIN: &str = "482916";

/// Joined and signed in, on a TPM that bears more wrong tries than one account may have.
fn on(swtpm: &Swtpm) -> Machine {
    swtpm.tool(
        "tpm2_dictionarylockout",
        &["-s", "-n", "32", "-t", "1000", "-l", "1000"],
    );
    let further = format!("tcti = \"{}\"\nexclusive_tpm = true\n", swtpm.tcti());
    let mut machine = Machine::with(None, &further);
    machine.drive();
    assert_eq!(sign_in(&mut machine).unwrap()["state"], "active");
    machine
}

/// The answer's body, or the symbol of its error.
fn said(machine: &mut Machine, kind: &str, body: &Value) -> Result<Value, String> {
    let answer = machine.ask(kind, body).unwrap();
    if answer["ok"] == true {
        Ok(answer["body"].clone())
    } else {
        Err(answer["error"]["symbol"].as_str().unwrap().to_owned())
    }
}

fn try_pin(machine: &mut Machine, pin: &str) -> Result<Value, String> {
    said(machine, "sign_in.pin", &json!({"pin": pin}))
}

fn set_up(machine: &mut Machine, pin: &str) -> Result<Value, String> {
    said(machine, "pin.set_up", &json!({"pin": pin}))
}

fn standing(machine: &mut Machine) -> String {
    let view = said(machine, "pin.status", &json!({})).unwrap();
    view["state"].as_str().unwrap().to_owned()
}

/// Changes the record on disk, as time would.
fn edit(machine: &Machine, change: impl FnOnce(&mut Value)) {
    let file = machine.dir.path().join("state/sso/0/pin.json");
    let mut record = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    change(&mut record);
    std::fs::write(&file, record.to_string()).unwrap();
}

/// From no PIN to a sign-in with it: the rules, the second factor that must be fresh, the key at the directory, a new primary refresh
/// token by an assertion; and nothing on disk or in the audit tells the PIN.
#[test]
fn a_pin_is_set_up_and_signs_its_owner_in() {
    let Some(swtpm) = Swtpm::start() else { return };
    let mut machine = on(&swtpm);
    let view = said(&mut machine, "pin.status", &json!({})).unwrap();
    assert_eq!(
        (&view["state"], &view["username"], &view["rules"]["min"]),
        (&json!("none"), &json!("adele@contoso.example"), &json!(6)),
        "{view}"
    );
    assert_eq!(try_pin(&mut machine, PIN).unwrap_err(), "PIN_NOT_SET");
    assert!(sso(&mut machine).get("ngc_set").is_none());
    for poor in ["4829", "123456", "48291a"] {
        let refused = machine.ask("pin.set_up", &json!({"pin": poor})).unwrap();
        assert_eq!(refused["error"]["symbol"], "PIN_RULES", "{poor}");
        let detail = refused["error"]["detail"].as_str().unwrap();
        assert!(!detail.is_empty() && !detail.contains(poor), "{detail}");
    }

    machine.fake.hello.lock().unwrap().stale = true;
    let errand = machine.ask("sign_in.begin", &json!({})).unwrap();
    assert!(errand["body"].get("amr_values").is_none(), "{errand}");
    assert_eq!(set_up(&mut machine, PIN).unwrap_err(), "PIN_FRESH_SIGN_IN");
    let errand = machine.ask("sign_in.begin", &json!({})).unwrap();
    assert_eq!(errand["body"]["amr_values"], "ngcmfa", "{errand}");
    // Somebody who has none is asked once: the next sign-in is as before.
    let refused =
        json!({"error": "access_denied", "error_description": "AADSTS50079: no second factor"});
    machine.ask("sign_in.code", &refused).unwrap();
    let errand = machine.ask("sign_in.begin", &json!({})).unwrap();
    assert!(errand["body"].get("amr_values").is_none(), "{errand}");
    assert_eq!(set_up(&mut machine, PIN).unwrap_err(), "PIN_FRESH_SIGN_IN");
    let errand = machine.ask("sign_in.begin", &json!({})).unwrap();
    assert_eq!(errand["body"]["amr_values"], "ngcmfa", "{errand}");
    machine.fake.expect_sign_in(&errand["body"]);
    machine.fake.hello.lock().unwrap().stale = false;
    machine
        .ask("sign_in.code", &json!({"code": "code"}))
        .unwrap();
    let view = set_up(&mut machine, PIN).unwrap();
    assert_eq!(view["state"], "ready", "{view}");
    assert_eq!(machine.fake.hello.lock().unwrap().known.len(), 1);
    let errand = machine.ask("sign_in.begin", &json!({})).unwrap();
    assert!(errand["body"].get("amr_values").is_none(), "{errand}");
    assert_eq!(sso(&mut machine)["ngc_set"], true);

    let before = machine.fake.sso.lock().unwrap().counts[0];
    let status = try_pin(&mut machine, PIN).unwrap();
    assert_eq!(status["sso"]["state"], "active", "{status}");
    assert_eq!(machine.fake.sso.lock().unwrap().counts[0], before + 1);
    assert_eq!(machine.fake.hello.lock().unwrap().assertions, 1);
    let token = said(&mut machine, "token", &json!({"resource": "r"})).unwrap();
    assert_eq!(token["upn"], "adele@contoso.example");

    let state = machine.dir.path().join("state");
    let record = std::fs::read_to_string(state.join("sso/0/pin.json")).unwrap();
    let log = std::fs::read_to_string(state.join("audit.log")).unwrap();
    assert!(!record.contains(PIN) && !log.contains(PIN));
    let lines = audit(&machine);
    let granted = |action: &str, granted: bool| {
        let is = |line: &&Value| line["action"] == action && line["granted"] == granted;
        lines.iter().filter(is).count()
    };
    assert_eq!(
        (granted("pin.set_up", true), granted("pin.set_up", false)),
        (1, 5)
    );
    assert_eq!(
        (granted("sign_in.pin", true), granted("sign_in.pin", false)),
        (1, 1)
    );

    let view = said(&mut machine, "pin.remove", &json!({})).unwrap();
    assert_eq!(view["state"], "none");
    assert_eq!(try_pin(&mut machine, PIN).unwrap_err(), "PIN_NOT_SET");
}

/// [TP-04] Guesses: three at once, then they cost time, after five the PIN is over; a restart forgives none, and the sign-on that is
/// there stays as it is.
#[test]
fn wrong_pins_are_counted() {
    let Some(swtpm) = Swtpm::start() else { return };
    let mut machine = on(&swtpm);
    set_up(&mut machine, PIN).unwrap();
    for _ in 0..2 {
        assert_eq!(try_pin(&mut machine, "000001").unwrap_err(), "PIN_WRONG");
    }
    // A right one clears the count.
    try_pin(&mut machine, PIN).unwrap();
    for _ in 0..3 {
        assert_eq!(try_pin(&mut machine, "000001").unwrap_err(), "PIN_WRONG");
    }
    machine.restart(None);
    let seen = machine.fake.hello.lock().unwrap().assertions;
    assert_eq!(try_pin(&mut machine, PIN).unwrap_err(), "PIN_RESTS");
    assert_eq!(standing(&mut machine), "rests");
    let change = json!({"pin": PIN, "new_pin": "926184"});
    let refused = said(&mut machine, "pin.change", &change);
    assert_eq!(refused.unwrap_err(), "PIN_RESTS");
    let passed = |record: &mut Value| {
        let last = record["tries"]["last"].as_i64().unwrap();
        record["tries"]["last"] = json!(last - 1000);
    };
    for symbol in ["PIN_WRONG", "PIN_LOCKED"] {
        edit(&machine, passed);
        assert_eq!(try_pin(&mut machine, "000001").unwrap_err(), symbol);
    }
    edit(&machine, passed);
    assert_eq!(try_pin(&mut machine, PIN).unwrap_err(), "PIN_LOCKED");
    assert_eq!(standing(&mut machine), "locked");
    let refused = said(&mut machine, "pin.change", &change);
    assert_eq!(refused.unwrap_err(), "PIN_LOCKED");
    assert_eq!(machine.fake.hello.lock().unwrap().assertions, seen);
    assert_eq!(sso(&mut machine)["state"], "active");
    // Who signs in with the second factor may have a new one.
    set_up(&mut machine, "926184").unwrap();
    try_pin(&mut machine, "926184").unwrap();
}

/// Another PIN before the same key: the directory hears nothing of it, the old one is wrong, earlier ones do not come back, and one
/// that is too old has to be changed first. The organisation may want none at all.
#[test]
fn a_pin_is_changed_by_the_rules() {
    let Some(swtpm) = Swtpm::start() else { return };
    let mut machine = on(&swtpm);
    let rules = |machine: &Machine, rules: &[(&str, Value)]| {
        let kept: serde_json::Map<String, Value> = rules
            .iter()
            .map(|(name, value)| {
                let node = format!("Vendor/MSFT/PassportForWork/{TENANT}/Policies/{name}");
                (node, value.clone())
            })
            .collect();
        let record = json!({"version": 1, "kept": kept, "agreed": kept});
        let file = machine.dir.path().join("state/management.json");
        std::fs::write(file, record.to_string()).unwrap();
    };
    rules(
        &machine,
        &[
            ("PINComplexity/History", json!({"int": 2})),
            ("PINComplexity/Expiration", json!({"int": 30})),
        ],
    );
    let view = set_up(&mut machine, PIN).unwrap();
    let since = view["since"].as_i64().unwrap();
    assert_eq!(view["expires"], json!(since + 30 * 86_400), "{view}");
    let change = |machine: &mut Machine, from: &str, to: &str| {
        said(machine, "pin.change", &json!({"pin": from, "new_pin": to})).map(|_| ())
    };
    for (from, to, outcome) in [
        ("000001", "926184", Err("PIN_WRONG")),
        (PIN, PIN, Err("PIN_RULES")),
        (PIN, "1234", Err("PIN_RULES")),
        (PIN, "926184", Ok(())),
        ("926184", PIN, Err("PIN_RULES")),
        ("926184", "550713", Ok(())),
        // Two are remembered, and this was the third.
        ("550713", PIN, Ok(())),
    ] {
        let outcome = outcome.map_err(str::to_owned);
        assert_eq!(change(&mut machine, from, to), outcome, "{from} {to}");
    }
    assert_eq!(machine.fake.hello.lock().unwrap().known.len(), 1);
    assert_eq!(try_pin(&mut machine, "926184").unwrap_err(), "PIN_WRONG");
    try_pin(&mut machine, PIN).unwrap();

    edit(&machine, |record| record["since"] = json!(1));
    assert_eq!(standing(&mut machine), "expired");
    assert_eq!(try_pin(&mut machine, PIN).unwrap_err(), "PIN_EXPIRED");
    change(&mut machine, PIN, "731905").unwrap();
    try_pin(&mut machine, "731905").unwrap();

    rules(&machine, &[("UsePassportForWork", json!({"bool": false}))]);
    assert_eq!(
        try_pin(&mut machine, "731905").unwrap_err(),
        "PIN_FORBIDDEN"
    );
    assert_eq!(set_up(&mut machine, PIN).unwrap_err(), "PIN_FORBIDDEN");
}

/// A directory that does not take the key leaves no PIN and no earlier one behind; one that has lost it says so, and a record that
/// somebody damaged, or brought from another account, is none.
#[test]
fn a_key_that_the_directory_does_not_have_is_no_pin() {
    let Some(swtpm) = Swtpm::start() else { return };
    let mut machine = on(&swtpm);
    for (status, symbol) in [(400, "PIN_KEY_REFUSED"), (401, "PIN_FRESH_SIGN_IN")] {
        machine.fake.hello.lock().unwrap().refuse = Some(status);
        assert_eq!(set_up(&mut machine, PIN).unwrap_err(), symbol);
        assert_eq!(standing(&mut machine), "none");
    }
    machine.fake.hello.lock().unwrap().refuse = None;
    set_up(&mut machine, PIN).unwrap();
    machine.fake.hello.lock().unwrap().refuse = Some(500);
    assert_eq!(
        set_up(&mut machine, "926184").unwrap_err(),
        "PIN_KEY_REFUSED"
    );
    try_pin(&mut machine, PIN).unwrap();
    machine.fake.hello.lock().unwrap().known.clear();
    assert_eq!(try_pin(&mut machine, PIN).unwrap_err(), "PIN_KEY_REFUSED");
    assert_eq!(sso(&mut machine)["state"], "active");
    edit(&machine, |record| {
        record["who"]["oid"] = json!("7b1c0e2a-0f1d-4b8a-9c55-3f2d8a1e6b44");
    });
    assert_eq!(standing(&mut machine), "none");
    assert!(sso(&mut machine).get("ngc_set").is_none());
    let file = machine.dir.path().join("state/sso/0/pin.json");
    std::fs::write(&file, "{").unwrap();
    assert_eq!(try_pin(&mut machine, PIN).unwrap_err(), "PIN_NOT_SET");
    // It goes with the device.
    machine.ask("leave", &json!({})).unwrap();
    assert!(!file.exists());
}

/// Where keys are in files there is no PIN: it would be as good as it is long.
#[test]
fn a_pin_needs_a_tpm() {
    let mut machine = Machine::new(None);
    machine.drive();
    sign_in(&mut machine).unwrap();
    assert_eq!(set_up(&mut machine, PIN).unwrap_err(), "PIN_NEEDS_TPM");
    assert_eq!(machine.fake.hello.lock().unwrap().known.len(), 0);
}
