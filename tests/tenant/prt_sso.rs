//! Sign-in by a device's credentials at the authorize endpoint.

use dovetail_shared::prt::grant;
use reqwest::header::{LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use url::Url;

use crate::soft_device::{Prt, SoftDevice, V1};
use crate::stage::{BROKER, Stage, claims};

const PRT: &str = "x-ms-RefreshTokenCredential";
const DEVICE: &str = "x-ms-DeviceCredential";
const NATIVE: &str = "https://login.microsoftonline.com/common/oauth2/nativeclient";
const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// A native client's request at either version.
fn request(stage: &Stage, version: u8, changes: &[(&str, &str)]) -> Url {
    let path = match version {
        1 => "/Common/oauth2/authorize",
        _ => "/common/oAuth2/v2.0/authorize",
    };
    let mut url = stage.url("login", path);
    let what = match version {
        1 => ("resource", "https://graph.microsoft.com"),
        _ => (
            "scope",
            "openid profile offline_access https://graph.microsoft.com/.default",
        ),
    };
    let mut fields = std::collections::BTreeMap::from([
        ("client_id", CLI),
        ("response_type", "code"),
        ("redirect_uri", NATIVE),
        ("haschrome", "1"),
        ("x-client-SKU", "PCL.Desktop"),
        what,
    ]);
    fields.extend(changes.iter().copied());
    url.query_pairs_mut().extend_pairs(fields);
    url
}

/// What came of it.
#[derive(Debug, PartialEq)]
enum Came {
    Code(String),
    NewNonce(Url),
    Page(String),
    Error(String),
}

async fn come(response: reqwest::Response) -> Came {
    let Some(location) = response.headers().get(LOCATION) else {
        assert_eq!(response.status(), 200);
        return Came::Page(response.text().await.unwrap());
    };
    let location = location.to_str().unwrap().to_owned();
    assert_eq!(response.status(), 302);
    let body = response.text().await.unwrap();
    let url = Url::parse(&location).unwrap();
    let link = location.replace('&', "&amp;");
    assert!(body.contains(&format!("<a href=\"{link}\"")), "{body}");
    let field = |name: &str| {
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    if let Some(code) = field("code") {
        assert!(location.starts_with(NATIVE), "{location}");
        return Came::Code(code);
    }
    if let Some(error) = field("error") {
        return Came::Error(error);
    }
    assert!(field("sso_nonce").is_some(), "{location}");
    Came::NewNonce(url)
}

async fn by_header(stage: &Stage, url: Url, credentials: &[(&str, &str)]) -> Came {
    come(stage.visitor().get_with(url, credentials).await).await
}

fn code_in(url: &Url) -> String {
    let code = url.query_pairs().find(|(name, _)| name == "code");
    code.unwrap().1.into_owned()
}

async fn redeem(stage: &Stage, code: &str) -> Value {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", CLI),
        ("code", code),
        ("redirect_uri", NATIVE),
        ("resource", "https://graph.microsoft.com"),
    ];
    let (status, tokens) = stage.token(V1, &form).await;
    assert_eq!(status, 200, "{tokens}");
    claims(tokens["access_token"].as_str().unwrap())
}

fn is_page(came: &Came) -> bool {
    matches!(came, Came::Page(page) if page.contains("$Config="))
}

async fn signed_in(stage: &Stage) -> (SoftDevice, Prt) {
    let device = SoftDevice::join(stage, "alex@contoso.com").await;
    let prt = device.prt(stage, "alex@contoso.com").await;
    (device, prt)
}

/// As a header or a cookie, at both versions, the credential signs in silently; the code's tokens name the device; the session
/// that it began carries on without it.
#[tokio::test]
async fn a_prt_signs_in_as_header_and_as_cookie() {
    let stage = Stage::new();
    let (device, prt) = signed_in(&stage).await;
    for version in [1, 2] {
        let nonce = stage.nonce().await;
        let url = request(&stage, version, &[("sso_nonce", &nonce)]);
        let cookie = prt.cookie(2, Some(&nonce));
        let Came::Code(code) = by_header(&stage, url, &[(PRT, &cookie)]).await else {
            panic!("no code at version {version}");
        };
        let access = redeem(&stage, &code).await;
        assert_eq!(access["deviceid"], device.id.as_str());
        assert_eq!(access["upn"], "alex@contoso.com");
    }
    let cookie = prt.cookie(2, Some(&stage.nonce().await));
    let jar = format!("{PRT}={cookie}");
    let mut visitor = stage.visitor();
    let response = visitor
        .get_with(
            request(&stage, 1, &[("prompt", "none")]),
            &[("cookie", &jar)],
        )
        .await;
    assert!(response.headers().contains_key(SET_COOKIE));
    assert!(matches!(come(response).await, Came::Code(_)));
    // The cookie that was sent by hand is not in the visitor's jar; the session is.
    let again = visitor.get(request(&stage, 2, &[("prompt", "none")])).await;
    let Came::Code(code) = come(again).await else {
        panic!("the session does not carry on");
    };
    assert_eq!(redeem(&stage, &code).await["deviceid"], device.id.as_str());
    // A session that belongs to the device ends with it.
    stage.tenant.run(&["device", "disable", &device.id]);
    let ended = visitor.get(request(&stage, 2, &[("prompt", "none")])).await;
    assert_eq!(come(ended).await, Came::Error("login_required".to_owned()));
}

/// An application that has found a broker (`nativebroker=1`) is told the account to ask it for, and only where the device's sign-on
/// made the session: whoever signed in by other means, in the same browser, on the same device, is not the broker's.
#[tokio::test]
async fn a_broker_is_named_only_accounts_of_its_own() {
    let stage = Stage::new();
    let (_, prt) = signed_in(&stage).await;
    let (alex, adele) = ("alex@contoso.com", "adele@contoso.com");
    let named = |url: &str| {
        let url = Url::parse(url).unwrap();
        let field = |name: &str| url.query_pairs().find(|(known, _)| known == name);
        assert!(field("code").is_some(), "{url}");
        field("accountId").map(|(_, id)| id.into_owned())
    };
    let silent = |upn| {
        let asked = [
            ("nativebroker", "1"),
            ("prompt", "none"),
            ("login_hint", upn),
        ];
        request(&stage, 2, &asked)
    };
    let location =
        |response: &reqwest::Response| response.headers()[LOCATION].to_str().unwrap().to_owned();
    let mut visitor = stage.visitor();
    let jar = format!("{PRT}={}", prt.cookie(2, Some(&stage.nonce().await)));
    let response = visitor.get_with(silent(alex), &[("cookie", &jar)]).await;
    let users: Value =
        serde_json::from_str(&stage.tenant.run(&["user", "list", "--json"])).unwrap();
    let known = users.as_array().unwrap().iter();
    let known: Vec<_> = known.filter(|user| user["upn"] == alex).collect();
    assert_eq!(known.len(), 1, "{users}");
    let id = known[0]["id"].as_str().unwrap();
    assert_eq!(named(&location(&response)).as_deref(), Some(id));
    let carried_on = visitor.get(silent(alex)).await;
    assert_eq!(named(&location(&carried_on)).as_deref(), Some(id));
    for upn in [adele, alex] {
        let asked = [
            ("nativebroker", "1"),
            ("prompt", "login"),
            ("login_hint", upn),
        ];
        let url = request(&stage, 2, &asked);
        let jar = format!("{PRT}={}", prt.cookie(2, Some(&stage.nonce().await)));
        let response = visitor.get_with(url.clone(), &[("cookie", &jar)]).await;
        let landed = visitor.go_on(&stage.tenant, url, response, upn).await;
        assert_eq!(named(landed.as_str()), None, "{upn} signed in by password");
        let response = visitor.get(silent(upn)).await;
        assert_eq!(named(&location(&response)), None, "{upn}, silently");
    }
}

/// [ID-08] Without a nonce, with one of another tenant, with an old or a used one: never a session, but a new nonce to try with;
/// and only once, so that nobody goes round in circles.
#[tokio::test]
async fn a_credential_without_a_fresh_nonce_is_given_one() {
    let (stage, other) = (Stage::new(), Stage::new());
    let (_, prt) = signed_in(&stage).await;
    let used = stage.nonce().await;
    let cookie = prt.cookie(2, Some(&used));
    let url = request(&stage, 1, &[]);
    assert!(matches!(
        by_header(&stage, url.clone(), &[(PRT, &cookie)]).await,
        Came::Code(_)
    ));
    let foreign = other.nonce().await;
    for nonce in [
        None,
        Some(used.as_str()),
        Some(foreign.as_str()),
        Some("made up"),
    ] {
        let url = request(&stage, 1, &[("state", "a b&c"), ("sso_nonce", "stale")]);
        let cookie = prt.cookie(2, nonce);
        let Came::NewNonce(to) = by_header(&stage, url.clone(), &[(PRT, &cookie)]).await else {
            panic!("{nonce:?}: no new nonce");
        };
        let pairs = |url: &Url| -> Vec<(String, String)> {
            url.query_pairs()
                .filter(|(name, _)| name != "sso_nonce")
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect()
        };
        assert_eq!(pairs(&to), pairs(&url), "the same request");
        assert_eq!(to.path(), url.path().to_ascii_lowercase());
        assert_eq!(
            to.query_pairs()
                .filter(|(name, _)| name == "sso_nonce")
                .count(),
            1
        );
        // The very same credential at the address with the nonce: the person is asked.
        assert!(is_page(
            &by_header(&stage, to.clone(), &[(PRT, &cookie)]).await
        ));
        let silent = Url::parse(&format!("{to}&prompt=none")).unwrap();
        let came = by_header(&stage, silent, &[(PRT, &cookie)]).await;
        assert_eq!(came, Came::Error("login_required".to_owned()));
        // With the nonce in it, the code comes.
        let (_, fresh) = to
            .query_pairs()
            .find(|(name, _)| name == "sso_nonce")
            .unwrap();
        let cookie = prt.cookie(2, Some(&fresh));
        assert!(matches!(
            by_header(&stage, to.clone(), &[(PRT, &cookie)]).await,
            Came::Code(_)
        ));
    }
}

/// A bad credential is as good as none: the person sees the ordinary page, with a nonce for whoever can use one.
#[tokio::test]
async fn a_bad_credential_is_ignored() {
    let stage = Stage::new();
    let (device, prt) = signed_in(&stage).await;
    let nonce = stage.nonce().await;
    let good = prt.cookie(2, Some(&nonce));
    let stranger = Prt {
        key: vec![9; 32],
        ..prt.clone()
    };
    let made_up = Prt {
        token: "AAAA".into(),
        ..prt.clone()
    };
    let device_credential = json!({ "grant_type": grant::DEVICE_AUTH, "iss": "aad:brokerplugin", "request_nonce": nonce });
    let huge = "A".repeat(20_000);
    for bad in [
        "",
        "nonsense",
        "a.b.c",
        &format!("{good}x"),
        &good.replace('.', ". "),
        &stranger.cookie(2, Some(&nonce)),
        &made_up.cookie(2, Some(&nonce)),
        &prt.cookie(3, Some(&nonce)),
        &device.sign(&device.header(), &device_credential),
        &huge,
    ] {
        let came = by_header(&stage, request(&stage, 1, &[]), &[(PRT, bad)]).await;
        assert!(is_page(&came), "{bad:.40}: {came:?}");
    }
    let twice = by_header(
        &stage,
        request(&stage, 1, &[]),
        &[(PRT, &good), (PRT, &good)],
    )
    .await;
    assert!(is_page(&twice), "two of them");
    let page = by_header(&stage, request(&stage, 1, &[]), &[]).await;
    let Came::Page(page) = page else {
        panic!("{page:?}")
    };
    let after = page.split("$Config=").nth(1).unwrap();
    let config = after.split("//]]></script>").next().unwrap();
    let config: Value = serde_json::from_str(&config[..config.len() - 2]).unwrap();
    let nonce = config["bsso"]["nonce"].as_str().unwrap();
    assert!(config["sessionId"].is_string() && config["canary"].is_string());
    for trap in [
        "Working...",
        "Click Submit to continue",
        "Click here to finish the authorization process",
        "<input type=\"submit\"",
    ] {
        assert!(!page.contains(trap), "{trap}");
    }
    let cookie = prt.cookie(2, Some(nonce));
    let came = by_header(&stage, request(&stage, 1, &[]), &[(PRT, &cookie)]).await;
    assert!(matches!(came, Came::Code(_)), "the page's nonce is good");
}

/// Somebody who asks to see the password page sees it; somebody else's name in the request is not overruled.
#[tokio::test]
async fn the_request_says_who_signs_in() {
    let stage = Stage::new();
    let (_, prt) = signed_in(&stage).await;
    for changes in [
        [("prompt", "login")],
        [("prompt", "select_account")],
        [("login_hint", "adele@contoso.com")],
    ] {
        let cookie = prt.cookie(2, Some(&stage.nonce().await));
        let came = by_header(&stage, request(&stage, 1, &changes), &[(PRT, &cookie)]).await;
        assert!(is_page(&came), "{changes:?}: {came:?}");
    }
    let cookie = prt.cookie(2, Some(&stage.nonce().await));
    let hinted = request(&stage, 1, &[("login_hint", "Alex@Contoso.com")]);
    assert!(matches!(
        by_header(&stage, hinted, &[(PRT, &cookie)]).await,
        Came::Code(_)
    ));

    // Adele has signed in in this browser: it stays hers, unless the request names Alex.
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    for (changes, upn) in [
        (vec![], "adele@contoso.com"),
        (vec![("login_hint", "alex@contoso.com")], "alex@contoso.com"),
    ] {
        let cookie = prt.cookie(2, Some(&stage.nonce().await));
        let response = visitor
            .get_with(request(&stage, 1, &changes), &[(PRT, &cookie)])
            .await;
        let Came::Code(code) = come(response).await else {
            panic!("{upn}: no code");
        };
        assert_eq!(redeem(&stage, &code).await["upn"], upn);
    }
}

/// The device's own credential vouches for the device; the person signs in, and the tokens name both.
#[tokio::test]
async fn a_device_credential_names_the_device() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let credential = |nonce: Option<&str>| {
        let payload = json!({ "grant_type": grant::DEVICE_AUTH, "iss": "aad:brokerplugin", "request_nonce": nonce });
        device.sign(&device.header(), &payload)
    };
    let url = request(&stage, 1, &[]);
    let stale = by_header(&stage, url.clone(), &[(DEVICE, &credential(None))]).await;
    assert!(matches!(stale, Came::NewNonce(_)));
    // A request for a PRT, signed by the same key, is no credential.
    let payload = device
        .payload(&stage, json!({ "refresh_token": "x" }))
        .await;
    let other = device.sign(&device.header(), &payload);
    assert!(is_page(&by_header(&stage, url, &[(DEVICE, &other)]).await));

    for (upn, named) in [("adele@contoso.com", true), ("alex@contoso.com", true)] {
        let mut visitor = stage.visitor();
        let nonce = stage.nonce().await;
        let start = request(&stage, 1, &[("login_hint", upn)]);
        let response = visitor
            .get_with(start.clone(), &[(DEVICE, &credential(Some(&nonce)))])
            .await;
        let back = visitor.go_on(&stage.tenant, start, response, upn).await;
        let code = code_in(&back);
        let access = redeem(&stage, &code).await;
        assert_eq!(access["upn"], upn);
        assert_eq!(access.get("deviceid").is_some(), named);
    }
    // A registered device is one person's.
    let registered = SoftDevice::join_with(&stage, "alex@contoso.com", |request| {
        request["JoinType"] = json!(4);
    })
    .await;
    for (upn, named) in [("adele@contoso.com", false), ("alex@contoso.com", true)] {
        let payload =
            json!({ "grant_type": grant::DEVICE_AUTH, "request_nonce": stage.nonce().await });
        let credential = registered.sign(&registered.header(), &payload);
        let mut visitor = stage.visitor();
        let start = request(&stage, 1, &[("login_hint", upn)]);
        let response = visitor
            .get_with(start.clone(), &[(DEVICE, &credential)])
            .await;
        let back = visitor.go_on(&stage.tenant, start, response, upn).await;
        let code = code_in(&back);
        assert_eq!(
            redeem(&stage, &code).await.get("deviceid").is_some(),
            named,
            "{upn}"
        );
    }
}

