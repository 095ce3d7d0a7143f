//! Single sign-on of the real program against a small strict tenant: got, used, renewed, refused, cut off, taken away.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    unreachable_pub,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod support;

#[path = "../../../tests/src/swtpm.rs"]
mod swtpm;
#[path = "support/wire.rs"]
mod wire;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::machine::Machine;
use support::sign_on::{audit, sign_in, signed_in, sso, state, until};
use support::sso::{Edit, USER};
use support::wait;
use swtpm::Swtpm;

const QUICK: &str = "[sso]\nrenewal_seconds = 1\n";

/// A person signs in on the page after the join: the token is there with its times, gives access tokens and cookies that the
/// tenant takes, and goes with the device.
#[test]
fn a_person_signs_in_and_uses_it() {
    let mut machine = Machine::new(None);
    let early = machine.ask("sign_in.begin", &json!({})).unwrap();
    assert_eq!(early["error"]["symbol"], "NOT_JOINED");
    machine.drive();
    assert_eq!(state(&mut machine), "none");
    let nobody = machine.ask("token", &json!({"resource": "https://graph.example"}));
    assert_eq!(nobody.unwrap()["error"]["symbol"], "SSO_NOT_SIGNED_IN");

    let now = sign_in(&mut machine).unwrap();
    assert_eq!(now["state"], "active", "{now}");
    assert_eq!(
        (&now["upn"], &now["keys"]),
        (&json!("adele@contoso.example"), &json!("file"))
    );
    let [issued, expires, next] =
        ["issued", "expires", "next_renewal"].map(|name| now[name].as_i64().unwrap());
    assert_eq!(expires - issued, 1_209_599);
    assert!((11_520..=17_281).contains(&(next - issued)), "{now}");

    let token = machine
        .ask("token", &json!({"resource": "https://graph.example"}))
        .unwrap();
    assert_eq!(token["body"]["access_token"], "eyJ.access.token", "{token}");
    assert_eq!(
        machine.fake.sso.lock().unwrap().last.1,
        "https://graph.example"
    );
    // At version 2 of the endpoint the answer is true GCM.
    let token = machine
        .ask(
            "token",
            &json!({"scope": "https://graph.example/.default offline_access"}),
        )
        .unwrap();
    assert_eq!(token["body"]["upn"], "adele@contoso.example", "{token}");
    for wrong in [
        json!({}),
        json!({"resource": "a", "scope": "b"}),
        json!({"resource": "a\n"}),
    ] {
        assert_eq!(
            machine.ask("token", &wrong).unwrap()["error"]["code"],
            "JOIN-307"
        );
    }

    let login = format!(
        "https://login.dovetail.localhost:{}/common/oauth2/authorize",
        machine.fake.port
    );
    let nonce = machine.fake.nonce();
    for ask in [
        json!({"url": &login}),
        json!({"url": &login, "nonce": &nonce}),
        json!({"url": format!("{login}?sso_nonce={}", machine.fake.nonce())}),
    ] {
        let cookie = machine.ask("cookie", &ask).unwrap()["body"].clone();
        assert_eq!(cookie["name"], "x-ms-RefreshTokenCredential", "{cookie}");
        let payload = machine
            .fake
            .session_signed(cookie["value"].as_str().unwrap())
            .unwrap();
        assert_eq!(payload["is_primary"], "true");
        assert!(
            payload.get("iat").is_none() && machine.fake.nonce_is_good(&payload),
            "{payload}"
        );
    }
    for url in [
        "https://evil.example/",
        "http://login.dovetail.localhost/",
        "https://drs.dovetail.localhost/",
    ] {
        let refused = machine.ask("cookie", &json!({"url": url})).unwrap();
        assert_eq!(refused["error"]["symbol"], "SSO_HOST_REFUSED", "{url}");
    }
    let grants = audit(&machine);
    assert!(grants.iter().any(|line| line["action"] == "token"
        && line["about"] == "https://graph.example"
        && line["granted"] == true));
    assert!(grants.iter().any(|line| line["action"] == "cookie"
        && line["about"] == "evil.example"
        && line["granted"] == false));

    machine.ask("leave", &json!({})).unwrap();
    let left = std::fs::read_dir(machine.dir.path().join("state/sso")).unwrap();
    assert_eq!(left.count(), 0);
    assert_eq!(
        machine.ask("status", &json!({})).unwrap()["body"].get("sso"),
        None
    );
}

