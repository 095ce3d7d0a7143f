//! The host in the dialect of linux-entra-sso: real pipes, a daemon that is played, and frames as that project's extension
//! sends and reads them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop where its story cannot go on"
)]

#[path = "driver/play.rs"]
mod driver;

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use driver::{Daemon, Host, frame, good};
use serde_json::{Value, json};

const CHROME: &str = "chrome-extension://jlnfnnolkbjieggibinobhkjdfbpcohn/";
const LOGIN: &str = "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?sso_nonce=n";

/// A host that waited for the daemon first would take the ten seconds of a request; a busy machine takes less than this.
const SOON: Duration = Duration::from_secs(8);

fn start(socket: &Path) -> Host {
    Host::start_as(socket, &[CHROME])
}

fn account() -> Value {
    json!({"home_account_id":"o.t","local_account_id":"o","tenant_id":"6babcaad-604b-40ac-a9d7-9fd97c0b779f",
        "environment":"login.windows.net","username":"adele@contoso.com","name":"Adele","client_info":"e30","default":true})
}

/// As the extension gives it back.
fn given() -> Value {
    json!({"environment":"login.windows.net","homeAccountId":"o.t","localAccountId":"o","name":"Adele",
        "passwordExpiry":0,"realm":"6babcaad-604b-40ac-a9d7-9fd97c0b779f","username":"adele@contoso.com"})
}

/// A daemon with one account signed in.
fn usual(request: &Value) -> Value {
    let body = match request["type"].as_str().unwrap() {
        "accounts" => json!({"accounts":[account()]}),
        "cookie" => {
            json!({"name":"x-ms-RefreshTokenCredential","value":request["body"]["url"],"upn":"adele@contoso.com"})
        }
        "broker.token" => {
            json!({"access_token":"a","token_type":"Bearer","id_token":"i","client_info":"e30",
            "account":account(),"scope":request["body"]["scope"],"expires_on":1_700_000_000})
        }
        "hello" => json!({"protocol":1,"broker":"9.8.7","features":[],"max_frame":1_048_576}),
        _ => json!({}),
    };
    good(request, body)
}

fn signed_in() -> driver::Replies {
    Box::new(|request| Some(usual(request)))
}

fn say(host: &mut Host, request: &Value) {
    host.send(request.to_string().as_bytes());
}

fn ask(host: &mut Host, request: &Value) -> Value {
    say(host, request);
    let answer = host.read();
    assert_eq!(answer["command"], request["command"]);
    answer["message"].clone()
}

fn state(host: &mut Host) -> String {
    let told = host.read();
    assert_eq!(told["command"], "brokerStateChanged", "{told}");
    told["message"].as_str().unwrap().to_owned()
}

/// Everything that the published extension does, from its start on, in each of its browsers.
#[test]
fn the_published_extension_finds_everything_that_it_asks_for() {
    let daemon = Daemon::replying(signed_in());
    for caller in [
        vec![CHROME, "--parent-window=0"],
        vec!["/m/linux_entra_sso.json", "linux-entra-sso@example.com"],
        vec!["/m/linux_entra_sso.json", "@linux-entra-sso.tb"],
    ] {
        let mut host = Host::start_as(&daemon.socket, &caller);
        assert_eq!(state(&mut host), "online");
        let hello = daemon.seen();
        assert_eq!(
            (&hello["type"], &hello["body"]["caller"]),
            (
                &json!("hello.host"),
                &json!(caller[caller.len() - 1].replace("--parent-window=0", CHROME))
            )
        );

        let known = ask(&mut host, &json!({"command":"getAccounts"}));
        let mut first = known["accounts"][0].clone();
        assert_eq!(first["clientInfo"], "e30");
        assert_eq!(
            (&first["familyName"], &first["givenName"]),
            (&json!(""), &json!(""))
        );
        for more in ["clientInfo", "familyName", "givenName"] {
            first.as_object_mut().unwrap().remove(more);
        }
        assert_eq!(first, given());

        let cookie = ask(
            &mut host,
            &json!({"command":"acquirePrtSsoCookie","account":given(),"ssoUrl":LOGIN}),
        );
        let item = json!({"cookieName":"x-ms-RefreshTokenCredential","cookieContent":LOGIN});
        assert_eq!(cookie["cookieItems"], json!([item]));
        assert_eq!(
            (&cookie["cookieName"], &cookie["cookieContent"]),
            (&item["cookieName"], &item["cookieContent"])
        );

        let token = ask(
            &mut host,
            &json!({"command":"acquireTokenSilently","account":given()}),
        );
        let response = &token["brokerTokenResponse"];
        assert_eq!(
            (&response["accessToken"], &response["accessTokenType"]),
            (&json!("a"), &json!(0))
        );
        assert_eq!(
            (&response["grantedScopes"], &response["expiresOn"]),
            (
                &json!("https://graph.microsoft.com/.default"),
                &json!(1_700_000_000_000_i64)
            )
        );
        let token = ask(
            &mut host,
            &json!({"command":"acquireTokenSilently","account":given(),"scopes":["a","b"]}),
        );
        assert_eq!(token["brokerTokenResponse"]["grantedScopes"], "a b");

        let version = ask(&mut host, &json!({"command":"getVersion"}));
        assert_eq!(version["linuxBrokerVersion"], "9.8.7");
        assert!(version["native"].is_string());
        host.leave();
        daemon.all_seen();
    }
}

