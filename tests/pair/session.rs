//! The identity broker on a session bus: a client made from the interface's description alone, in front of daemon and tenant.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use dovetail_shared::link::JoinState;
use dovetail_tests::session::{NAME, PATH, SessionBus, answer};
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::{Lab, Setup, wait};
use serde_json::{Value, json};
use url::Url;
use zbus::fdo::{RequestNameFlags, RequestNameReply};

use crate::mdm::{managed, status};
use crate::sso::{ADELE, claims, joined, sign_in};

const GRAPH: &str = "https://graph.microsoft.com/.default";
/// Microsoft Edge's, as linux-entra-sso uses it.
const CLIENT: &str = "d7b530a4-7680-4c23-a8bf-c52c121d2e87";
/// A broker that is 64 MiB large holds something that it should not.
const LARGE_KIB: u64 = 64 * 1024;

fn soft(story: &str) -> Lab {
    let setup = Setup {
        soft_keys: true,
        ..Setup::default()
    };
    Lab::with(story, setup).unwrap()
}

/// As clients send it.
fn parameters(account: &Value, kind: u8) -> Value {
    json!({
        "account": account, "additionalQueryParametersForAuthorization": {},
        "authority": "https://login.microsoftonline.com/common", "authorizationType": kind, "clientId": CLIENT,
        "redirectUri": "https://login.microsoftonline.com/common/oauth2/nativeclient",
        "requestedScopes": [GRAPH], "username": account["username"], "uxContextHandle": -1,
    })
}

fn known(bus: &SessionBus) -> Vec<Value> {
    let asked = json!({"clientId": CLIENT, "redirectUri": "8a1c2e3f-0b4d-4c5e-9f60-718293a4b5c6"});
    let answer = bus.ask("getAccounts", &asked);
    answer["accounts"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"))
        .clone()
}

fn cookie_for(bus: &SessionBus, account: &Value, url: &str) -> Value {
    let mut inner = parameters(account, 8);
    inner["ssoUrl"] = url.into();
    let asked =
        json!({"account": account, "authParameters": inner, "mamEnrollment": false, "ssoUrl": url});
    bus.ask("acquirePrtSsoCookie", &asked)
}

fn token_for(bus: &SessionBus, account: &Value) -> Value {
    bus.ask(
        "acquireTokenSilently",
        &json!({"authParameters": parameters(account, 1)}),
    )
}

fn refused(answer: &Value) -> (i64, String) {
    let error = &answer["brokerTokenResponse"]["error"];
    assert!(
        error["context"].is_string() && error["diagnostics"].is_object(),
        "{answer}"
    );
    assert!(
        error["errorCode"].is_i64() && error["subStatus"].is_i64(),
        "{answer}"
    );
    assert!(answer["brokerTokenResponse"].get("accessToken").is_none());
    (
        error["status"].as_i64().unwrap(),
        error["tag"].as_str().unwrap().to_owned(),
    )
}

/// The most that was ever resident, in KiB.
fn peak_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

/// The device is joined and its user signed on. Another program knows nothing but the interface's description: it finds all eight
/// methods, an account with every member, a cookie in both shapes that the tenant takes instead of a person, and tokens of that
/// user for that device. The daemon writes down who it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_made_from_the_description_gets_cookie_and_tokens() {
    let Some(lab) = Lab::start("pair_session") else {
        return;
    };
    let Some(bus) = SessionBus::start(lab.dir()) else {
        return;
    };
    let (_, view) = managed(&lab).await;
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    let _broker = bus.broker(&lab.daemon);
    bus.until_owned();

    the_interface_is_described(&bus);
    let account = &the_only_account(&bus);
    assert_eq!(account["username"], "diego@contoso.com");
    let device = view.device.unwrap().device_id.to_string();
    tokens_name_user_and_device(&bus, account, &device);
    a_cookie_stands_for_the_person(&lab, &bus, account).await;
    the_program_is_written_down(&lab);
}

fn the_interface_is_described(bus: &SessionBus) {
    let described = bus
        .gdbus("introspect", &["--dest", NAME, "--object-path", PATH])
        .output()
        .unwrap();
    let described = String::from_utf8(described.stdout).unwrap();
    for method in [
        "acquireTokenInteractively",
        "acquireTokenSilently",
        "getAccounts",
        "removeAccount",
        "acquirePrtSsoCookie",
        "generateSignedHttpRequest",
        "cancelInteractiveFlow",
        "getLinuxBrokerVersion",
    ] {
        assert!(
            described.contains(&format!("{method}(in  s ")),
            "{described}"
        );
    }
    let version = bus.ask(
        "getLinuxBrokerVersion",
        &json!({"msalCppVersion": "1.28.0"}),
    );
    assert!(
        version["linuxBrokerVersion"]
            .as_str()
            .unwrap()
            .starts_with(|first: char| first.is_ascii_digit())
    );
}