/// [TP-05] [TP-15] With a TPM: the keys are said to be in it, no secret is on disk, and after a restart of daemon and TPM all goes on.
#[test]
fn with_a_tpm_it_goes_on_after_a_restart() {
    let Some(mut swtpm) = Swtpm::start() else {
        return;
    };
    let mut machine = signed_in(&format!(
        "tcti = \"{}\"\nexclusive_tpm = true\n",
        swtpm.tcti()
    ));
    assert_eq!(sso(&mut machine)["keys"], "tpm");
    let file = std::fs::read(machine.dir.path().join("state/sso/0/prt.json")).unwrap();
    for secret in &machine.fake.sso.lock().unwrap().secrets {
        assert!(
            !file.windows(secret.len()).any(|window| window == secret),
            "a secret is on disk"
        );
    }
    machine.restart(None);
    let ask = json!({"resource": "https://graph.example"});
    assert_eq!(machine.ask("token", &ask).unwrap()["ok"], true);
    swtpm.kill();
    let gone = machine.ask("token", &ask).unwrap();
    assert_eq!(gone["ok"], false, "{gone}");
    assert_eq!(
        state(&mut machine),
        "active",
        "a TPM that is away signs nobody out"
    );
    swtpm.run();
    assert_eq!(machine.ask("token", &ask).unwrap()["ok"], true);
    machine.ask("leave", &json!({})).unwrap();
}

/// [TP-03] [DM-20] The files come to a machine with another TPM (or this one was cleared): nothing opens, and the person is told.
#[test]
fn on_another_chip_the_person_signs_in_again() {
    let (Some(first), Some(second)) = (Swtpm::start(), Swtpm::start()) else {
        return;
    };
    let mut machine = signed_in(&format!(
        "tcti = \"{}\"\nexclusive_tpm = true\n",
        first.tcti()
    ));
    machine.further = format!("tcti = \"{}\"\nexclusive_tpm = true\n", second.tcti());
    machine.restart(None);
    let moved = machine
        .ask("token", &json!({"resource": "https://graph.example"}))
        .unwrap();
    assert_eq!(moved["error"]["symbol"], "SSO_KEY_LOST", "{moved}");
    let now = sso(&mut machine);
    assert_eq!(
        (&now["state"], &now["report"]["symbol"]),
        (&json!("sign_in_again"), &json!("SSO_KEY_LOST"))
    );
    let cookie = json!({"url": format!("https://login.dovetail.localhost:{}/", machine.fake.port)});
    assert_eq!(
        machine.ask("cookie", &cookie).unwrap()["error"]["symbol"],
        "SSO_NOT_SIGNED_IN"
    );
    // The device key is another chip's too: leave and join again.
    let again = sign_in(&mut machine).unwrap();
    assert_eq!(
        (&again["state"], &again["report"]["symbol"]),
        (&json!("sign_in_again"), &json!("SSO_KEY_LOST"))
    );
}

/// A managed join ends signed on, without a further question.
#[test]
fn a_managed_join_ends_signed_on() {
    let mut machine = Machine::managed(None);
    machine.drive();
    let status = machine.ask("status", &json!({})).unwrap()["body"].clone();
    assert_eq!(status["sso"]["state"], "active", "{status}");
    let steps = status["join"]["steps"].as_array().unwrap();
    assert_eq!(steps.last().unwrap()["step"], "sign_on");
    assert_eq!(steps.last().unwrap()["state"], "done");
}

/// A sign-on that is refused at the end of a join leaves the device joined and managed, and says why; later it is made good.
#[test]
fn a_refused_sign_on_does_not_spoil_the_join() {
    let mut machine = Machine::managed(None);
    machine.fake.sso.lock().unwrap().refuse = Some((400, 53_003));
    machine.drive();
    let status = machine.ask("status", &json!({})).unwrap()["body"].clone();
    assert_eq!(
        (&status["join"]["state"], &status["sso"]["state"]),
        (&json!("joined"), &json!("none"))
    );
    assert_eq!(status["sso"]["report"]["code"], "AADSTS53003");
    assert_eq!(
        status["join"]["steps"].as_array().unwrap().last().unwrap()["state"],
        "failed"
    );
    machine.fake.sso.lock().unwrap().refuse = None;
    assert_eq!(sign_in(&mut machine).unwrap()["state"], "active");
}

