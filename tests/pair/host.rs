//! The real native-messaging host between its pipes and the real daemon, in both of its dialects.

use dovetail_client::place::{CHROMIUM_ID, ENTRA_CHROMIUM_ID};
use dovetail_shared::Code;
use dovetail_shared::link::{CookieAsk, Done, HelloHost, JoinState, Request, SsoCookie};
use dovetail_tests::host::Host;
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::{Lab, Setup, talk, wait};
use serde_json::{Value, json};

use crate::mdm::managed;
use crate::sso::{claims, joined, sign_in};

/// [NH-13] Look-alikes of the sign-in host, other hosts, addresses without TLS, by either extension: host or daemon refuses each, and
/// the true one gets its cookie.
#[tokio::test(flavor = "multi_thread")]
async fn no_extension_gets_a_cookie_for_another_host() {
    let setup = Setup {
        soft_keys: true,
        ..Setup::default()
    };
    let lab = Lab::with("pair_host_cookies", setup).unwrap();
    let mut visitor = joined(&lab).await;
    sign_in(&lab, &mut visitor).await;
    let mut ours = Host::start(&lab, CHROMIUM_ID);
    let mut entra = Host::start(&lab, ENTRA_CHROMIUM_ID);
    assert_eq!(
        entra.read(),
        json!({"command":"brokerStateChanged","message":"online"})
    );
    let known = entra.ask(&json!({"command":"getAccounts"}));
    let account = known["message"]["accounts"][0].clone();
    let login = lab.tenant.value("login").to_owned();
    for url in [
        login.replace("https", "http"),
        login.replace("login.", "login.evil."),
        login.replace("https://", "https://evil.example/?"),
        login.replace("https://", "https://user@"),
        format!("https://evil.example/{login}"),
        "https://login.microsoftonline.com.evil.example/".to_owned(),
        "javascript:alert(1)".to_owned(),
        "x".to_owned(),
    ] {
        let refused = ours.ask(&json!({"v":1,"id":"a","type":"cookie","body":{"url":url}}));
        assert_eq!(refused["error"]["code"], "JOIN-442", "{url}: {refused}");
        let refused =
            entra.ask(&json!({"command":"acquirePrtSsoCookie","account":account,"ssoUrl":url}));
        let why = refused["message"]["error"].as_str();
        assert!(
            why.is_some_and(|why| why.contains("JOIN-442")),
            "{url}: {refused}"
        );
    }
    let url = format!("{login}/common/oauth2/authorize");
    let given = ours.ask(&json!({"v":1,"id":"a","type":"cookie","body":{"url":url}}));
    assert!(given["body"]["value"].is_string(), "{given}");
    let given = entra.ask(&json!({"command":"acquirePrtSsoCookie","account":account,"ssoUrl":url}));
    assert!(given["message"]["cookieContent"].is_string(), "{given}");
}

/// [NH-18] [DM-02] Another program of the user's connects to the daemon and says that it is the host, started by our extension. It
/// gets what any program of that user gets, and the audit has the program that it is beside the one that it says; in strict mode it
/// gets nothing.
#[tokio::test(flavor = "multi_thread")]
async fn who_pretends_to_be_the_host_is_known_for_what_it_is() {
    let setup = Setup {
        soft_keys: true,
        ..Setup::default()
    };
    let mut lab = Lab::with("pair_host_pretender", setup).unwrap();
    let mut visitor = joined(&lab).await;
    sign_in(&lab, &mut visitor).await;
    let url = format!("{}/common/oauth2/authorize", lab.tenant.value("login"));
    let pretend = async |lab: &Lab| {
        let mut client = talk::connect(&lab.daemon).await;
        let hello = Request::HelloHost(HelloHost {
            version: "0.1.0".into(),
            caller: format!("chrome-extension://{CHROMIUM_ID}/"),
        });
        let Done {} = client.call(&hello, wait::PATIENCE).await.unwrap();
        let cookie = Request::Cookie(CookieAsk {
            url: url.clone(),
            nonce: None,
            account: None,
        });
        client.call::<SsoCookie>(&cookie, wait::PATIENCE).await
    };
    assert!(pretend(&lab).await.is_ok());
    let audit = String::from_utf8(lab.daemon.file("audit.log")).unwrap();
    let line: Value = audit
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .rfind(|line| line["action"] == "cookie")
        .unwrap();
    let itself = std::env::current_exe().unwrap();
    assert_eq!(line["exe"], itself.to_str().unwrap(), "{line}");
    assert!(line["caller"].as_str().unwrap().contains(CHROMIUM_ID));
    lab.daemon
        .reconfigure(|text| format!("{text}\n[sso]\nprograms = [\"/usr/bin/dovetail-host\"]\n"));
    let refused = pretend(&lab).await.unwrap_err();
    assert_eq!(refused.code(), Code::SSO_PROGRAM);
}

