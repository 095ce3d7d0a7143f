//! The authorize endpoint: answers in every form, demands on the sign-in, several accounts.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use dovetail_shared::encode::b64url;
use dovetail_tests::sign_in::{Visitor, between};
use reqwest::header::{LOCATION, SET_COOKIE};
use serde_json::json;
use url::Url;

use crate::stage::{BROKER, Stage, claims};

const APP: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const BACK: &str = "https://app.example/back";
const GRAPH: &str = "https://graph.microsoft.com";

/// A tenant that knows an application which may have everything.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.tenant.run(&[
        "app",
        "add",
        "--client-id",
        APP,
        "--redirect-uri",
        BACK,
        "--redirect-uri",
        "http://localhost",
        "--id-token",
        "--access-token",
    ]);
    stage
}

/// A request of that application, with changes.
fn ask(stage: &Stage, changes: &[(&str, &str)]) -> Url {
    let mut fields = BTreeMap::from([
        ("client_id", APP),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", "openid offline_access"),
        ("state", "a state & more"),
        ("nonce", "n"),
        ("prompt", "none"),
    ]);
    fields.extend(changes.iter().copied());
    let mut url = stage.url("login", "/common/oauth2/v2.0/authorize");
    url.query_pairs_mut()
        .extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
    url
}

fn half_hash(text: &str) -> String {
    b64url(&digest::digest(&digest::SHA256, text.as_bytes()).as_ref()[..16])
}

/// Every response type that is offered, and the mode that is its own; what comes together is bound together.
#[tokio::test]
async fn every_response_type_is_answered() {
    let stage = stage();
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    for (kind, mark, names) in [
        ("code", '?', &["code", "session_state", "state"][..]),
        ("id_token", '#', &["id_token", "session_state", "state"]),
        (
            "code id_token",
            '#',
            &["code", "id_token", "session_state", "state"],
        ),
        (
            "id_token code",
            '#',
            &["code", "id_token", "session_state", "state"],
        ),
        (
            "token",
            '#',
            &[
                "access_token",
                "expires_in",
                "scope",
                "session_state",
                "state",
                "token_type",
            ],
        ),
        (
            "id_token token",
            '#',
            &[
                "access_token",
                "expires_in",
                "id_token",
                "scope",
                "session_state",
                "state",
                "token_type",
            ],
        ),
    ] {
        let response = visitor.get(ask(&stage, &[("response_type", kind)])).await;
        assert_eq!(response.status().as_u16(), 302, "{kind}");
        assert!(
            !response.headers().contains_key("x-frame-options"),
            "silent sign-ins happen in frames"
        );
        let location = response.headers()[LOCATION].to_str().unwrap().to_owned();
        assert!(location.starts_with(&format!("{BACK}{mark}")), "{location}");
        // The body has the same link.
        let body = response.text().await.unwrap();
        assert_eq!(
            between(&body, "<a href=\"", "\"").replace("&amp;", "&"),
            location
        );
        let answer = fields(&location);
        assert_eq!(
            answer.keys().map(String::as_str).collect::<Vec<_>>(),
            names,
            "{kind}"
        );
        assert_eq!(answer["state"], "a state & more");
        if let Some(token) = answer.get("id_token") {
            let claims = claims(token);
            assert_eq!(claims["nonce"], "n");
            let hash = |name: &str| {
                answer
                    .get(name)
                    .map_or(json!(null), |text| json!(half_hash(text)))
            };
            assert_eq!(claims["c_hash"], hash("code"), "{kind}");
            assert_eq!(claims["at_hash"], hash("access_token"), "{kind}");
        }
    }
    let form = visitor
        .get(ask(
            &stage,
            &[
                ("response_mode", "form_post"),
                ("response_type", "code id_token"),
            ],
        ))
        .await
        .text()
        .await
        .unwrap();
    assert!(
        form.contains("name=\"hiddenform\"")
            && form.contains("method=\"POST\"")
            && form.contains(&format!("action=\"{BACK}\""))
    );
    assert!(
        !between(&form, "name=\"code\" value=\"", "\"").is_empty()
            && !between(&form, "name=\"id_token\" value=\"", "\"").is_empty()
    );
    assert!(form.contains("value=\"a state &amp; more\""));
    let broker = ask(&stage, &[("client_info", "1"), ("nativebroker", "1")]);
    let answer = stage.answered(&mut visitor, broker).await;
    // No broker vouched for this session, so none is named.
    assert!(answer["client_info"].len() > 40 && !answer.contains_key("accountId"));
    for kind in ["id_token", "token", "code id_token", "id_token token"] {
        let answer = stage
            .answered(
                &mut visitor,
                ask(
                    &stage,
                    &[("response_type", kind), ("response_mode", "query")],
                ),
            )
            .await;
        assert_eq!(
            answer["error"], "invalid_request",
            "{kind}: tokens in a query"
        );
    }
}