/// Every member that some client insists on is there.
fn the_only_account(bus: &SessionBus) -> Value {
    let accounts = known(bus);
    assert_eq!(accounts.len(), 1, "{accounts:?}");
    let account = &accounts[0];
    assert_eq!(
        (&account["username"], &account["environment"]),
        (&json!("diego@contoso.com"), &json!("login.windows.net"))
    );
    assert_eq!(account["passwordExpiry"], 0);
    assert!(
        account["realm"]
            .as_str()
            .unwrap()
            .parse::<uuid::Uuid>()
            .is_ok()
    );
    let home = format!(
        "{}.{}",
        account["localAccountId"].as_str().unwrap(),
        account["realm"].as_str().unwrap()
    );
    assert_eq!(account["homeAccountId"], home);
    for member in ["givenName", "familyName", "name", "clientInfo"] {
        assert!(account[member].is_string(), "{member}");
    }
    account.clone()
}

fn tokens_name_user_and_device(bus: &SessionBus, account: &Value, device: &str) {
    let token = token_for(bus, account);
    let response = &token["brokerTokenResponse"];
    let access = claims(
        response["accessToken"]
            .as_str()
            .unwrap_or_else(|| panic!("{token}")),
    );
    assert_eq!(
        (&access["deviceid"], &access["upn"]),
        (&device.into(), &account["username"]),
        "{access}"
    );
    let identity = claims(response["idToken"].as_str().unwrap());
    assert_eq!(identity["aud"], CLIENT);
    assert_eq!(
        (&response["accessTokenType"], &response["account"]),
        (&json!(0), account)
    );
    let left = response["expiresOn"].as_i64().unwrap() / 1000 - access["exp"].as_i64().unwrap();
    assert!(left.abs() < 120, "not milliseconds: {response}");
    assert!(response["grantedScopes"].is_string() && response["clientInfo"].is_string());
}

async fn a_cookie_stands_for_the_person(lab: &Lab, bus: &SessionBus, account: &Value) {
    let authority = status(lab).await.tenant.unwrap().authority;
    let mut authorize = Url::parse(&format!("{authority}/oauth2/authorize")).unwrap();
    authorize.query_pairs_mut().extend_pairs([
        ("client_id", "29d9ed98-a469-4536-ade2-f981bc1d605e"),
        ("response_type", "code"),
        ("resource", "https://graph.microsoft.com"),
        ("prompt", "none"),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
        ("code_challenge_method", "S256"),
        ("redirect_uri", lab.tenant.value("page")),
    ]);
    let cookie = cookie_for(bus, account, authorize.as_str());
    assert_eq!(
        cookie["cookieItems"][0]["cookieContent"], cookie["cookieContent"],
        "{cookie}"
    );
    assert_eq!(
        (&cookie["cookieItems"][0]["cookieName"], &cookie["account"]),
        (&cookie["cookieName"], account)
    );
    let (name, value) = (
        cookie["cookieName"].as_str().unwrap(),
        cookie["cookieContent"].as_str().unwrap(),
    );
    let mut visitor = Visitor::new(&lab.tenant);
    let answer = visitor.get_with(authorize, &[(name, value)]).await;
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(
        location.starts_with(lab.tenant.value("page")) && location.contains("code="),
        "{location}"
    );
}

fn the_program_is_written_down(lab: &Lab) {
    let audit = String::from_utf8(lab.daemon.file("audit.log")).unwrap();
    let lines = || {
        audit
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
    };
    for action in ["cookie", "broker.token"] {
        let line = lines().rfind(|line| line["action"] == action);
        let line = line.unwrap_or_else(|| panic!("{audit}"));
        let caller = line["caller"].as_str().unwrap();
        assert!(
            caller.starts_with("D-Bus: ") && caller.contains("gdbus"),
            "{line}"
        );
    }
}

