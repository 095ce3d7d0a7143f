//! Several accounts of one local user: added, renewed, chosen, signed out, each for itself.
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
use support::sign_on::{Events, add, sign_in, signed_in, sso, until};
use support::sso::Somebody;
use support::wait;

fn accounts(machine: &mut Machine) -> Vec<(String, bool)> {
    let answer = machine.ask("accounts", &json!({})).unwrap();
    let accounts = answer["body"]["accounts"].as_array().unwrap().clone();
    let told = |account: Value| {
        let name = account["username"].as_str().unwrap().to_owned();
        (name, account["default"] == true)
    };
    accounts.into_iter().map(told).collect()
}

fn names(list: &[(&str, bool)]) -> Vec<(String, bool)> {
    let name = |(name, default): &(&str, bool)| (format!("{name}@contoso.example"), *default);
    list.iter().map(name).collect()
}

/// Whose cookie comes; the symbol of the refusal where none does.
fn cookie(machine: &mut Machine, account: Option<&Somebody>) -> String {
    let url = format!("https://login.dovetail.localhost:{}/", machine.fake.port);
    let mut ask = json!({"url": url, "nonce": machine.fake.nonce()});
    if let Some(account) = account {
        ask["account"] = json!(account.home());
    }
    let answer = machine.ask("cookie", &ask).unwrap();
    let told = if answer["ok"] == true {
        &answer["body"]["upn"]
    } else {
        &answer["error"]["symbol"]
    };
    told.as_str().unwrap().to_owned()
}

/// A person adds a second account: both give cookies, each its own; the first stays the default until another is chosen, also
/// after a restart.
#[test]
fn a_second_account_stands_beside_the_first() {
    let (adele, grace) = (Somebody::default(), Somebody::grace());
    let mut machine = signed_in("");
    let added = add(&mut machine, &grace);
    assert_eq!(added["ok"], true, "{added}");
    assert_eq!(added["body"]["sso"]["upn"], adele.upn.as_str());
    assert_eq!(
        accounts(&mut machine),
        names(&[("adele", true), ("grace", false)])
    );
    assert_eq!(cookie(&mut machine, None), adele.upn);
    assert_eq!(cookie(&mut machine, Some(&grace)), grace.upn);
    assert_eq!(cookie(&mut machine, Some(&adele)), adele.upn);

    let mut events = Events::of(&machine);
    let chosen = json!({"account": grace.home()});
    let answer = machine.ask("account.default", &chosen).unwrap();
    assert_eq!(
        answer["body"]["accounts"][0]["username"],
        grace.upn.as_str()
    );
    events.next("status.changed");
    assert_eq!(cookie(&mut machine, None), grace.upn);
    assert_eq!(sso(&mut machine)["upn"], grace.upn.as_str());
    machine.restart(None);
    assert_eq!(
        accounts(&mut machine),
        names(&[("grace", true), ("adele", false)])
    );
    assert_eq!(cookie(&mut machine, Some(&adele)), adele.upn);
    let answer = machine.ask("account.default", &json!({"account": "nobody"}));
    assert_eq!(answer.unwrap()["error"]["symbol"], "SSO_ACCOUNT");
}

/// Adding an account that is there already renews it; a person who signs in again does so in place of the account that it was.
#[test]
fn nobody_is_there_twice() {
    let (adele, grace) = (Somebody::default(), Somebody::grace());
    let mut machine = signed_in("");
    assert_eq!(add(&mut machine, &adele)["ok"], true);
    assert_eq!(add(&mut machine, &grace)["ok"], true);
    assert_eq!(add(&mut machine, &grace)["ok"], true);
    assert_eq!(
        accounts(&mut machine),
        names(&[("adele", true), ("grace", false)])
    );
    // Without `add`, Grace signs in again: it is her account that is renewed.
    sign_in(&mut machine).unwrap();
    assert_eq!(accounts(&mut machine).len(), 2);
    assert_eq!(cookie(&mut machine, Some(&adele)), adele.upn);
}

/// What goes wrong with one more account is told to whoever adds it, and touches none that is there.
#[test]
fn an_account_that_cannot_be_added_touches_no_other() {
    let grace = Somebody::grace();
    let mut machine = signed_in("");
    machine.fake.sso.lock().unwrap().refuse = Some((400, 50_173));
    let refused = add(&mut machine, &grace);
    assert_eq!(refused["error"]["code"], "AADSTS50173", "{refused}");
    machine.fake.sso.lock().unwrap().refuse = None;
    machine.ask("sign_in.begin", &json!({"add": true})).unwrap();
    let given_up = json!({"error": "access_denied", "error_description": "AADSTS65004: no"});
    let refused = machine.ask("sign_in.code", &given_up).unwrap();
    assert_eq!(refused["ok"], false, "{refused}");
    let now = sso(&mut machine);
    assert_eq!(now["state"], "active");
    assert!(now.get("report").is_none(), "{now}");
    assert_eq!(accounts(&mut machine), names(&[("adele", true)]));
    // Sixteen are as many as there may be.
    for number in 1..=16 {
        let somebody = Somebody {
            oid: format!("7b1c0e2a-0f1d-4b8a-9c55-3f2d8a1e6b{number:02}"),
            upn: format!("somebody{number}@contoso.example"),
            name: "Somebody".into(),
        };
        let added = add(&mut machine, &somebody);
        let symbol = added["error"]["symbol"].as_str();
        let full = (number == 16).then_some("SSO_ACCOUNTS_FULL");
        assert_eq!(symbol, full, "{number}: {added}");
    }
}