/// The account that is named and the address that is named reach the daemon, and in the name of the browser Edge.
#[test]
fn the_daemon_is_asked_for_what_the_extension_wants() {
    let daemon = Daemon::replying(signed_in());
    let mut host = start(&daemon.socket);
    assert_eq!(state(&mut host), "online");
    ask(
        &mut host,
        &json!({"command":"acquirePrtSsoCookie","account":given(),"ssoUrl":LOGIN}),
    );
    ask(
        &mut host,
        &json!({"command":"acquirePrtSsoCookie","account":given(),"ssoUrl":null}),
    );
    ask(
        &mut host,
        &json!({"command":"acquireTokenSilently","account":given()}),
    );
    let mut asked = Vec::new();
    while asked.len() < 3 {
        let request = daemon.seen();
        if matches!(request["type"].as_str(), Some("cookie" | "broker.token")) {
            assert!(request.get("origin").is_none());
            asked.push(request["body"].clone());
        }
    }
    assert_eq!(asked[0], json!({"url":LOGIN,"account":"o.t"}));
    assert_eq!(asked[1]["url"], "https://login.microsoftonline.com/");
    assert_eq!(
        asked[2],
        json!({"account":"o.t","client_id":"d7b530a4-7680-4c23-a8bf-c52c121d2e87","scope":"https://graph.microsoft.com/.default"})
    );
}

/// [NH-04] A command that nobody knows, none, and what is no request at all: each is answered, where the published host is silent
/// or dies.
#[test]
fn whatever_is_asked_is_answered() {
    let daemon = Daemon::replying(signed_in());
    let mut host = start(&daemon.socket);
    assert_eq!(state(&mut host), "online");
    let unknown = ask(&mut host, &json!({"command":"steal"}));
    assert!(
        unknown["error"].as_str().unwrap().contains("JOIN-460"),
        "{unknown}"
    );
    let deep = format!(
        "{{\"command\":\"getAccounts\",\"x\":{}{}}}",
        "[".repeat(2_000),
        "]".repeat(2_000)
    );
    for broken in [
        &b"{"[..],
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        br#"{"command":7}"#,
        br#"{"command":null}"#,
        br#"["getAccounts"]"#,
        deep.as_bytes(),
    ] {
        host.send(broken);
        let answer = host.read();
        assert_eq!(answer["command"], "");
        assert!(
            answer["message"]["error"]
                .as_str()
                .unwrap()
                .contains("JOIN-307"),
            "{answer}"
        );
    }
    let known = ask(&mut host, &json!({"command":"getAccounts"}));
    assert_eq!(known["accounts"][0]["username"], "adele@contoso.com");
}

/// [NH-05] No account, an account without an id, no address: an error, and never a cookie for somebody else.
#[test]
fn nobody_gets_a_cookie_because_nobody_was_named() {
    let daemon = Daemon::replying(signed_in());
    let mut host = start(&daemon.socket);
    assert_eq!(state(&mut host), "online");
    for bad in [
        json!({"command":"acquirePrtSsoCookie"}),
        json!({"command":"acquirePrtSsoCookie","account":null,"ssoUrl":LOGIN}),
        json!({"command":"acquirePrtSsoCookie","account":{},"ssoUrl":LOGIN}),
        json!({"command":"acquirePrtSsoCookie","account":{"homeAccountId":null},"ssoUrl":LOGIN}),
        json!({"command":"acquirePrtSsoCookie","account":{"homeAccountId":""},"ssoUrl":LOGIN}),
        json!({"command":"acquirePrtSsoCookie","account":"o.t","ssoUrl":LOGIN}),
        json!({"command":"acquirePrtSsoCookie","account":given()}),
        json!({"command":"acquirePrtSsoCookie","account":given(),"ssoUrl":7}),
    ] {
        let message = ask(&mut host, &bad);
        assert!(
            message["error"].as_str().unwrap().contains("JOIN-307"),
            "{bad}: {message}"
        );
    }
    let message = ask(
        &mut host,
        &json!({"command":"acquireTokenSilently","account":{}}),
    );
    assert_eq!(
        message["brokerTokenResponse"]["error"]["status"], 6,
        "{message}"
    );
    host.leave();
    for asked in daemon.all_seen() {
        assert!(
            !matches!(asked["type"].as_str(), Some("cookie" | "broker.token")),
            "{asked}"
        );
    }
}