/// [DM-10] [DM-27] The power goes at every save of a sign-in: afterwards there is a sign-on or none, never half of one, and the next
/// sign-in works.
#[test]
fn a_sign_in_cut_at_any_save_can_be_made_again() {
    for cut in 1.. {
        let mut joined = Machine::new(None);
        joined.drive();
        joined.restart(Some(cut));
        let died = sign_in(&mut joined).is_none();
        if died {
            joined.child.wait().unwrap();
            joined.start(None);
            assert!(
                ["none", "active"].contains(&state(&mut joined).as_str()),
                "cut at {cut}"
            );
            assert_eq!(
                sign_in(&mut joined).unwrap()["state"],
                "active",
                "cut at {cut}"
            );
        } else {
            assert!(cut > 1, "nothing is saved at a sign-in");
            return;
        }
    }
}

/// [DM-10] The power goes at every save of a renewal: the token of before or the new one is good afterwards.
#[test]
fn a_renewal_cut_at_any_save_leaves_a_good_token() {
    for cut in 1.. {
        let mut machine = signed_in("");
        machine.further = QUICK.into();
        overdue(&machine);
        machine.restart(Some(cut));
        let died = wait::until(&format!("more than {cut} renewals, or an end"), || {
            if machine.child.try_wait().unwrap().is_some() {
                return Ok(true);
            }
            let renewals = machine.fake.sso.lock().unwrap().counts[1];
            wait::when(renewals > cut, renewals).map(|_| false)
        });
        machine.further = String::new();
        if died {
            machine.start(None);
        } else {
            machine.restart(None);
        }
        let token = machine
            .ask("token", &json!({"resource": "https://graph.example"}))
            .unwrap();
        assert_eq!(token["ok"], true, "cut at {cut}: {token}");
        if cut >= 3 {
            return;
        }
        assert!(died, "cut at {cut}");
    }
}

/// Puts the stored token's times so that a renewal is due.
fn overdue(machine: &Machine) {
    edit_record(machine, |record| record["prt"]["next_renewal"] = json!(1));
}

fn edit_record(machine: &Machine, edit: impl FnOnce(&mut Value)) {
    let file = machine.dir.path().join("state/sso/0/prt.json");
    let mut record: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    edit(&mut record);
    std::fs::write(&file, record.to_string()).unwrap();
}

/// The token is renewed by itself, keeps its session key, and the server's clock may be an hour off either way.
#[test]
fn a_token_is_renewed_by_itself() {
    let mut machine = Machine::with(None, QUICK);
    machine.drive();
    machine.fake.sso.lock().unwrap().clock_off = 3600;
    sign_in(&mut machine).unwrap();
    let before = sso(&mut machine);
    until(&mut machine, "renewed", |now| {
        now["issued"].as_i64() > before["issued"].as_i64()
    });
    machine.fake.sso.lock().unwrap().clock_off = -3600;
    machine.fake.sso.lock().unwrap().gcm = true;
    let before = sso(&mut machine);
    until(&mut machine, "renewed", |now| {
        now["issued"].as_i64() > before["issued"].as_i64()
    });
    let counts = machine.fake.sso.lock().unwrap().counts;
    assert!(counts[0] == 1 && counts[1] >= 2, "{counts:?}");
    assert_eq!(
        machine.ask("token", &json!({"resource": "r"})).unwrap()["ok"],
        true
    );
}

/// After thirty days the session key is changed for a new one, by a request that the device has signed.
#[test]
fn an_old_session_key_is_changed() {
    let mut machine = signed_in("");
    overdue(&machine);
    edit_record(&machine, |record| record["prt"]["key_since"] = json!(1));
    machine.further = QUICK.into();
    machine.restart(None);
    wait::until("a second session key", || {
        let keys = machine.fake.sso.lock().unwrap().counts[0];
        wait::when(keys >= 2, keys)
    });
    until(&mut machine, "active", |now| {
        now["state"] == "active" && now["issued"].as_i64() > Some(1)
    });
    assert_eq!(
        machine.ask("token", &json!({"resource": "r"})).unwrap()["ok"],
        true
    );
}

