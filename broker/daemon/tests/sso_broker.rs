//! The sign-on as other programs and pages use it: accounts, and tokens for their applications.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod support;

use dovetail_shared::encode::{b64url, from_b64url};
use serde_json::{Value, json};
use support::machine::Machine;
use support::sign_on::{audit, signed_in};
use support::sso::USER;

const APP: &str = "https://app.example";
const CLIENT: &str = "11111111-2222-4333-8444-555555555555";
const APPS: &str = "[[sso.web_apps]]\norigin = \"https://app.example\"\nclient_ids = [\"11111111-2222-4333-8444-555555555555\"]\n";

fn home() -> String {
    format!("{USER}.{}", support::TENANT)
}

fn accounts(machine: &mut Machine) -> Value {
    machine.ask("accounts", &json!({})).unwrap()["body"]["accounts"].clone()
}

/// A program asks who is signed in: nobody before the sign-in, then one account with all that programs know accounts by.
#[test]
fn programs_see_who_is_signed_in() {
    let mut machine = Machine::new(None);
    assert_eq!(accounts(&mut machine), json!([]));
    machine.drive();
    assert_eq!(accounts(&mut machine), json!([]));
    support::sign_on::sign_in(&mut machine).unwrap();
    let info = b64url(format!(
        r#"{{"uid":"{USER}","utid":"{}"}}"#,
        support::TENANT
    ));
    let account = json!({"home_account_id": home(), "local_account_id": USER, "tenant_id": support::TENANT,
        "environment": "login.windows.net", "username": "adele@contoso.example", "name": "Adele", "client_info": info,
        "default": true, "state": "active"});
    assert_eq!(accounts(&mut machine), json!([account]));
    machine.restart(None);
    assert_eq!(accounts(&mut machine), json!([account]));
    let refused = machine.ask_from(APP, "accounts", &json!({})).unwrap();
    assert_eq!(refused["error"]["symbol"], "ORIGIN_REFUSED");
}

/// A cookie for an account that is named is that account's; for one that is not signed in here there is none.
#[test]
fn a_cookie_is_of_the_account_that_was_named() {
    let mut machine = signed_in("");
    let url = format!("https://login.dovetail.localhost:{}/", machine.fake.port);
    let mut ask = |account: &str| {
        let nonce = machine.fake.nonce();
        let ask = json!({"url": url, "nonce": nonce, "account": account});
        machine.ask("cookie", &ask).unwrap()
    };
    assert_eq!(ask(&home())["body"]["upn"], "adele@contoso.example");
    assert_eq!(ask(&home().to_uppercase())["ok"], true);
    for other in [
        "",
        USER,
        "11111111-2222-4333-8444-555555555555.6973bb37-65f8-440e-b39e-dd57da64f6cf",
    ] {
        assert_eq!(ask(other)["error"]["symbol"], "SSO_ACCOUNT", "{other:?}");
    }
}

/// A program gets tokens for its application: what it asked goes to the tenant, and no renewed token comes of it.
#[test]
fn a_program_gets_tokens_for_its_application() {
    let mut machine = signed_in("");
    let correlation = "22222222-2222-4333-8444-555555555555";
    let ask = json!({"client_id": CLIENT, "scope": "https://graph.example/User.Read offline_access aza", "nonce": "page-nonce",
        "account": home(), "claims": r#"{"id_token":{"signin_state":{"essential":false}}}"#, "correlation_id": correlation,
        "authority": format!("https://login.dovetail.localhost:{}/common/", machine.fake.port),
        "redirect_uri": "https://login.microsoftonline.com/common/oauth2/nativeclient"});
    let answer = machine.ask("broker.token", &ask).unwrap();
    let body = &answer["body"];
    assert_eq!(
        (&body["access_token"], &body["token_type"]),
        (&json!("eyJ.access.token"), &json!("Bearer")),
        "{answer}"
    );
    assert_eq!(body["account"]["home_account_id"], home());
    let scope = "https://graph.example/User.Read offline_access openid profile";
    assert_eq!(body["scope"], scope);
    let claims = body["id_token"]
        .as_str()
        .unwrap()
        .split('.')
        .nth(1)
        .unwrap();
    let claims: Value = serde_json::from_slice(&from_b64url(claims).unwrap()).unwrap();
    assert_eq!(
        (&claims["aud"], &claims["nonce"]),
        (&json!(CLIENT), &json!("page-nonce"))
    );
    assert!(body["client_info"].is_string() && body.get("refresh_token").is_none());
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let left = body["expires_on"].as_i64().unwrap() - i64::try_from(now).unwrap();
    assert!((3590..=3599).contains(&left), "{left}");
    {
        let sso = machine.fake.sso.lock().unwrap();
        assert_eq!(sso.asked["scope"], scope);
        assert_eq!(sso.asked["redirect_uri"], ask["redirect_uri"]);
        assert_eq!(sso.asked["claims"], ask["claims"]);
        assert_eq!((sso.counts[1], sso.counts[2]), (0, 1));
    }
    // An answer that says nothing of the person is none for a program that signs people in.
    machine.fake.sso.lock().unwrap().edit = Some(Box::new(|answer| {
        answer.as_object_mut().unwrap().remove("id_token");
    }));
    let bare = machine.ask("broker.token", &ask).unwrap();
    assert_eq!(bare["error"]["symbol"], "SSO_ANSWER", "{bare}");
}