/// The extension of linux-entra-sso, on a managed device: an account, a cookie that the tenant takes in the person's place, a token
/// that names the device. Then the daemon is gone and back, and the device leaves.
#[tokio::test(flavor = "multi_thread")]
async fn the_extension_of_linux_entra_sso_is_served_by_our_daemon() {
    let Some(mut lab) = Lab::start("pair_host_entra") else {
        return;
    };
    let state = |state: &str| json!({"command":"brokerStateChanged","message":state});
    let mut host = Host::start(&lab, ENTRA_CHROMIUM_ID);
    assert_eq!(host.read(), state("online"));
    let nobody = host.ask(&json!({"command":"getAccounts"}));
    assert_eq!(nobody["message"], json!({"accounts":[]}));
    let (_, view) = managed(&lab).await;
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    // The sign-on is news.
    assert_eq!(
        (host.read(), host.read()),
        (state("offline"), state("online"))
    );
    let known = host.ask(&json!({"command":"getAccounts"}));
    let account = &known["message"]["accounts"][0];
    assert_eq!(account["username"], "diego@contoso.com", "{known}");
    let token = host.ask(&json!({"command":"acquireTokenSilently","account":account}));
    let access = token["message"]["brokerTokenResponse"]["accessToken"].as_str();
    let device = view.device.unwrap().device_id.to_string();
    assert_eq!(
        claims(access.unwrap_or_else(|| panic!("{token}")))["deviceid"],
        device
    );
    let version = host.ask(&json!({"command":"getVersion"}));
    assert!(
        version["message"]["linuxBrokerVersion"].is_string(),
        "{version}"
    );

    let mut authorize = url::Url::parse(lab.tenant.value("login")).unwrap();
    authorize.set_path("/common/oauth2/authorize");
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
    let cookie = host.ask(
        &json!({"command":"acquirePrtSsoCookie","account":account,"ssoUrl":authorize.as_str()}),
    );
    let item = &cookie["message"]["cookieItems"][0];
    let name = item["cookieName"]
        .as_str()
        .unwrap_or_else(|| panic!("{cookie}"));
    let mut visitor = Visitor::new(&lab.tenant);
    let answer = visitor
        .get_with(
            authorize,
            &[(name, item["cookieContent"].as_str().unwrap())],
        )
        .await;
    let location = answer.headers()["location"].to_str().unwrap();
    assert!(location.contains("code="), "{location}");

    lab.daemon.stop();
    assert_eq!(host.read(), state("offline"));
    lab.daemon.run();
    assert_eq!(host.read(), state("online"));
    let (code, _, complaint) = lab.daemon.cli(&["leave", "--yes"]);
    assert_eq!(code, 0, "{complaint}");
    assert_eq!(
        (host.read(), host.read()),
        (state("offline"), state("online"))
    );
    let nobody = host.ask(&json!({"command":"getAccounts"}));
    assert_eq!(nobody["message"], json!({"accounts":[]}));
}