fn fields(location: &str) -> BTreeMap<String, String> {
    let text = location.split_once(['?', '#']).unwrap().1;
    form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

/// [ID-01] A program on this machine has its answer at whatever port it took; nothing else about its address is free.
#[tokio::test]
async fn only_the_port_of_a_loopback_address_is_free() {
    let stage = stage();
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    for good in [
        "http://localhost",
        "http://localhost:1",
        "http://localhost:65535",
        "http://localhost:8400/",
    ] {
        let answer = visitor.get(ask(&stage, &[("redirect_uri", good)])).await;
        let location = answer.headers()[LOCATION].to_str().unwrap();
        assert!(
            location.starts_with(&format!("{good}?code=")),
            "{good}: {location}"
        );
    }
    for bad in [
        "http://localhost:0",
        "http://localhost:65536",
        "http://localhost:8400/x",
        "http://localhost:8400?x",
        "http://localhost:8400#x",
        "http://localhost:+80",
        "http://localhost:8400@evil.example",
        "http://localhost@evil.example:8400",
        "http://localhost.evil.example:8400",
        "http://localhost%2eevil.example",
        "http://127.0.0.1:8400",
        "http://[::1]:8400",
        "https://localhost:8400",
        "http://LOCALHOST:8400",
        "http://localhost:8400\\@evil.example",
        "http:localhost:8400",
        "//localhost:8400",
        "http://localhost:84 00",
        "http://localhost:8400/../x",
        "https://app.example:444/back",
        "https://app.example/back/",
        "https://app.example/back?x=1",
        "https://APP.example/back",
        "https://app.example/%62ack",
    ] {
        let answer = visitor.get(ask(&stage, &[("redirect_uri", bad)])).await;
        assert_eq!(
            (answer.status().as_u16(), answer.headers().get(LOCATION)),
            (400, None),
            "{bad}"
        );
    }
}

/// `prompt`, `max_age` and the hints decide whether a session is enough.
#[tokio::test]
async fn a_session_must_be_what_the_request_asks_for() {
    let stage = stage();
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    let sid = stage.answered(&mut visitor, ask(&stage, &[])).await["session_state"].clone();
    stage
        .sql("UPDATE session SET created = created - 100")
        .await;
    for (changes, error) in [
        (&[][..], None),
        (&[("max_age", "3600")], None),
        (&[("max_age", "99")], Some("login_required")),
        (&[("max_age", "0")], Some("login_required")),
        (&[("max_age", "-1")], Some("invalid_request")),
        (&[("max_age", "soon")], Some("invalid_request")),
        (&[("login_hint", "Adele@contoso.com")], None),
        (
            &[("login_hint", "diego@contoso.com")],
            Some("login_required"),
        ),
        (&[("sid", &sid)], None),
        (
            &[("sid", "00000000-0000-0000-0000-000000000000")],
            Some("login_required"),
        ),
        (&[("prompt", "none login")], Some("invalid_request")),
        (&[("prompt", "admin_consent")], Some("invalid_request")),
        (&[("claims", "x")], Some("invalid_request")),
        (
            &[("request_uri", "https://evil.example/")],
            Some("request_uri_not_supported"),
        ),
        (&[("request", "a.b.c")], Some("request_not_supported")),
        (&[("nonce", &"n".repeat(600))], Some("invalid_request")),
        (
            &[(
                "claims",
                r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#,
            )],
            None,
        ),
        (&[("amr_values", "ngcmfa")], Some("interaction_required")),
    ] {
        let answer = stage.answered(&mut visitor, ask(&stage, changes)).await;
        assert_eq!(
            answer.get("error").map(String::as_str),
            error,
            "{changes:?}: {answer:?}"
        );
        assert_eq!(answer.contains_key("code"), error.is_none(), "{changes:?}");
    }
    // Not silently: who is too old signs in again, and the account is known.
    let page = visitor
        .get(ask(&stage, &[("max_age", "0"), ("prompt", "")]))
        .await;
    assert_eq!(page.status().as_u16(), 200);
    assert!(
        page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("frame-ancestors 'none'")
    );
    let page = page.text().await.unwrap();
    assert!(
        page.contains("adele@contoso.com")
            && page.contains("id=\"i0118\"")
            && page.contains("id=\"idSIButton9\""),
        "{page}"
    );
    let page = visitor
        .get(ask(&stage, &[("prompt", "login")]))
        .await
        .text()
        .await
        .unwrap();
    assert!(page.contains("id=\"i0116\""));
    // The domain is another organisation's: the way there, at once.
    let way = stage
        .visitor()
        .get(ask(
            &stage,
            &[("prompt", ""), ("domain_hint", "fabrikam.com")],
        ))
        .await;
    assert!(
        way.headers()[LOCATION]
            .to_str()
            .unwrap()
            .starts_with("https://sts.fabrikam.com/")
    );
}

/// A factor that must be fresh is asked for again when it is not, and what it gave says so for ten minutes.
#[tokio::test]
async fn a_fresh_factor_stays_fresh_for_ten_minutes() {
    let stage = stage();
    let mut visitor = stage.signed_in("megan@contoso.com").await;
    let claims_wanted = r#"{"access_token":{"amr":{"values":["ngcmfa","mfa"]}}}"#;
    for demand in [("amr_values", "ngcmfa"), ("claims", claims_wanted)] {
        let answer = stage
            .answered(
                &mut visitor,
                ask(&stage, &[demand, ("response_type", "id_token")]),
            )
            .await;
        assert_eq!(
            claims(&answer["id_token"])["amr"],
            json!(["pwd", "otp", "mfa", "ngcmfa"])
        );
    }
    let answer = stage
        .answered(&mut visitor, ask(&stage, &[("response_type", "id_token")]))
        .await;
    assert_eq!(
        claims(&answer["id_token"])["amr"],
        json!(["pwd", "otp", "mfa"]),
        "nobody asked"
    );
    stage
        .sql("UPDATE session SET created = created - 601")
        .await;
    let answer = stage
        .answered(&mut visitor, ask(&stage, &[("amr_values", "ngcmfa")]))
        .await;
    assert_eq!(answer["error"], "interaction_required");
    // The code alone is asked for.
    stage.sql("UPDATE \"user\" SET totp_last_step = 0").await;
    let url = ask(&stage, &[("amr_values", "ngcmfa"), ("prompt", "")]);
    let response = visitor.get(url.clone()).await;
    let code = visitor
        .go_on(&stage.tenant, url, response, "megan@contoso.com")
        .await;
    let code = fields(code.as_str())["code"].clone();
    let form = |fields: &[(&str, &str)]| {
        let mut all = vec![
            ("client_id".to_owned(), APP.to_owned()),
            ("resource".to_owned(), GRAPH.to_owned()),
        ];
        all.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        all
    };
    let redeem = form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", BACK),
    ]);
    let (status, tokens) = stage.token("/common/oauth2/token", &redeem).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(
        claims(tokens["access_token"].as_str().unwrap())["amr"],
        json!(["pwd", "otp", "mfa", "ngcmfa"])
    );
    stage
        .sql("UPDATE lineage SET auth_time = auth_time - 601")
        .await;
    let refresh = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ]);
    let (_, tokens) = stage.token("/common/oauth2/token", &refresh).await;
    assert_eq!(
        claims(tokens["access_token"].as_str().unwrap())["amr"],
        json!(["pwd", "otp", "mfa"])
    );
}