/// Not joined, not signed on, another account, another host, offline, no daemon, nonsense: each is told inside of the JSON, and each
/// so that a program can tell what to do.
#[tokio::test(flavor = "multi_thread")]
async fn programs_can_tell_why_they_get_nothing() {
    let mut lab = soft("pair_session_errors");
    let Some(bus) = SessionBus::start(lab.dir()) else {
        return;
    };
    let _broker = bus.broker(&lab.daemon);
    bus.until_owned();
    let nobody = json!({"homeAccountId": "o.t", "username": "o@contoso.com"});
    assert_eq!(known(&bus), Vec::<Value>::new());
    assert_eq!(refused(&token_for(&bus, &nobody)), (20, "JOIN-108".into()));
    let mut visitor = joined(&lab).await;
    assert_eq!(refused(&token_for(&bus, &nobody)), (2, "JOIN-440".into()));
    let login = format!("{}/oauth2/authorize", lab.tenant.value("login"));
    assert_eq!(
        refused(&cookie_for(&bus, &nobody, &login)),
        (2, "JOIN-440".into())
    );
    sign_in(&lab, &mut visitor).await;
    let account = &known(&bus)[0];
    assert_eq!(refused(&token_for(&bus, &nobody)), (16, "JOIN-446".into()));
    // [NH-13] Through the bus as through every other door.
    for url in [
        "https://evil.example/",
        "http://login.microsoftonline.com/",
        &login.replace("https", "http"),
        "x",
    ] {
        assert_eq!(
            refused(&cookie_for(&bus, account, url)),
            (9, "JOIN-442".into()),
            "{url}"
        );
    }
    assert_eq!(refused(&cookie_for(&bus, account, "")).0, 6);
    assert!(cookie_for(&bus, account, &login)["cookieContent"].is_string());

    let pop = json!({"authenticationScheme": "pop", "uriHost": "graph.microsoft.com", "httpMethod": "GET", "nonce": "n"});
    let mut wanted = parameters(account, 1);
    wanted["popParams"] = pop.clone();
    let told = bus.ask("acquireTokenSilently", &json!({"authParameters": wanted}));
    assert_eq!(refused(&told), (6, "JOIN-460".into()));
    let told = bus.ask(
        "generateSignedHttpRequest",
        &json!({"clientId": CLIENT, "popParams": pop}),
    );
    assert_eq!(refused(&told), (6, "JOIN-460".into()));
    assert_eq!(bus.ask("cancelInteractiveFlow", &json!({})), json!({}));
    for broken in ["", "[]", "null", "{", "{\"authParameters\":7}"] {
        let told = bus
            .call("acquireTokenSilently", "not a uuid", broken)
            .output();
        assert_eq!(refused(&answer(told.unwrap())).0, 6, "{broken}");
    }

    lab.tenant.process.stop();
    assert_eq!(refused(&token_for(&bus, account)).0, 3);
    assert_eq!(refused(&cookie_for(&bus, account, &login)).0, 3);
    lab.daemon.stop();
    assert_eq!(refused(&token_for(&bus, account)), (5, "JOIN-303".into()));
    lab.daemon.run();
    assert_eq!(known(&bus).len(), 1);
    for nobody in [
        json!({}),
        json!({"account": null}),
        json!({"account": nobody}),
    ] {
        assert!(
            [6, 16].contains(&refused(&bus.ask("removeAccount", &nobody)).0),
            "{nobody}"
        );
    }
    let removed = bus.ask(
        "removeAccount",
        &json!({"clientId": CLIENT, "account": account}),
    );
    assert_eq!(removed, json!({}));
    assert_eq!(known(&bus), Vec::<Value>::new());
}

/// Who has the name, as `dovetail doctor` asks.
fn who(bus: &SessionBus) -> Value {
    let who = Command::new(dovetail_tests::place::program("dovetail-session"))
        .arg("--who")
        .env("DBUS_SESSION_BUS_ADDRESS", bus.address())
        .output()
        .unwrap();
    serde_json::from_slice(&who.stdout).unwrap()
}