/// Every refusal becomes a state that somebody can act on, with its number; what can heal heals by itself.
#[test]
fn refusals_are_told_and_what_can_heal_heals() {
    let mut machine = signed_in(QUICK);
    for (status, number, state, code) in [
        (400, 135_011, "device_disabled", "AADSTS135011"),
        (400, 90_033, "offline", "JOIN-443"),
        (503, 90_006, "offline", "JOIN-443"),
    ] {
        machine.fake.sso.lock().unwrap().refuse = Some((status, number));
        let told = until(&mut machine, state, |now| now["state"] == state);
        assert_eq!(told["report"]["code"], code, "{told}");
        machine.fake.sso.lock().unwrap().refuse = None;
        let healed = until(&mut machine, "healed", |now| now["state"] == "active");
        assert!(healed.get("report").is_none(), "{healed}");
    }
    machine.fake.sso.lock().unwrap().refuse = Some((400, 50_173));
    let told = until(&mut machine, "to be begun again", |now| {
        now["state"] == "sign_in_again"
    });
    assert!(
        told.get("expires").is_none(),
        "what is void is kept: {told}"
    );
    assert_eq!(
        machine.ask("token", &json!({"resource": "r"})).unwrap()["error"]["symbol"],
        "SSO_NOT_SIGNED_IN"
    );
    machine.fake.sso.lock().unwrap().refuse = None;
    assert_eq!(sign_in(&mut machine).unwrap()["state"], "active");
    machine.fake.sso.lock().unwrap().refuse = Some((400, 700_003));
    let told = until(&mut machine, "deleted", |now| {
        now["state"] == "device_deleted"
    });
    assert!(
        told["report"]["cure"].as_str().unwrap().contains("leave"),
        "{told}"
    );
}

/// [DM-14] A server that asks to be left alone is: nothing is asked before the time it named.
#[test]
fn a_server_that_asks_for_rest_gets_it() {
    let mut machine = signed_in("");
    overdue(&machine);
    machine.further = QUICK.into();
    {
        let mut sso = machine.fake.sso.lock().unwrap();
        (sso.refuse, sso.retry_after) = (Some((429, 90_055)), Some(900));
    }
    machine.restart(None);
    let told = until(&mut machine, "offline", |now| now["state"] == "offline");
    assert_eq!(told["report"]["symbol"], "THROTTLED", "{told}");
    let next = told["next_renewal"].as_i64().unwrap();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let wait = next - i64::try_from(now).unwrap();
    // Up to a tenth later than it was told, so that not all come at once; some seconds have passed.
    assert!((800..=990).contains(&wait), "{wait}");
    // A use is not a renewal: it may try.
    machine.fake.sso.lock().unwrap().refuse = None;
    assert_eq!(
        machine.ask("token", &json!({"resource": "r"})).unwrap()["ok"],
        true
    );
}

