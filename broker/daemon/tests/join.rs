//! Whole joins of the real program against a small tenant: as they should go, cut at every save, and with bad tokens.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::format_push_string,
    clippy::too_many_lines,
    clippy::semicolon_if_nothing_returned,
    unreachable_pub,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod support;

use std::sync::Arc;

use serde_json::{Value, json};
use support::machine::{Machine, spawn_with};
use support::wait;

/// A device joins, other programs find its certificate, and leaving takes it away on both sides.
#[test]
fn a_device_joins_and_leaves() {
    let mut machine = Machine::new(None);
    assert!(!machine.drive());
    let state = machine.dir.path().join("state");
    let status = machine.ask("status", &json!({})).unwrap();
    let device = machine
        .fake
        .devices
        .lock()
        .unwrap()
        .values()
        .next()
        .cloned()
        .unwrap();
    assert_eq!(
        status["body"]["details"]["device_id"],
        json!(device),
        "{status}"
    );
    assert_eq!(status["body"]["details"]["keys"], "file");
    assert!(state.join("device.pem").exists() && state.join("join.json").exists());
    let record = std::fs::read_to_string(state.join("record.json")).unwrap();
    assert!(!record.contains("eyJ"), "a token is on disk");
    let left = machine.ask("leave", &json!({})).unwrap();
    assert_eq!(left["ok"], true, "{left}");
    assert!(machine.fake.devices.lock().unwrap().is_empty());
    assert!(!state.join("device.pem").exists() && !state.join("keys/soft.json").exists());
}

/// [DM-10] [MD-07] The power goes at every single save of a join with management: a device that was joined stays so, and in
/// the end it is one device, and managed.
#[test]
fn a_managed_join_cut_at_any_save_ends_managed() {
    // The first saves are those of any join, which the next test cuts.
    for cut in 6.. {
        let mut machine = Machine::managed(Some(cut));
        let died = machine.drive();
        assert_eq!(
            machine.fake.devices.lock().unwrap().len(),
            1,
            "cut at save {cut}"
        );
        let status = machine.ask("status", &json!({})).unwrap()["body"].clone();
        assert_eq!(
            status["management"]["state"], "enrolled",
            "cut at {cut}: {status}"
        );
        assert!(machine.dir.path().join("state/keys/mdm-1.json").exists());
        if !died {
            assert!(cut > 14, "only {cut} saves in a managed join");
            return;
        }
    }
}

/// [DM-10] The power goes at every single save of a join: afterwards there is one device, and its keys.
#[test]
fn a_join_cut_at_any_save_ends_with_one_device() {
    for cut in 1.. {
        let mut machine = Machine::new(Some(cut));
        let died = machine.drive();
        assert_eq!(
            machine.fake.devices.lock().unwrap().len(),
            1,
            "cut at save {cut}"
        );
        assert!(machine.dir.path().join("state/keys/soft.json").exists());
        if !died {
            assert!(cut > 8, "only {cut} saves in a join");
            return;
        }
    }
}

/// The registration's answer is lost on its way: the same keys are sent again, and no second device appears.
#[test]
fn a_lost_answer_makes_no_second_device() {
    let mut machine = Machine::new(None);
    *machine.fake.lose_answers.lock().unwrap() = 2;
    machine.drive();
    assert_eq!(machine.fake.devices.lock().unwrap().len(), 1);
}

/// [DM-17] The discovery answer names another host: no token goes there.
#[test]
fn a_contract_that_points_elsewhere_is_refused() {
    let mut machine = Machine::new(None);
    *machine.fake.contract_host.lock().unwrap() = Some("evil.example".into());
    let join = wait::until("a join that fails", || {
        let join = machine.ask("status", &json!({})).unwrap()["body"]["join"].clone();
        if join["state"] == "failed" {
            return Ok(join);
        }
        machine.nudge();
        Err(join)
    });
    assert_eq!(join["report"]["symbol"], "DRS_REDIRECTED", "{join}");
    assert!(machine.fake.devices.lock().unwrap().is_empty());
}