/// [DM-23] Another broker was first: ours waits, and is there as soon as the other goes. Then a third wants the name by force, and does not
/// get it.
#[tokio::test(flavor = "multi_thread")]
async fn the_name_is_waited_for_and_not_given_away() {
    let lab = soft("pair_session_name");
    let Some(mut bus) = SessionBus::start(lab.dir()) else {
        return;
    };
    let on = || zbus::connection::Builder::address(bus.address().as_str()).build();
    let first = on().await.unwrap();
    assert_eq!(who(&bus), Value::Null);
    first.request_name(NAME).await.unwrap();
    assert_eq!(who(&bus)["ours"], false);
    let mut broker = bus.broker(&lab.daemon);
    wait::until("the broker to say that it waits", || {
        broker.output().contains("waiting").then_some(())
    });
    let owner = |connection: &zbus::Connection| {
        let connection = connection.clone();
        async move {
            let bus = "org.freedesktop.DBus";
            let reply = connection.call_method(
                Some(bus),
                "/org/freedesktop/DBus",
                Some(bus),
                "GetNameOwner",
                &NAME,
            );
            reply.await.unwrap().body().deserialize::<String>().unwrap()
        }
    };
    assert_eq!(owner(&first).await, first.unique_name().unwrap().as_str());
    assert!(first.release_name(NAME).await.unwrap());
    bus.until_owned();
    let third = on().await.unwrap();
    let forced = RequestNameFlags::ALLOW_REPLACEMENT | RequestNameFlags::REPLACE_EXISTING;
    let reply = third.request_name_with_flags(NAME, forced).await.unwrap();
    assert_eq!(reply, RequestNameReply::InQueue);
    assert_ne!(owner(&first).await, third.unique_name().unwrap().as_str());
    assert_eq!(known(&bus), Vec::<Value>::new());
    let who = who(&bus);
    assert_eq!(
        (&who["pid"], &who["ours"]),
        (&broker.pid().into(), &true.into())
    );
    // The session ends, and so does its broker.
    bus.stop();
    let ended = wait::until("the broker to end", || broker.ended());
    assert!(ended.success());
}

/// [DM-23] Behind the door of the bus stands whoever the bus lets through: messages of a hundred megabytes, and strangers. Neither
/// gets anything, and the broker goes on in little memory.
#[tokio::test(flavor = "multi_thread")]
async fn the_bus_is_no_way_around_limits_and_users() {
    let lab = soft("pair_session_abuse");
    let Some(bus) = SessionBus::start(lab.dir()) else {
        return;
    };
    let broker = bus.broker(&lab.daemon);
    bus.until_owned();
    let client = zbus::connection::Builder::address(bus.address().as_str())
        .build()
        .await
        .unwrap();
    let long = "x".repeat(120 * 1024 * 1024);
    for body in [long, "x".repeat(300 * 1024)] {
        let interface = Some("com.microsoft.identity.Broker1");
        let request = ("0.0", "c", body.as_str());
        let sent = client.call_method(Some(NAME), PATH, interface, "getAccounts", &request);
        let told = sent.await.unwrap_err();
        assert!(told.to_string().contains("InvalidArgs"), "{told}");
    }
    let interface = Some("com.microsoft.identity.Broker1");
    let wrong = client.call_method(Some(NAME), PATH, interface, "getAccounts", &(1_u32,));
    let told = wrong.await.unwrap_err();
    assert!(told.to_string().contains("InvalidArgs"), "{told}");
    assert_eq!(known(&bus), Vec::<Value>::new());
    assert!(
        peak_kib(broker.pid()) < LARGE_KIB,
        "{} KiB",
        peak_kib(broker.pid())
    );
    if !rustix::process::geteuid().is_root() {
        // Only root can play another user.
        return;
    }
    // The bus's folder is the lab's own; the stranger gets a way in.
    for folder in [lab.dir().to_owned(), lab.dir().join("session-bus")] {
        std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
    }
    std::fs::set_permissions(
        lab.dir().join("session-bus/bus"),
        std::os::unix::fs::PermissionsExt::from_mode(0o666),
    )
    .unwrap();
    let asked = json!({"clientId": CLIENT, "redirectUri": "x"}).to_string();
    let output = bus
        .call("getAccounts", "c", &asked)
        .uid(65534)
        .gid(65534)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && told.contains("serves its own user only"),
        "{told}"
    );
}

/// [DM-23] A bus that another user runs is put into the environment. Nothing is offered there.
#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_bus_is_not_served() {
    if !rustix::process::geteuid().is_root() {
        // Only root can play another user.
        return;
    }
    let lab = soft("pair_session_stranger");
    std::fs::set_permissions(
        lab.dir(),
        std::os::unix::fs::PermissionsExt::from_mode(0o777),
    )
    .unwrap();
    let folder = lab.dir().join("session-bus");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let Some(bus) = SessionBus::start_with(lab.dir(), |command| command.uid(65534).gid(65534))
    else {
        return;
    };
    let mut broker = bus.broker(&lab.daemon);
    let ended = wait::until("the broker to go", || broker.ended());
    assert!(!ended.success());
    assert!(
        broker.output().contains("belongs to user 65534"),
        "{}",
        broker.output()
    );
}

