//! The commands of single sign-on: words, JSON, exit codes, and when the waiting ends.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop where its story cannot go on"
)]

#[path = "lab/play.rs"]
#[allow(dead_code, reason = "not every test needs all of it")]
mod lab;

use std::sync::atomic::{AtomicU32, Ordering};

use lab::{Answer, Daemon, report, status};
use serde_json::{Value, json};

fn with(sso: Value) -> Value {
    let mut status = status(true);
    status["sso"] = sso;
    status
}

fn active(issued: i64) -> Value {
    json!({"state": "active", "upn": "ada@contoso.example\u{1b}[2J", "issued": issued, "expires": 1_453_514_531, "next_renewal": 1_452_319_332,
        "authority": "https://login.dovetail.localhost:8443/contoso.example", "keys": "tpm"})
}

/// The sign-on has its section, in the words of dsregcmd; nothing in it commands the terminal, and what is wrong says how to mend it.
#[test]
fn the_sign_on_has_its_section() {
    let run = Daemon::start(|_| Ok(with(active(1_452_304_932))), vec![]).run(&["status"]);
    for line in [
        "| SSO State                                                            |",
        "                AzureAdPrt : YES",
        "      AzureAdPrtUpdateTime : 2016-01-09 02:02:12.000 UTC",
        "      AzureAdPrtExpiryTime : 2016-01-23 02:02:11.000 UTC",
        "       AzureAdPrtAuthority : https://login.dovetail.localhost:8443/contoso.example",
        "              Next Renewal : 2016-01-09 06:02:12.000 UTC",
        "           SessionKeyInTpm : YES",
    ] {
        assert!(
            run.out.lines().any(|have| have == line),
            "{line}\n{}",
            run.out
        );
    }
    assert!(!run.out.contains('\u{1b}'));
    let refused = json!({"state": "device_disabled", "upn": "ada@contoso.example", "report": report("AADSTS135011")});
    let run = Daemon::start(move |_| Ok(with(refused.clone())), vec![]).run(&["status"]);
    assert!(
        run.out.contains("AzureAdPrt : NO") && run.out.contains("AADSTS135011"),
        "{}",
        run.out
    );
    assert!(
        run.out.contains("What to do : Ask your administrator"),
        "{}",
        run.out
    );
    let none = Daemon::start(|_| Ok(with(json!({"state": "none"}))), vec![]).run(&["status"]);
    assert!(
        none.out.contains("What to do : Run `dovetail sign-in`."),
        "{}",
        none.out
    );
}

/// `token` prints the token and nothing else; with `--json` its end and account; a refusal ends with who can mend it.
#[test]
fn a_token_is_printed_alone() {
    let token = json!({"access_token": "eyJ.a.b", "token_type": "Bearer", "expires_on": 1_452_308_531, "scope": "s", "upn": "ada@contoso.example"});
    let answer = token.clone();
    let daemon = Daemon::start(move |_| Ok(answer.clone()), vec![]);
    let run = daemon.run(&["token", "--resource", "https://graph.microsoft.com"]);
    assert_eq!(
        (run.code, run.out.as_str()),
        (0, "eyJ.a.b\n"),
        "{}",
        run.err
    );
    assert_eq!(
        daemon.last()["body"],
        json!({"resource": "https://graph.microsoft.com"})
    );
    let client = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
    let run = daemon.run(&[
        "token",
        "--scope",
        "User.Read",
        "--client-id",
        client,
        "--json",
    ]);
    assert_eq!(run.json(), token);
    assert_eq!(
        daemon.last()["body"],
        json!({"scope": "User.Read", "client_id": client})
    );
    for wrong in [
        &["token"][..],
        &["token", "--resource", "a", "--scope", "b"],
        &["token", "--resource", "a", "--client-id", "b"],
    ] {
        assert_eq!(daemon.run(wrong).code, 2, "{wrong:?}");
    }
    for (code, exit) in [
        ("JOIN-440", 1),
        ("AADSTS135011", 3),
        ("JOIN-312", 4),
        ("AADSTS53003", 3),
    ] {
        let run = Daemon::start(move |_| Err(code), vec![]).run(&["token", "--resource", "a"]);
        assert_eq!(
            (run.code, run.out.as_str()),
            (exit, ""),
            "{code}: {}",
            run.err
        );
    }
}

#[test]
fn a_cookie_is_printed_as_it_is_sent() {
    let cookie = json!({"name": "x-ms-RefreshTokenCredential", "value": "a.b.c", "upn": "ada@contoso.example"});
    let daemon = Daemon::start(move |_| Ok(cookie.clone()), vec![]);
    let run = daemon.run(&["cookie", "https://login.example/?sso_nonce=n"]);
    assert_eq!(
        run.out, "x-ms-RefreshTokenCredential=a.b.c\n",
        "{}",
        run.err
    );
    assert_eq!(
        daemon.last()["body"]["url"],
        "https://login.example/?sso_nonce=n"
    );
    let run = Daemon::start(|_| Err("JOIN-442"), vec![]).run(&["cookie", "https://evil.example/"]);
    assert_eq!(run.code, 3);
}