/// [DM-18] [DM-19] A server that sends a token of somebody else, a session key that is none, or something that is not encrypted:
/// refused, told, and what was there before stays.
#[test]
fn bad_answers_are_refused() {
    let mut machine = Machine::new(None);
    machine.drive();
    let other = "11111111-2222-4333-8444-555555555555";
    let edits: Vec<Edit> = vec![
        Box::new(|answer| answer["session_key_jwe"] = json!("a.b.c.d.e")),
        Box::new(|answer| answer["session_key_jwe"] = json!("eyJhbGciOiJub25lIn0....")),
        Box::new(|answer| answer["id_token"] = json!("nonsense")),
        Box::new(|answer| answer["refresh_token_expires_in"] = json!(0)),
        Box::new(move |answer| {
            let claims =
                json!({"tid": support::TENANT, "oid": other, "upn": "eve@contoso.example"});
            answer["id_token"] = json!(format!(
                "e30.{}.",
                dovetail_shared::encode::b64url(claims.to_string())
            ));
        }),
        Box::new(move |answer| answer["device_tenant_id"] = json!(other)),
    ];
    for edit in edits {
        machine.fake.sso.lock().unwrap().edit = Some(edit);
        let told = sign_in(&mut machine).unwrap();
        assert_eq!(
            (&told["state"], &told["report"]["symbol"]),
            (&json!("none"), &json!("SSO_ANSWER")),
            "{told}"
        );
    }
    machine.fake.sso.lock().unwrap().edit = None;
    for length in [0, 16, 31, 33, 64] {
        machine.fake.sso.lock().unwrap().key_length = Some(length);
        let told = sign_in(&mut machine).unwrap();
        assert_eq!(
            (&told["state"], &told["report"]["symbol"]),
            (&json!("none"), &json!("SSO_ANSWER")),
            "{length}: {told}"
        );
    }
    machine.fake.sso.lock().unwrap().key_length = None;
    assert_eq!(sign_in(&mut machine).unwrap()["state"], "active");
    for instead in [
        r#"{"token_type":"Bearer","expires_in":"3599","access_token":"forged"}"#,
        "eyJhbGciOiJub25lIn0.e30.",
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiY3R4IjoiVVFvcWtvUldYNVFoNnpTbkV2V09aWVgyTXd1QVB4dkQifQ..AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA.",
        "<html>",
    ] {
        machine.fake.sso.lock().unwrap().instead = Some(instead.into());
        let refused = machine.ask("token", &json!({"resource": "r"})).unwrap();
        assert_eq!(
            refused["error"]["symbol"], "SSO_ANSWER",
            "{instead}: {refused}"
        );
        assert_eq!(state(&mut machine), "active");
    }
    machine.fake.sso.lock().unwrap().instead = None;
    // Somebody else's tokens by this user's token.
    let claims = json!({"tid": support::TENANT, "oid": other, "upn": "eve@contoso.example"});
    let foreign = format!(
        "e30.{}.",
        dovetail_shared::encode::b64url(claims.to_string())
    );
    machine.fake.sso.lock().unwrap().edit =
        Some(Box::new(move |answer| answer["id_token"] = json!(foreign)));
    assert_eq!(
        machine.ask("token", &json!({"resource": "r"})).unwrap()["error"]["symbol"],
        "SSO_ANSWER"
    );
}

/// A code that nobody asked for, that was used, or whose sign-in failed starts nothing.
#[test]
fn a_code_is_good_once_and_for_its_own_errand() {
    let mut machine = Machine::new(None);
    machine.drive();
    let stray = machine
        .ask("sign_in.code", &json!({"code": "code"}))
        .unwrap();
    assert_eq!(stray["error"]["symbol"], "SSO_ERRAND");
    machine.ask("sign_in.begin", &json!({})).unwrap();
    let refused = machine
        .ask(
            "sign_in.code",
            &json!({"error": "login_required", "error_description": "AADSTS50058: no"}),
        )
        .unwrap();
    assert_eq!(refused["body"]["sso"]["report"]["symbol"], "SSO_SIGN_IN");
    assert_eq!(
        machine
            .ask("sign_in.code", &json!({"code": "code"}))
            .unwrap()["error"]["symbol"],
        "SSO_ERRAND"
    );
    // The challenge of an earlier errand is void.
    let first = machine.ask("sign_in.begin", &json!({})).unwrap();
    machine.ask("sign_in.begin", &json!({})).unwrap();
    machine.fake.expect_sign_in(&first["body"]);
    let stale = machine
        .ask("sign_in.code", &json!({"code": "code"}))
        .unwrap();
    assert_eq!(stale["body"]["sso"]["state"], "none", "{stale}");
    // A restart takes what its memory held.
    machine.ask("sign_in.begin", &json!({})).unwrap();
    machine.restart(None);
    assert_eq!(
        machine
            .ask("sign_in.code", &json!({"code": "code"}))
            .unwrap()["error"]["symbol"],
        "SSO_ERRAND"
    );
    assert_eq!(sign_in(&mut machine).unwrap()["state"], "active");
}

/// [DM-22] The user id now belongs to another account: the former one's sign-on is not shown, not used, and gone from the disk.
#[test]
fn a_recycled_user_id_brings_nothing() {
    let mut machine = signed_in("");
    let ask = json!({"resource": "r"});
    assert_eq!(machine.ask("token", &ask).unwrap()["ok"], true);
    edit_record(&machine, |record| {
        assert_eq!(record["account"], "root");
        record["account"] = json!("somebody-else");
    });
    machine.restart(None);
    let now = sso(&mut machine);
    assert_eq!(now, json!({"state": "none"}), "{now}");
    assert_eq!(
        machine.ask("token", &ask).unwrap()["error"]["symbol"],
        "SSO_NOT_SIGNED_IN"
    );
    assert!(!machine.dir.path().join("state/sso/0").exists());
    // A file that was moved into another user's place is no record there.
    assert_eq!(sign_in(&mut machine).unwrap()["state"], "active");
    edit_record(&machine, |record| record["uid"] = json!(1000));
    machine.restart(None);
    assert_eq!(state(&mut machine), "none");
}