/// An application of another organisation, with a sign-in host of its own, or with nonsense: refused before anybody is asked.
#[test]
fn applications_of_others_get_nothing() {
    let mut machine = signed_in("");
    let host = format!("https://login.dovetail.localhost:{}", machine.fake.port);
    let good = json!({"client_id": CLIENT, "scope": "User.Read"});
    for (authority, symbol) in [
        (format!("{host}/common"), None),
        (format!("{host}/{}/v2.0", support::TENANT), None),
        (format!("{host}/contoso.example/"), None),
        (format!("{host}/organizations"), None),
        (format!("{host}/consumers"), Some("SSO_AUTHORITY")),
        (
            format!("{host}/11111111-2222-4333-8444-555555555555"),
            Some("SSO_AUTHORITY"),
        ),
        (
            "https://login.evil.example/common".into(),
            Some("SSO_AUTHORITY"),
        ),
        (
            "http://login.dovetail.localhost/common".into(),
            Some("SSO_AUTHORITY"),
        ),
        ("common".into(), Some("SSO_AUTHORITY")),
    ] {
        let mut ask = good.clone();
        ask["authority"] = json!(authority);
        let answer = machine.ask("broker.token", &ask).unwrap();
        assert_eq!(
            answer["error"]["symbol"].as_str(),
            symbol,
            "{authority}: {answer}"
        );
    }
    for (member, value) in [
        ("scope", json!(" ")),
        ("claims", json!("{")),
        ("correlation_id", json!("a\r\nb: c")),
        ("client_id", json!("no guid")),
        ("nonce", json!("\u{0}")),
    ] {
        let mut ask = good.clone();
        ask[member] = value;
        let answer = machine.ask("broker.token", &ask).unwrap();
        assert_eq!(answer["error"]["symbol"], "BAD_FRAME", "{member}: {answer}");
    }
}

/// A page gets tokens where the machine's configuration grants it its application, and the audit says which page it was.
#[test]
fn a_page_gets_tokens_where_the_configuration_says_so() {
    let mut machine = signed_in(APPS);
    let ask = json!({"client_id": CLIENT, "scope": "User.Read", "redirect_uri": "https://app.example/back"});
    let answer = machine.ask_from(APP, "broker.token", &ask).unwrap();
    assert_eq!(answer["ok"], true, "{answer}");
    let mut foreign = ask.clone();
    foreign["client_id"] = json!("29d9ed98-a469-4536-ade2-f981bc1d605e");
    for (origin, ask) in [
        ("https://other.example", &ask),
        (APP, &foreign),
        (APP, &json!({"client_id": CLIENT, "scope": "User.Read"})),
    ] {
        let answer = machine.ask_from(origin, "broker.token", ask).unwrap();
        assert_eq!(answer["error"]["symbol"], "ORIGIN_REFUSED", "{origin}");
    }
    let lines = audit(&machine);
    let of = |origin: &str, granted: bool| {
        lines.iter().any(|line| {
            line["action"] == "broker.token"
                && line["origin"] == origin
                && line["granted"] == granted
        })
    };
    assert!(of(APP, true) && of(APP, false) && of("https://other.example", false));
}