/// A program needs a person: the portal's page is opened, the person signs in there, and the program has its token. Another one
/// gives up meanwhile, and is told so. Once signed in nobody is asked again.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_asked_on_the_portals_page() {
    let lab = soft("pair_session_interactive");
    let Some(bus) = SessionBus::start(lab.dir()) else {
        return;
    };
    let mut visitor = joined(&lab).await;
    let _broker = bus.broker(&lab.daemon);
    bus.until_owned();
    let asked = json!({"authParameters": parameters(&json!({}), 6)}).to_string();
    let waiting = bus
        .call(
            "acquireTokenInteractively",
            "0e1d2c3b-4a59-4867-9756-453423120a0b",
            &asked,
        )
        .spawn()
        .unwrap();
    wait::until("the page to be opened", || {
        (bus.opened().len() == 1).then_some(())
    });
    assert!(
        bus.opened()[0].starts_with(lab.tenant.value("page")),
        "{:?}",
        bus.opened()
    );
    let fickle = "1e1d2c3b-4a59-4867-9756-453423120a0c";
    let given_up = bus
        .call("acquireTokenInteractively", fickle, &asked)
        .spawn()
        .unwrap();
    wait::until("the page to be opened again", || {
        (bus.opened().len() == 2).then_some(())
    });
    let cancelled = bus
        .call("cancelInteractiveFlow", fickle, "{}")
        .output()
        .unwrap();
    assert_eq!(answer(cancelled), json!({}));
    assert_eq!(refused(&answer(given_up.wait_with_output().unwrap())).0, 7);

    sign_in(&lab, &mut visitor).await;
    let token = answer(waiting.wait_with_output().unwrap());
    let access = token["brokerTokenResponse"]["accessToken"]
        .as_str()
        .unwrap_or_else(|| panic!("{token}"));
    assert_eq!(claims(access)["upn"], ADELE);
    let again = bus.ask(
        "acquireTokenInteractively",
        &serde_json::from_str(&asked).unwrap(),
    );
    assert!(
        again["brokerTokenResponse"]["accessToken"].is_string(),
        "{again}"
    );
    assert_eq!(bus.opened().len(), 2);
    let mut chosen = parameters(&json!({}), 6);
    chosen["prompt"] = "select_account".into();
    let chosen = json!({"authParameters": chosen}).to_string();
    // Programs that ask and leave: their places are free again, more often than there are places.
    for pages in 3..10 {
        let asking = bus.call("acquireTokenInteractively", fickle, &chosen);
        let mut leaving = { asking }.spawn().unwrap();
        wait::until("the page to be opened for a choice", || {
            (bus.opened().len() == pages).then_some(())
        });
        leaving.kill().unwrap();
        leaving.wait().unwrap();
    }
}

/// The desktop's notifications, as far as they are needed.
struct Desktop(tokio::sync::mpsc::UnboundedSender<String>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Desktop {
    #[expect(clippy::too_many_arguments, reason = "the interface has so many")]
    fn notify(
        &self,
        app: &str,
        replaces: u32,
        icon: &str,
        summary: &str,
        body: &str,
        actions: Vec<String>,
        hints: std::collections::HashMap<String, zbus::OwnedVariant>,
        timeout: i32,
    ) -> u32 {
        let told =
            format!("{app} {replaces} {icon} {summary} {body} {actions:?} {hints:?} {timeout}");
        self.0.send(told).ok();
        1
    }
}

/// The configuration wants people to know when a program uses their sign-on for the first time: the desktop shows it, once.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_use_by_a_program_is_shown_on_the_desktop() {
    let mut lab = soft("pair_session_notice");
    let Some(bus) = SessionBus::start(lab.dir()) else {
        return;
    };
    lab.daemon
        .reconfigure(|text| format!("{text}\n[sso]\nnotify_new_programs = true\n"));
    let (told, mut shown) = tokio::sync::mpsc::unbounded_channel();
    let _desktop = zbus::connection::Builder::address(bus.address().as_str())
        .serve_at("/org/freedesktop/Notifications", Desktop(told))
        .name("org.freedesktop.Notifications")
        .build()
        .await
        .unwrap();
    let mut visitor = joined(&lab).await;
    sign_in(&lab, &mut visitor).await;
    let broker = bus.broker(&lab.daemon);
    wait::until("the broker to listen for notices", || {
        broker.output().contains("listening").then_some(())
    });
    let login = format!("{}/oauth2/authorize", lab.tenant.value("login"));
    let account = known(&bus)[0].clone();
    assert!(cookie_for(&bus, &account, &login)["cookieContent"].is_string());
    let notice = tokio::time::timeout(wait::PATIENCE, shown.recv()).await;
    let notice = notice.expect("a notification").unwrap();
    assert!(
        notice.contains("dovetail-session") && notice.contains(ADELE),
        "{notice}"
    );
    assert!(cookie_for(&bus, &account, &login)["cookieContent"].is_string());
    assert!(shown.try_recv().is_err());
}
