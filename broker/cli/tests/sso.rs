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

use lab::{Daemon, report, status};
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
