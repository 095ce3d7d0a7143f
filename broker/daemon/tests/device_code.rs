//! Joining by a sign-in on another machine (RFC 8628), against a small tenant that answers what is written down.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod support;

use serde_json::{Value, json};
use support::machine::Machine;
use support::wait;

fn begin(machine: &mut Machine) -> Value {
    machine
        .ask("join.device_code", &json!({"join_type": "joined"}))
        .unwrap()
}

/// The join, once it stands there.
#[track_caller]
fn standing(machine: &mut Machine, state: &str) -> Value {
    wait::until(&format!("a join that is {state}"), || {
        let join = machine.ask("status", &json!({})).unwrap()["body"]["join"].clone();
        wait::when(join["state"] == state, join)
    })
}

/// The code is shown, the person takes a moment, and the join goes on as after any sign-in. The device code stays in the daemon.
#[test]
fn a_device_joins_by_a_sign_in_elsewhere() {
    let mut machine = Machine::new(None);
    machine.fake.device_code.lock().unwrap().polls = ["authorization_pending"; 2].into();
    let shown = begin(&mut machine);
    assert_eq!(shown["body"]["user_code"], "F5KZ-7QRT", "{shown}");
    assert_eq!(shown["body"]["expires_in"], 3600);
    assert!(!shown.to_string().contains("only-the-daemon"));
    let join = standing(&mut machine, "waiting_for_confirmation");
    assert_eq!(join["account"]["upn"], "adele@contoso.example");
    assert_eq!(machine.fake.device_code.lock().unwrap().asked, 3);
    machine.drive();
    assert_eq!(machine.fake.devices.lock().unwrap().len(), 1);
    let record = std::fs::read_to_string(machine.dir.path().join("state/record.json")).unwrap();
    assert!(!record.contains("only-the-daemon") && !record.contains("eyJ"));
}

/// The organisation gives no code out: nothing has begun, and the refusal says who can change that.
#[test]
fn where_it_is_off_nothing_begins() {
    let mut machine = Machine::new(None);
    machine.fake.device_code.lock().unwrap().refusal = Some(("unauthorized_client", 700_021));
    let refused = begin(&mut machine);
    assert_eq!(refused["error"]["symbol"], "DEVICE_CODE_OFF", "{refused}");
    assert_eq!(refused["error"]["fix"], "admin");
    let status = machine.ask("status", &json!({})).unwrap();
    assert!(status["body"]["join"].is_null(), "{status}");
}

/// Nobody types the code, or somebody declines, or the answer is forged or somebody else's: the join ends, with the reason, and
/// leaves no keys.
#[test]
fn what_ends_the_wait_is_told() {
    type Case = (&'static [&'static str], i64, Option<fn(&mut Value)>);
    let cases: [(Case, &str); 7] = [
        ((&["expired_token"], 0, None), "DEVICE_CODE_EXPIRED"),
        (
            (&["authorization_pending"; 9], 1, None),
            "DEVICE_CODE_EXPIRED",
        ),
        ((&["access_denied"], 0, None), "DEVICE_CODE_DECLINED"),
        ((&["bad_verification_code"], 0, None), "TOKEN_REJECTED"),
        (
            (&[], 0, Some(|claims| claims["aud"] = json!("another"))),
            "TOKEN_REJECTED",
        ),
        (
            (
                &[],
                0,
                Some(|claims| claims["iss"] = json!("https://evil.example/")),
            ),
            "TOKEN_REJECTED",
        ),
        (
            (&[], 0, Some(|claims| claims["exp"] = json!(1))),
            "TOKEN_EXPIRED",
        ),
    ];
    let mut machine = Machine::new(None);
    for ((polls, expires_in, edit), symbol) in cases {
        {
            let mut script = machine.fake.device_code.lock().unwrap();
            script.polls = polls.iter().copied().collect();
            script.expires_in = expires_in;
            script.edit = edit;
        }
        let shown = begin(&mut machine);
        assert_eq!(shown["ok"], true, "{shown}");
        let join = standing(&mut machine, "cancelled");
        assert_eq!(join["report"]["symbol"], symbol, "{join}");
        assert!(!machine.dir.path().join("state/keys/soft.json").exists());
    }
    assert!(machine.fake.devices.lock().unwrap().is_empty());
}

/// The person gives up, or begins anew: the code of before is not asked after any more, and its sign-in would start nothing.
#[test]
fn a_join_that_was_given_up_is_not_waited_for() {
    let mut machine = Machine::new(None);
    machine.fake.device_code.lock().unwrap().polls = ["authorization_pending"; 99].into();
    let shown = begin(&mut machine);
    let id = shown["body"]["join"]["join_id"].clone();
    machine.ask("join.cancel", &json!({"join_id": id})).unwrap();
    // A second join waits for two polls; the first one's would come in between and are counted, too.
    let before = machine.fake.device_code.lock().unwrap().asked;
    machine.fake.device_code.lock().unwrap().polls = ["authorization_pending"; 2].into();
    begin(&mut machine);
    standing(&mut machine, "waiting_for_confirmation");
    let after = machine.fake.device_code.lock().unwrap().asked;
    assert_eq!(after - before, 3);
}