/// [ID-05] [DM-25] Tokens that are old, foreign, forged or made for another join start nothing.
#[test]
fn bad_tokens_are_refused() {
    let mut machine = Machine::new(None);
    let began = machine
        .ask("join.begin", &json!({"join_type": "joined"}))
        .unwrap();
    let nonce = began["body"]["nonce"].as_str().unwrap().to_owned();
    let join_id = began["body"]["join"]["join_id"].clone();
    let fake = Arc::clone(&machine.fake);
    let good = fake.token(&nonce, |_| {});
    let parts: Vec<&str> = good.split('.').collect();
    let none = dovetail_shared::encode::b64url(r#"{"alg":"none"}"#);
    let hs = dovetail_shared::encode::b64url(r#"{"alg":"HS256","kid":"one"}"#);
    let crit = dovetail_shared::encode::b64url(
        r#"{"alg":"RS256","kid":"one","crit":["b64"],"b64":false}"#,
    );
    let cases = [
        (
            "another nonce",
            fake.token("other", |_| {}),
            "NONCE_UNKNOWN",
        ),
        (
            "no nonce",
            fake.token("", |claims| claims["nonce"] = Value::Null),
            "NONCE_UNKNOWN",
        ),
        (
            "expired",
            fake.token(&nonce, |claims| claims["exp"] = json!(1_000_000_000)),
            "TOKEN_EXPIRED",
        ),
        (
            "text for a number",
            fake.token(&nonce, |claims| claims["exp"] = json!("9999999999")),
            "TOKEN_REJECTED",
        ),
        (
            "audience",
            fake.token(&nonce, |claims| claims["aud"] = json!("someone")),
            "TOKEN_REJECTED",
        ),
        (
            "issuer",
            fake.token(&nonce, |claims| {
                claims["iss"] = json!("https://sts.evil.example/")
            }),
            "TOKEN_REJECTED",
        ),
        ("none", format!("{none}.{}.", parts[1]), "TOKEN_REJECTED"),
        (
            "hs256",
            format!("{hs}.{}.{}", parts[1], parts[2]),
            "TOKEN_REJECTED",
        ),
        (
            "crit",
            format!("{crit}.{}.{}", parts[1], parts[2]),
            "TOKEN_REJECTED",
        ),
        (
            "signature",
            format!(
                "{}.{}.{}",
                parts[0],
                parts[1],
                dovetail_shared::encode::b64url([0; 256])
            ),
            "TOKEN_REJECTED",
        ),
    ];
    for (name, token, symbol) in cases {
        let answer = machine
            .ask(
                "join.token",
                &json!({"join_id": join_id, "id_token": token}),
            )
            .unwrap();
        assert_eq!(answer["error"]["symbol"], symbol, "{name}: {answer}");
    }
    for header in [
        r#"{"alg":"RS256","alg":"none","kid":"one"}"#,
        r#"{"alg":"RS256","kid":"../one","jku":"https://evil.example/keys"}"#,
        r#"{"alg":"RS256","kid":"one","jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"}}"#,
        r#"{"alg":"ES256","kid":"one"}"#,
    ] {
        let token = format!(
            "{}.{}.{}",
            dovetail_shared::encode::b64url(header),
            parts[1],
            parts[2]
        );
        let answer = machine
            .ask(
                "join.token",
                &json!({"join_id": join_id, "id_token": token}),
            )
            .unwrap();
        assert_eq!(
            answer["error"]["symbol"], "TOKEN_REJECTED",
            "{header}: {answer}"
        );
    }
    let answer = machine
        .ask(
            "join.token",
            &json!({"join_id": join_id, "id_token": format!(" {good}")}),
        )
        .unwrap();
    assert_eq!(
        answer["error"]["symbol"], "TOKEN_REJECTED",
        "white space: {answer}"
    );
    let body = json!({"join_id": join_id, "id_token": good});
    assert_eq!(machine.ask("join.token", &body).unwrap()["ok"], true);
    assert_eq!(
        machine.ask("join.token", &body).unwrap()["ok"],
        false,
        "a token is good once"
    );
}

/// Approval in a terminal: the join waits for a yes that no page can give, and a no ends it without a device.
#[test]
fn a_join_waits_for_the_yes_outside_the_browser() {
    let mut machine = Machine::new(None);
    machine.child.kill().unwrap();
    machine.child.wait().unwrap();
    machine.child = spawn_with(machine.dir.path(), machine.fake.port, None, "terminal");
    let began = machine
        .ask("join.begin", &json!({"join_type": "joined"}))
        .unwrap();
    let join_id = began["body"]["join"]["join_id"].clone();
    let token = machine
        .fake
        .token(began["body"]["nonce"].as_str().unwrap(), |_| {});
    machine
        .ask(
            "join.token",
            &json!({"join_id": join_id, "id_token": token}),
        )
        .unwrap();
    let confirm = json!({"join_id": join_id, "device_name": "laptop"});
    assert_eq!(
        machine.ask("join.confirm", &confirm).unwrap()["body"]["state"],
        "waiting_for_approval"
    );
    let list = machine.ask("approval.list", &json!({})).unwrap();
    assert_eq!(
        list["body"]["waiting"][0]["upn"], "adele@contoso.example",
        "{list}"
    );
    machine
        .ask(
            "approval.answer",
            &json!({"join_id": join_id, "approve": false}),
        )
        .unwrap();
    let join = machine.ask("status", &json!({})).unwrap()["body"]["join"].clone();
    assert_eq!(join["report"]["symbol"], "NOT_APPROVED", "{join}");
    assert!(machine.fake.devices.lock().unwrap().is_empty());
    machine
        .ask("join.retry", &json!({"join_id": join_id}))
        .unwrap();
    machine.ask("join.confirm", &confirm).unwrap();
    machine
        .ask(
            "approval.answer",
            &json!({"join_id": join_id, "approve": true}),
        )
        .unwrap();
    machine.drive();
    assert_eq!(machine.fake.devices.lock().unwrap().len(), 1);
}

/// [ID-06] Times that are not whole numbers are a refusal, never "no limit".
#[test]
fn times_that_are_no_integers_are_refused() {
    let mut machine = Machine::new(None);
    let began = machine
        .ask("join.begin", &json!({"join_type": "joined"}))
        .unwrap();
    let nonce = began["body"]["nonce"].as_str().unwrap().to_owned();
    let fake = Arc::clone(&machine.fake);
    for name in ["exp", "nbf", "iat"] {
        for value in [
            json!("1"),
            Value::Null,
            json!(1.5e9),
            json!(1e300),
            json!([1]),
            json!({}),
        ] {
            let token = fake.token(&nonce, |claims| claims[name] = value.clone());
            let body = json!({"join_id": began["body"]["join"]["join_id"], "id_token": token});
            let answer = machine.ask("join.token", &body).unwrap();
            assert_eq!(
                answer["error"]["symbol"], "TOKEN_REJECTED",
                "{name} {value}: {answer}"
            );
        }
    }
}