/// [NH-13] An address without TLS is refused here already. Which hosts there are to sign in at only the daemon knows.
#[test]
fn no_cookie_is_asked_for_an_address_without_tls() {
    let daemon = Daemon::replying(signed_in());
    let mut host = start(&daemon.socket);
    assert_eq!(state(&mut host), "online");
    for url in [
        "http://login.microsoftonline.com/",
        "HTTPS://x",
        "javascript:1",
        "login.microsoftonline.com",
        " https://a",
    ] {
        let message = ask(
            &mut host,
            &json!({"command":"acquirePrtSsoCookie","account":given(),"ssoUrl":url}),
        );
        assert!(
            message["error"].as_str().unwrap().contains("JOIN-442"),
            "{url}: {message}"
        );
    }
}

/// Where the daemon refuses, the reason comes in the place where the extension looks for it.
#[test]
fn refusals_come_where_the_extension_looks() {
    let daemon = Daemon::replying(Box::new(|request| {
        let report = dovetail_client::blame::report(dovetail_shared::Code::SSO_NOT_SIGNED_IN);
        Some(json!({"v":1,"id":request["id"],"ok":false,"error":report}))
    }));
    let mut host = start(&daemon.socket);
    assert_eq!(state(&mut host), "online");
    let message = ask(
        &mut host,
        &json!({"command":"acquirePrtSsoCookie","account":given(),"ssoUrl":LOGIN}),
    );
    assert!(
        message["error"].as_str().unwrap().contains("JOIN-440"),
        "{message}"
    );
    let message = ask(
        &mut host,
        &json!({"command":"acquireTokenSilently","account":given()}),
    );
    let error = &message["brokerTokenResponse"]["error"];
    assert_eq!(
        (&error["status"], &error["errorCode"], &error["tag"]),
        (&json!(2), &json!(440), &json!("JOIN-440"))
    );
}

/// Two cookies and an account list are asked for; the daemon answers the second cookie first. There are no ids, so the first
/// question with a command gets the first answer with it; what has another command waits for nobody.
#[test]
fn answers_keep_the_order_of_their_command() {
    let daemon = Daemon::silent();
    let mut host = start(&daemon.socket);
    assert_eq!(state(&mut host), "online");
    let cookie = |number: u8| json!({"command":"acquirePrtSsoCookie","account":given(),"ssoUrl":format!("{LOGIN}{number}")});
    say(&mut host, &cookie(1));
    say(&mut host, &cookie(2));
    say(&mut host, &json!({"command":"getAccounts"}));
    let mut asked = Vec::new();
    while asked.len() < 3 {
        let request = daemon.seen();
        let kind = request["type"].as_str().unwrap().to_owned();
        // The host's own look at the accounts comes first.
        if kind == "cookie" || (kind == "accounts" && !asked.is_empty()) {
            asked.push(request);
        }
    }
    daemon.say(&usual(&asked[1]));
    daemon.say(&usual(&asked[2]));
    assert_eq!(host.read()["command"], "getAccounts");
    daemon.say(&usual(&asked[0]));
    for number in [1, 2] {
        assert_eq!(
            host.read()["message"]["cookieContent"],
            format!("{LOGIN}{number}")
        );
    }
}

/// [NH-09] [NH-10] No daemon, a daemon, none again, another one: the extension hears of each, and asks in vain only meanwhile.
#[test]
fn the_brokers_coming_and_going_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("dovetail.sock");
    let mut host = start(&socket);
    assert_eq!(state(&mut host), "offline");
    let message = ask(&mut host, &json!({"command":"getAccounts"}));
    assert!(
        message["error"].as_str().unwrap().contains("JOIN-303"),
        "{message}"
    );
    let first = Daemon::replying_at(&socket, signed_in());
    // Nobody asks; the host looks by itself.
    assert_eq!(state(&mut host), "online");
    first.seen();
    first.die();
    assert_eq!(state(&mut host), "offline");
    let _second = Daemon::replying_at(&socket, signed_in());
    assert_eq!(state(&mut host), "online");
    assert!(ask(&mut host, &json!({"command":"getAccounts"}))["accounts"].is_array());
}