/// `sign-in` tells the page's address, waits, and ends when the person is signed in, or with what stood in the way.
#[test]
fn signing_in_waits_for_the_outcome() {
    let changed = json!({"v": 1, "event": "status.changed", "body": status(true)});
    let played = |second: Value| {
        let asked = AtomicU32::new(0);
        Daemon::start(
            move |request| {
                if request["type"] != "status" {
                    return Ok(json!({}));
                }
                let number = asked.fetch_add(1, Ordering::SeqCst);
                Ok(with(if number == 0 {
                    json!({"state": "none"})
                } else {
                    second.clone()
                }))
            },
            vec![changed.clone()],
        )
    };
    let run = played(active(1_452_304_932)).run(&["sign-in"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        run.out.contains("/WebApp/CloudDomainJoin/4?mode=settings"),
        "{}",
        run.out
    );
    assert!(
        run.out.contains("Signed in as ada@contoso.example"),
        "{}",
        run.out
    );
    let refused = json!({"state": "none", "report": report("AADSTS53003")});
    assert_eq!(played(refused).run(&["sign-in"]).code, 3);
    // Signed in already, not joined, not known any more: nothing to wait for.
    let already = Daemon::start(|_| Ok(with(active(1))), vec![]).run(&["sign-in"]);
    assert!(
        already.code == 0 && already.out.contains("--again"),
        "{}",
        already.out
    );
    let not = Daemon::start(|_| Ok(status(false)), vec![]).run(&["sign-in"]);
    assert_eq!(not.code, 1, "{}", not.err);
    let gone = with(json!({"state": "device_deleted"}));
    let gone = Daemon::start(move |_| Ok(gone.clone()), vec![]).run(&["sign-in"]);
    assert!(
        gone.code == 1 && gone.err.contains("dovetail leave"),
        "{}",
        gone.err
    );
}

fn two_accounts() -> Value {
    let account = |name: &str, default: bool| {
        json!({"home_account_id": format!("{name}.6973bb37-65f8-440e-b39e-dd57da64f6cf"), "local_account_id": name,
            "tenant_id": "6973bb37-65f8-440e-b39e-dd57da64f6cf", "environment": "login.windows.net",
            "username": format!("{name}@contoso.example"), "name": format!("{name}\u{1b}[2J"), "client_info": "e30", "default": default})
    };
    json!({"accounts": [account("ada", true), account("grace", false)]})
}

/// Several accounts: they are listed, one is chosen or signed out by its name, and a token or cookie is of the one that was named.
/// Where there are several, signing out wants a name.
#[test]
fn accounts_are_meant_by_their_names() {
    let token = json!({"access_token": "eyJ.a.b", "token_type": "Bearer", "expires_on": 1, "upn": "grace@contoso.example"});
    let cookie = json!({"name": "x", "value": "a.b.c", "upn": "grace@contoso.example"});
    let daemon = Daemon::start(
        move |request| {
            Ok(match request["type"].as_str() {
                Some("token") => token.clone(),
                Some("cookie") => cookie.clone(),
                _ => two_accounts(),
            })
        },
        vec![],
    );
    let run = daemon.run(&["accounts"]);
    assert!(
        run.out.contains("* ada@contoso.example  ada"),
        "{}",
        run.out
    );
    assert!(run.out.contains("  grace@contoso.example"), "{}", run.out);
    assert!(!run.out.contains('\u{1b}'));
    assert_eq!(daemon.run(&["accounts", "--json"]).json(), {
        let mut list = two_accounts();
        for account in list["accounts"].as_array_mut().unwrap() {
            account["state"] = json!("none");
        }
        list
    });
    let grace = "grace.6973bb37-65f8-440e-b39e-dd57da64f6cf";
    for (arguments, kind) in [
        (
            &["accounts", "--default", "Grace@contoso.example"][..],
            "account.default",
        ),
        (&["sign-out", "grace@contoso.example"], "account.remove"),
        (&["sign-out", grace], "account.remove"),
        (
            &[
                "token",
                "--resource",
                "r",
                "--account",
                "grace@contoso.example",
            ],
            "token",
        ),
        (
            &["cookie", "https://login.example/", "--account", grace],
            "cookie",
        ),
    ] {
        let run = daemon.run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.err);
        let last = daemon.last();
        assert_eq!(
            (&last["type"], &last["body"]["account"]),
            (&json!(kind), &json!(grace))
        );
    }
    for wrong in [&["sign-out"][..], &["sign-out", "eve@contoso.example"]] {
        let run = daemon.run(wrong);
        assert!(
            run.code == 1 && run.err.contains("JOIN-446"),
            "{wrong:?}: {}",
            run.err
        );
    }
    let nobody = Daemon::start(|_| Ok(json!({"accounts": []})), vec![]);
    assert_eq!(nobody.run(&["sign-out"]).code, 1);
    assert!(nobody.run(&["accounts"]).out.contains("not signed in"));
}