/// The line of the audit says who had what: the local user and their account, the program by the kernel's word, the host.
#[test]
fn the_audit_says_who_had_what() {
    let mut machine = signed_in("");
    let url = format!("https://login.dovetail.localhost:{}/", machine.fake.port);
    let ask = json!({"url": url, "nonce": machine.fake.nonce()});
    assert_eq!(machine.ask("cookie", &ask).unwrap()["ok"], true);
    let own = std::env::current_exe().unwrap();
    let lines = audit(&machine);
    let line = lines
        .iter()
        .find(|line| line["action"] == "cookie")
        .unwrap();
    assert_eq!(
        (&line["user"], &line["account"], &line["about"]),
        (
            &json!("root"),
            &json!("adele@contoso.example"),
            &json!("login.dovetail.localhost")
        ),
        "{line}"
    );
    assert_eq!(line["exe"], own.to_str().unwrap());
    assert_eq!(line["uid"], 0);
    assert!(line["name"].is_string() && line.get("now").is_none());
}

/// [DM-02] Where the configuration names the programs that may, another one of the same user gets neither cookie nor token, a
/// permitted one does, and the refusals are written down.
#[test]
fn only_named_programs_get_something_where_programs_are_named() {
    let python = "/usr/bin/python3";
    let mut machine = signed_in("[sso]\nprograms = [\"/usr/bin/python3\"]\n");
    let url = format!("https://login.dovetail.localhost:{}/", machine.fake.port);
    let cookie = json!({"url": url, "nonce": machine.fake.nonce()});
    for (kind, ask) in [
        ("cookie", &cookie),
        ("token", &json!({"resource": "r"})),
        ("broker.token", &json!({"client_id": CLIENT, "scope": "s"})),
    ] {
        let answer = machine.ask(kind, ask).unwrap();
        assert_eq!(answer["error"]["symbol"], "SSO_PROGRAM", "{kind}: {answer}");
    }
    assert_eq!(machine.ask("status", &json!({})).unwrap()["ok"], true);
    let script = "import json,socket,struct,sys
s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
b=json.dumps({'v':1,'id':'a','type':'cookie','body':json.loads(sys.argv[2])}).encode()
s.sendall(struct.pack('=I',len(b))+b)
n=struct.unpack('=I',s.recv(4,socket.MSG_WAITALL))[0]
print(s.recv(n,socket.MSG_WAITALL).decode())";
    let output = std::process::Command::new(python)
        .args(["-c", script])
        .arg(machine.dir.path().join("s"))
        .arg(cookie.to_string())
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["ok"], true, "{answer}");
    let doctor = machine.ask("doctor", &json!({})).unwrap();
    let checks = doctor["body"]["checks"].as_array().unwrap();
    let seen = checks.iter().find(|check| check["name"] == "programs");
    assert_eq!(seen.unwrap()["outcome"], "passed", "{doctor}");
    let refused = audit(&machine);
    let refused = refused.iter().filter(|line| line["code"] == "JOIN-447");
    assert_eq!(refused.count(), 3);
}

/// Where the configuration asks for it, a program's first use of the sign-on is told to its user; its second is not.
#[test]
fn a_new_program_is_told_once() {
    let mut machine = signed_in("[sso]\nnotify_new_programs = true\n");
    let mut events = support::sign_on::Events::of(&machine);
    let ask = json!({"resource": "https://graph.example"});
    assert_eq!(machine.ask("token", &ask).unwrap()["ok"], true);
    let told = events.next("sso.new_program");
    let own = std::env::current_exe().unwrap();
    assert_eq!(
        told,
        json!({"program": own.to_str().unwrap(), "username": "adele@contoso.example", "action": "token"})
    );
    machine.restart(None);
    machine.ask("status", &json!({})).unwrap();
    let mut events = support::sign_on::Events::of(&machine);
    assert_eq!(machine.ask("token", &ask).unwrap()["ok"], true);
    machine.ask("leave", &json!({})).unwrap();
    let before = events.names_until("status.changed");
    assert!(
        !before.contains(&"sso.new_program".to_owned()),
        "{before:?}"
    );
}