/// [DM-26] A program asks for cookies without end: a hundred and twenty a minute, then refusals, and two lines about those.
#[test]
fn a_flood_of_cookies_is_cut() {
    let mut machine = signed_in("");
    let nonce = machine.fake.nonce();
    let ask = json!({"url": format!("https://login.dovetail.localhost:{}/", machine.fake.port), "nonce": nonce});
    let (mut given, mut refused) = (0, 0);
    for _ in 0..400 {
        let answer = machine.ask("cookie", &ask).unwrap();
        if answer["ok"] == true {
            given += 1;
        } else {
            assert_eq!(answer["error"]["symbol"], "RATE_LIMITED", "{answer}");
            refused += 1;
        }
    }
    assert!(given >= 120 && refused >= 100, "{given} {refused}");
    let audit = std::fs::read_to_string(machine.dir.path().join("state/audit.log")).unwrap();
    let lines = |text: &str| {
        audit
            .lines()
            .filter(|line| line.contains("\"cookie\"") && line.contains(text))
            .count()
    };
    assert_eq!(lines("\"granted\":true"), given);
    assert!(lines("JOIN-312") <= 3, "a line for each refusal");
}

/// [TP-06] Each command of the TPM takes 200 ms: a cookie after the first takes one, and the daemon answers others meanwhile.
#[test]
fn a_cookie_is_one_command_of_a_slow_tpm() {
    let Some(swtpm) = Swtpm::start() else { return };
    let wire = wire::Wire::before(swtpm.port());
    let mut machine = signed_in(&format!(
        "tcti = \"{}\"\nexclusive_tpm = true\n",
        wire.tcti()
    ));
    let url = format!("https://login.dovetail.localhost:{}/", machine.fake.port);
    let ask = json!({"url": url, "nonce": machine.fake.nonce()});
    assert_eq!(machine.ask("cookie", &ask).unwrap()["ok"], true);
    wire.delay(Duration::from_millis(200));
    let before = wire.commands();
    let asking = std::thread::scope(|scope| {
        let begun = Instant::now();
        let socket = machine.dir.path().join("s");
        let other = scope.spawn(move || support::machine::ask_at(&socket, "status", &json!({})));
        let cookie = machine.ask("cookie", &ask).unwrap();
        assert_eq!(cookie["ok"], true, "{cookie}");
        assert_eq!(other.join().unwrap().unwrap()["ok"], true);
        begun.elapsed()
    });
    assert_eq!(wire.commands() - before, 1, "commands for one cookie");
    assert!(asking >= Duration::from_millis(200), "{asking:?}");
    wire.delay(Duration::ZERO);
}

/// The user of the fixture is the one in the tokens.
#[test]
fn the_object_is_kept() {
    let machine = signed_in("");
    edit_record(&machine, |record| assert_eq!(record["who"]["oid"], USER));
}

/// [TP-14] The TPM takes ten times as long as usual, and no key is ready: the page has its answer before the keys are made, others
/// are served meanwhile, and the join goes on when they are there.
#[test]
fn keys_that_take_long_hold_nobody_up() {
    let Some(swtpm) = Swtpm::start() else { return };
    let wire = wire::Wire::before(swtpm.port());
    let mut machine = Machine::with(
        None,
        &format!("tcti = \"{}\"\nexclusive_tpm = true\n", wire.tcti()),
    );
    // Three answers of the TPM are more than anybody here waits for.
    wire.delay(Duration::from_secs(11));
    let began = machine
        .ask("join.begin", &json!({"join_type": "joined"}))
        .unwrap();
    assert_eq!(began["ok"], true, "{began}");
    assert_eq!(state(&mut machine), "");
    wait::until("keys that are being made", || {
        let commands = wire.commands();
        wait::when(commands > 0, commands)
    });
    assert_eq!(state(&mut machine), "");
    wire.delay(Duration::ZERO);
    machine.drive();
    assert_eq!(sign_in(&mut machine).unwrap()["keys"], "tpm");
}