/// A code that a PRT's session gave, redeemed in Windows' protocol, is answered under the session key; in the ordinary
/// protocol, and to others, in the open.
#[tokio::test]
async fn a_code_redeemed_in_windows_protocol_is_answered_sealed() {
    let stage = Stage::new();
    let (_, prt) = signed_in(&stage).await;
    let redirect = format!("ms-appx-web://Microsoft.AAD.BrokerPlugin/{BROKER}");
    let form = |code: &str, windows: bool| {
        let mut form = vec![
            ("grant_type".to_owned(), "authorization_code".to_owned()),
            ("client_id".to_owned(), BROKER.to_owned()),
            ("code".to_owned(), code.to_owned()),
            ("redirect_uri".to_owned(), redirect.clone()),
            ("client_info".to_owned(), "1".to_owned()),
        ];
        if windows {
            form.push(("windows_api_version".to_owned(), "2.0".to_owned()));
        }
        form
    };
    let start = |prompt: &'static str| {
        request(
            &stage,
            1,
            &[
                ("client_id", BROKER),
                ("redirect_uri", &redirect),
                ("prompt", prompt),
            ],
        )
    };
    let code_of = |response: &reqwest::Response| {
        code_in(&Url::parse(response.headers()[LOCATION].to_str().unwrap()).unwrap())
    };
    let mut visitor = stage.visitor();
    let cookie = prt.cookie(2, Some(&stage.nonce().await));
    let first = visitor.get_with(start("none"), &[(PRT, &cookie)]).await;
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form(&code_of(&first), true))
        .finish();
    let kind = "application/x-www-form-urlencoded";
    let answer = visitor
        .send(stage.url("login", V1), kind, &[], body.into_bytes())
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let (_, tokens) = prt.open(&answer.text().await.unwrap());
    assert!(tokens["access_token"].is_string() && tokens["refresh_token"].is_string());
    let second = visitor.get(start("none")).await;
    let (status, tokens) = stage.token(V1, &form(&code_of(&second), false)).await;
    assert_eq!(status, 200, "{tokens}");
    let mut other = stage.signed_in("alex@contoso.com").await;
    let third = other.get(start("none")).await;
    let (status, tokens) = stage.token(V1, &form(&code_of(&third), true)).await;
    assert_eq!(
        (status, tokens["token_type"].as_str()),
        (200, Some("Bearer"))
    );
}