/// Signs in in a browser that may hold other accounts.
async fn sign_in(stage: &Stage, visitor: &mut Visitor, upn: &str) {
    let url = ask(stage, &[("prompt", "login"), ("login_hint", upn)]);
    let back = visitor.sign_in(&stage.tenant, url, upn).await;
    assert!(fields(back.as_str()).contains_key("code"), "{back}");
}

/// A browser with several accounts: silently the request must say which; else the person picks.
#[tokio::test]
async fn several_accounts_are_told_apart() {
    let stage = stage();
    let mut visitor = stage.visitor();
    sign_in(&stage, &mut visitor, "adele@contoso.com").await;
    sign_in(&stage, &mut visitor, "diego@contoso.com").await;
    let answer = stage.answered(&mut visitor, ask(&stage, &[])).await;
    assert_eq!(answer["error"], "interaction_required");
    assert!(answer["error_description"].starts_with("AADSTS16000"));
    let upn = |answer: BTreeMap<String, String>| {
        claims(&answer["id_token"])["preferred_username"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for hint in ["adele@contoso.com", "diego@contoso.com"] {
        let answer = stage
            .answered(
                &mut visitor,
                ask(
                    &stage,
                    &[("login_hint", hint), ("response_type", "id_token")],
                ),
            )
            .await;
        assert_eq!(upn(answer), hint);
    }
    let url = ask(
        &stage,
        &[("prompt", "select_account"), ("response_type", "id_token")],
    );
    let page = visitor.get(url.clone()).await.text().await.unwrap();
    assert!(page.contains("adele@contoso.com") && page.contains("diego@contoso.com"));
    let action = url
        .join(&between(&page, "action=\"", "\"").replace("&amp;", "&"))
        .unwrap();
    let ctx = between(&page, "name=\"ctx\" value=\"", "\"").to_owned();
    let adele = page
        .split("<button")
        .find(|button| button.contains("adele@"))
        .unwrap();
    let sid = between(adele, "value=\"", "\"").to_owned();
    visitor
        .post(
            action.clone(),
            &[("ctx", &ctx), ("step", "choose"), ("account", &sid)],
        )
        .await;
    let answer = stage.answered(&mut visitor, action).await;
    assert_eq!(upn(answer), "adele@contoso.com");
    // Another browser's session is nobody's here.
    let page = visitor.get(url.clone()).await.text().await.unwrap();
    let action = url
        .join(&between(&page, "action=\"", "\"").replace("&amp;", "&"))
        .unwrap();
    let ctx = between(&page, "name=\"ctx\" value=\"", "\"").to_owned();
    let mut other = stage.signed_in("alex@contoso.com").await;
    let foreign = stage.answered(&mut other, ask(&stage, &[])).await["session_state"].clone();
    visitor
        .post(
            action.clone(),
            &[("ctx", &ctx), ("step", "choose"), ("account", &foreign)],
        )
        .await;
    assert!(
        visitor
            .get(action)
            .await
            .text()
            .await
            .unwrap()
            .contains("id=\"i0116\""),
        "asked for the account"
    );
}

/// [ID-21] Each sign-in makes a session of a new name, under a cookie that only this host sets and reads; signing out ends it for
/// whoever copied it, and disabling the account ends all.
#[tokio::test]
async fn sessions_cannot_be_fixed_or_kept() {
    let stage = stage();
    let mut visitor = stage.visitor();
    let session = |response: &reqwest::Response| {
        let cookies = response.headers().get_all(SET_COOKIE).iter();
        cookies
            .map(|cookie| cookie.to_str().unwrap().to_owned())
            .find(|cookie| cookie.starts_with("__Host-ESTSAUTH="))
    };
    let mut names = Vec::new();
    for _ in 0..2 {
        let url = ask(
            &stage,
            &[("prompt", "login"), ("login_hint", "adele@contoso.com")],
        );
        let page = visitor.get(url.clone()).await;
        assert!(session(&page).is_none(), "nobody is signed in yet");
        let page = page.text().await.unwrap();
        let here = url
            .join(&between(&page, "action=\"", "\"").replace("&amp;", "&"))
            .unwrap();
        let ctx = between(&page, "name=\"ctx\" value=\"", "\"").to_owned();
        let (password, _) = stage.tenant.person("adele@contoso.com");
        visitor
            .post(
                here.clone(),
                &[("ctx", &ctx), ("step", "password"), ("password", &password)],
            )
            .await;
        visitor
            .post(
                here.clone(),
                &[("ctx", &ctx), ("step", "stay"), ("stay", "no")],
            )
            .await;
        let cookie = session(&visitor.get(here).await).unwrap();
        for flag in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=None"] {
            assert!(cookie.contains(flag), "{cookie}");
        }
        assert!(
            !cookie.contains("Domain") && !cookie.contains("Max-Age"),
            "{cookie}"
        );
        names.push(cookie.split(';').next().unwrap().to_owned());
    }
    assert_ne!(names[0], names[1]);
    let with = async |cookie: &str| {
        let answer = stage
            .visitor()
            .get_with(ask(&stage, &[]), &[("cookie", cookie)])
            .await;
        fields(answer.headers()[LOCATION].to_str().unwrap()).contains_key("code")
    };
    assert!(!with(&names[0]).await, "the old name has ended");
    assert!(with(&names[1]).await);
    visitor
        .get(stage.url("login", "/common/oauth2/v2.0/logout"))
        .await;
    assert!(!with(&names[1]).await, "signed out");
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    stage.tenant.run(&["user", "disable", "adele@contoso.com"]);
    assert_eq!(
        stage.answered(&mut visitor, ask(&stage, &[])).await["error"],
        "login_required"
    );
}

/// [ID-22] [ID-04] What was asked for is kept here: no form changes it, and no other browser goes on with it.
#[tokio::test]
async fn a_sign_in_cannot_be_turned_into_another() {
    let stage = stage();
    let mut visitor = stage.visitor();
    let url = ask(
        &stage,
        &[("prompt", "login"), ("login_hint", "adele@contoso.com")],
    );
    let page = visitor.get(url.clone()).await.text().await.unwrap();
    let here = url
        .join(&between(&page, "action=\"", "\"").replace("&amp;", "&"))
        .unwrap();
    let ctx = between(&page, "name=\"ctx\" value=\"", "\"").to_owned();
    let (password, _) = stage.tenant.person("adele@contoso.com");
    let evil = [
        ("response_type", "token"),
        ("response_mode", "query"),
        ("redirect_uri", "https://evil.example/"),
        ("client_id", BROKER),
        ("state", "another"),
        ("nonce", "another"),
    ];
    let with_evil = |mut fields: Vec<(&'static str, String)>| {
        fields.extend(evil.map(|(name, value)| (name, value.to_owned())));
        fields
    };
    let mut stranger = stage.visitor();
    stranger.get(ask(&stage, &[("prompt", "login")])).await;
    for step in [
        vec![
            ("ctx", ctx.clone()),
            ("step", "password".to_owned()),
            ("password", password),
        ],
        vec![
            ("ctx", ctx.clone()),
            ("step", "stay".to_owned()),
            ("stay", "no".to_owned()),
        ],
    ] {
        let step = with_evil(step);
        let step: Vec<(&str, &str)> = step
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = stranger.post(here.clone(), &step).await;
        assert_eq!(answer.status().as_u16(), 400, "another browser");
        visitor.post(here.clone(), &step).await;
    }
    let mut evil_url = here.clone();
    evil_url.query_pairs_mut().extend_pairs(evil);
    assert_eq!(stranger.get(here.clone()).await.status().as_u16(), 400);
    let answer = visitor.get(evil_url).await;
    let location = answer.headers()[LOCATION].to_str().unwrap().to_owned();
    assert!(location.starts_with(&format!("{BACK}?code=")), "{location}");
    let answer = fields(&location);
    assert_eq!(answer["state"], "a state & more");
    assert!(!answer.contains_key("access_token"));
    // It was answered once.
    assert_eq!(visitor.get(here).await.status().as_u16(), 400);
    // The code is the application's, at its address, with nobody else's nonce.
    let redeem = |client: &'static str, uri: &'static str| {
        [
            ("grant_type", "authorization_code"),
            ("client_id", client),
            ("redirect_uri", uri),
            ("code", answer["code"].as_str()),
            ("scope", "openid"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let path = "/common/oauth2/v2.0/token";
    for (client, uri) in [(BROKER, BACK), (APP, "http://localhost")] {
        assert_eq!(stage.token(path, &redeem(client, uri)).await.0, 400);
    }
    let (status, tokens) = stage.token(path, &redeem(APP, BACK)).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(claims(tokens["id_token"].as_str().unwrap())["nonce"], "n");
}

/// [ID-24] Names come from the configuration: no header of a request gets into a link or an issuer.
#[tokio::test]
async fn no_header_names_the_issuer() {
    let stage = stage();
    let evil = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-for", "203.0.113.9"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-url", "https://evil.example/"),
        ("x-host", "evil.example"),
    ];
    let get = async |path: &str, headers: &[(&str, &str)]| {
        stage
            .visitor()
            .get_as(stage.url("login", path), headers)
            .await
    };
    for path in [
        "/common/.well-known/openid-configuration",
        "/common/v2.0/.well-known/openid-configuration",
        "/common/discovery/instance?api-version=1.1",
    ] {
        let plain = get(path, &[]).await;
        assert_eq!(plain.0, 200, "{path}");
        assert_eq!(get(path, &evil).await, plain, "{path}");
        for host in ["evil.example", "login.dovetail.localhost.evil.example"] {
            assert_eq!(get(path, &[("host", host)]).await.0, 421, "{host}");
        }
    }
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    let answer = visitor
        .get_with(ask(&stage, &[("response_type", "id_token")]), &evil)
        .await;
    let answer = fields(answer.headers()[LOCATION].to_str().unwrap());
    assert!(!claims(&answer["id_token"]).to_string().contains("evil"));
    let page = visitor
        .get_with(ask(&stage, &[("prompt", "login")]), &evil)
        .await
        .text()
        .await
        .unwrap();
    assert!(!page.contains("evil.example"));
}