/// `sign-in --device-code` shows code and address, waits, and ends with who signed in, or why nobody did.
#[test]
fn signing_in_elsewhere_shows_a_code() {
    let shown = json!({"user_code": "F5KZ-7QRT", "verification_uri": "https://login.example/device", "message": "", "expires_in": 900});
    let played = |end: Value| {
        let shown = shown.clone();
        let ended = json!({"v": 1, "event": "sign_in.ended", "body": end});
        Daemon::start(
            move |request| {
                Ok(match request["type"].as_str() {
                    Some("status") => with(json!({"state": "none"})),
                    Some("sign_in.device_code") => shown.clone(),
                    _ => json!({}),
                })
            },
            vec![ended],
        )
    };
    let daemon = played(json!({"username": "ada@contoso.example"}));
    let run = daemon.run(&["sign-in", "--device-code", "--add"]);
    assert_eq!(run.code, 0, "{}", run.err);
    for line in [
        "F5KZ-7QRT",
        "https://login.example/device",
        "15 minutes",
        "Signed in as ada@contoso.example.",
    ] {
        assert!(run.out.contains(line), "{line}: {}", run.out);
    }
    assert_eq!(daemon.last()["body"], json!({"add": true}));
    let refused = played(json!({"report": report("AADSTS53003")}));
    assert_eq!(refused.run(&["sign-in", "--device-code"]).code, 3);
    assert_eq!(refused.run(&["sign-in", "--add"]).code, 2);
}

/// The PIN: how it stands and the rules in words; set up, changed and removed with PINs from standard input; a refusal ends with who can
/// mend it; nothing that was typed is printed.
#[test]
fn a_pin_is_told_and_changed() {
    let rules = json!({"allowed": true, "min": 6, "max": 127, "digits": "required", "lowercase": "forbidden",
        "uppercase": "forbidden", "special": "forbidden", "history": 0, "expires_days": 0});
    let view = move |state: &str| json!({"state": state, "username": "ada@contoso.example\u{1b}[2J", "since": 1_452_304_932, "rules": rules});
    let played = |state: &'static str, outcome: Answer| {
        let view = view.clone();
        Daemon::start(
            move |request| match request["type"].as_str() {
                Some("pin.status") => Ok(view(state)),
                Some("status") => Ok(with(active(1))),
                Some("subscribe") => Ok(json!({})),
                _ => outcome.clone(),
            },
            vec![],
        )
    };
    let ready = played("ready", Ok(view("ready")));
    let run = ready.run(&["pin"]);
    for words in [
        "ada@contoso.example",
        "since 2016-01-09 02:02:12",
        "at least 6 characters, with digits",
    ] {
        assert!(run.out.contains(words), "{words}: {}", run.out);
    }
    assert!(!run.out.contains('\u{1b}'));
    assert_eq!(ready.run(&["pin", "--json"]).json()["state"], "ready");
    let typed = "482916\n926184\n";
    for (arguments, kind, body) in [
        (
            &["pin", "set-up", "--pin-stdin"][..],
            "pin.set_up",
            json!({"pin": "482916"}),
        ),
        (
            &["pin", "change", "--pin-stdin"],
            "pin.change",
            json!({"pin": "482916", "new_pin": "926184"}),
        ),
        (&["pin", "remove"], "pin.remove", json!({})),
    ] {
        let run = ready.run_with(arguments, typed);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.err);
        assert!(!(run.out.clone() + &run.err).contains("482916"));
        let last = ready.last();
        assert_eq!((&last["type"], &last["body"]), (&json!(kind), &body));
    }
    let signed = played("ready", Ok(with(active(1_452_304_932))));
    let run = signed.run_with(&["sign-in", "--pin", "--pin-stdin"], typed);
    assert!(
        run.code == 0 && run.out.contains("Signed in as ada@contoso.example"),
        "{}{}",
        run.out,
        run.err
    );
    for (code, exit) in [("JOIN-481", 1), ("JOIN-482", 4), ("JOIN-486", 3)] {
        let refused = played("ready", Err(code));
        let run = refused.run_with(&["sign-in", "--pin", "--pin-stdin"], typed);
        assert_eq!(run.code, exit, "{code}: {}", run.err);
        assert!(run.err.contains(code), "{}", run.err);
    }
    let run = played("none", Ok(json!({}))).run_with(&["pin", "change", "--pin-stdin"], typed);
    assert!(run.code == 1 && run.err.contains("JOIN-480"), "{}", run.err);
    // Without a terminal and without the option nobody waits for what cannot come.
    let run = ready.run(&["pin", "set-up"]);
    assert!(
        run.code == 1 && run.err.contains("--pin-stdin"),
        "{}",
        run.err
    );
}