/// An account is signed out: its cookies end, its file is gone, the other one stays and becomes the default.
#[test]
fn an_account_that_is_signed_out_is_gone() {
    let (adele, grace) = (Somebody::default(), Somebody::grace());
    let mut machine = signed_in("");
    add(&mut machine, &grace);
    let file = machine.dir.path().join("state/sso/0/prt.json");
    assert!(file.exists());
    let answer = machine
        .ask("account.remove", &json!({"account": adele.home()}))
        .unwrap();
    let left = answer["body"]["accounts"].as_array().unwrap();
    assert_eq!(left.len(), 1, "{answer}");
    assert_eq!(left[0]["default"], true);
    assert!(!file.exists());
    assert_eq!(cookie(&mut machine, Some(&adele)), "SSO_ACCOUNT");
    assert_eq!(cookie(&mut machine, None), grace.upn);
    machine.restart(None);
    assert_eq!(accounts(&mut machine), names(&[("grace", true)]));
    machine
        .ask("account.remove", &json!({"account": grace.home()}))
        .unwrap();
    assert_eq!(sso(&mut machine), json!({"state": "none"}));
    assert_eq!(cookie(&mut machine, None), "SSO_NOT_SIGNED_IN");
    // What was signed out may sign in again.
    sign_in(&mut machine).unwrap();
    assert_eq!(accounts(&mut machine).len(), 1);
}

/// Each account's token is renewed by itself; one whose person must sign in again does not take the other along.
#[test]
fn accounts_are_renewed_each_for_itself() {
    let (adele, grace) = (Somebody::default(), Somebody::grace());
    let mut machine = signed_in("[sso]\nrenewal_seconds = 1\n");
    add(&mut machine, &grace);
    let issued = |machine: &Machine, file: &str| {
        let path = machine.dir.path().join("state/sso/0").join(file);
        let record: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        record["prt"]["issued"].as_i64().unwrap()
    };
    let before = issued(&machine, "prt-1.json");
    until(&mut machine, "renewed", |now| now["state"] == "active");
    wait::until("a renewal of the second", || {
        let now = issued(&machine, "prt-1.json");
        wait::when(now > before, now)
    });
    assert_eq!(cookie(&mut machine, Some(&grace)), grace.upn);
    // Grace's tokens are withdrawn.
    {
        let mut sso = machine.fake.sso.lock().unwrap();
        let theirs: Vec<String> = sso
            .people
            .iter()
            .filter(|(_, whose)| **whose == grace)
            .map(|(token, _)| token.clone())
            .collect();
        for token in theirs {
            sso.tokens.remove(&token);
        }
    }
    wait::until("the second to be asked to sign in again", || {
        let list = machine.ask("accounts", &json!({})).unwrap();
        let again = list["body"]["accounts"][1]["state"] == "sign_in_again";
        wait::when(again, list)
    });
    assert_eq!(cookie(&mut machine, Some(&grace)), "SSO_NOT_SIGNED_IN");
    assert_eq!(cookie(&mut machine, None), adele.upn);
    assert_eq!(sso(&mut machine)["state"], "active");
}

/// A person without a browser on this machine signs in on another one; the outcome is told as an event, and a code that led to
/// nothing says why.
#[test]
fn a_person_signs_in_on_another_machine() {
    let mut machine = Machine::new(None);
    let early = machine.ask("sign_in.device_code", &json!({})).unwrap();
    assert_eq!(early["error"]["symbol"], "NOT_JOINED");
    machine.drive();
    machine.fake.device_code.lock().unwrap().polls = ["authorization_pending"].into();
    let mut events = Events::of(&machine);
    let shown = machine.ask("sign_in.device_code", &json!({})).unwrap();
    assert_eq!(shown["body"]["user_code"], "F5KZ-7QRT", "{shown}");
    assert!(!shown.to_string().contains("only-the-daemon"));
    let ended = events.next("sign_in.ended");
    assert_eq!(ended, json!({"username": "adele@contoso.example"}));
    assert_eq!(sso(&mut machine)["state"], "active");

    machine.fake.sso.lock().unwrap().person = Somebody::grace();
    machine
        .ask("sign_in.device_code", &json!({"add": true}))
        .unwrap();
    let ended = events.next("sign_in.ended");
    assert_eq!(ended["username"], "grace@contoso.example", "{ended}");
    assert_eq!(
        accounts(&mut machine),
        names(&[("adele", true), ("grace", false)])
    );
    machine.fake.device_code.lock().unwrap().polls = ["access_denied"].into();
    machine.ask("sign_in.device_code", &json!({})).unwrap();
    let ended = events.next("sign_in.ended");
    assert_eq!(ended["report"]["symbol"], "DEVICE_CODE_DECLINED", "{ended}");
    // Another tenant's person is not let in by it.
    machine.fake.device_code.lock().unwrap().edit = Some(|claims| {
        claims["tid"] = json!("11111111-2222-4333-8444-555555555555");
    });
    machine.ask("sign_in.device_code", &json!({})).unwrap();
    let ended = events.next("sign_in.ended");
    assert_eq!(ended["report"]["symbol"], "SSO_ANSWER", "{ended}");
}