/// Somebody signs in while the extension is there. It asks for accounts only when a broker comes, so one comes.
#[test]
fn a_sign_in_makes_the_extension_look_again() {
    let signed_in = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let now = std::sync::Arc::clone(&signed_in);
    let daemon = Daemon::replying(Box::new(move |request| {
        if request["type"] == "accounts" && !now.load(std::sync::atomic::Ordering::SeqCst) {
            return Some(good(request, json!({"accounts":[]})));
        }
        Some(usual(request))
    }));
    let mut host = start(&daemon.socket);
    assert_eq!(state(&mut host), "online");
    assert_eq!(
        ask(&mut host, &json!({"command":"getAccounts"})),
        json!({"accounts":[]})
    );
    // Something else has changed: no news for the extension.
    daemon.say(&json!({"v":1,"event":"status.changed","body":{}}));
    assert_eq!(
        ask(&mut host, &json!({"command":"getAccounts"})),
        json!({"accounts":[]})
    );
    signed_in.store(true, std::sync::atomic::Ordering::SeqCst);
    daemon.say(&json!({"v":1,"event":"status.changed","body":{}}));
    assert_eq!(
        (state(&mut host), state(&mut host)),
        ("offline".into(), "online".into())
    );
    assert_eq!(
        ask(&mut host, &json!({"command":"getAccounts"}))["accounts"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

/// [NH-11] The daemon hangs: ten seconds, and then an error; on a busy machine somewhat later, within the minute that anything may take.
#[test]
fn a_hanging_daemon_costs_ten_seconds_and_no_more() {
    let daemon = Daemon::silent();
    let mut host = start(&daemon.socket);
    assert_eq!(state(&mut host), "online");
    let start = std::time::Instant::now();
    let message = ask(
        &mut host,
        &json!({"command":"acquirePrtSsoCookie","account":given(),"ssoUrl":LOGIN}),
    );
    assert!(
        message["error"].as_str().unwrap().contains("JOIN-304"),
        "{message}"
    );
    assert!(
        (9..60).contains(&start.elapsed().as_secs()),
        "{:?}",
        start.elapsed()
    );
}

/// [NH-16] A thousand requests without waiting are answered, each, in bounded memory.
#[test]
fn a_thousand_requests_at_once_are_answered() {
    let daemon = Daemon::replying(signed_in());
    let mut host = start(&daemon.socket);
    assert_eq!(state(&mut host), "online");
    let mut input = host.take_input();
    let writer = std::thread::spawn(move || {
        for number in 0..1000 {
            let asked = json!({"command":"acquirePrtSsoCookie","account":given(),"ssoUrl":format!("https://l/{number}")});
            input
                .write_all(&frame(asked.to_string().as_bytes()))
                .unwrap();
        }
        input
    });
    for number in 0..1000 {
        assert_eq!(
            host.read()["message"]["cookieContent"],
            format!("https://l/{number}")
        );
    }
    drop(writer.join().unwrap());
    assert!(host.ends_within(SOON));
}

/// [NH-07] [NH-08] [NH-12] An absurd length, the browser's end, a reply that no browser would take.
#[test]
fn limits_and_ends_are_those_of_our_own_dialect() {
    let daemon = Daemon::silent();
    let mut host = start(&daemon.socket);
    assert_eq!(state(&mut host), "online");
    say(&mut host, &json!({"command":"getVersion"}));
    let hello = loop {
        let request = daemon.seen();
        if request["type"] == "hello" {
            break request;
        }
    };
    daemon.say(&json!({"v":1,"body":"x".repeat(1024 * 1024),"id":hello["id"],"ok":true}));
    let answer = host.read();
    assert_eq!(answer["command"], "getVersion");
    assert!(
        answer["message"]["error"]
            .as_str()
            .unwrap()
            .contains("JOIN-308")
    );
    host.input().write_all(&u32::MAX.to_ne_bytes()).unwrap();
    assert!(
        host.read()["message"]["error"]
            .as_str()
            .unwrap()
            .contains("JOIN-308")
    );
    assert!(host.peak_kib() < 12 * 1024, "{} KiB", host.peak_kib());
    assert!(host.ends_within(SOON));
    // Away, and the browser goes: no waiting for the next try.
    let mut host = start(Path::new("/nowhere/dovetail.sock"));
    assert_eq!(state(&mut host), "offline");
    host.close_input();
    assert!(host.ends_within(SOON));
}
