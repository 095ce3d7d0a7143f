//! Single-page applications: their own origin, PKCE, and refresh tokens of one day.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::stage::{CHALLENGE, Stage, VERIFIER, number};

const V2: &str = "/common/oauth2/v2.0/token";
const APP: &str = "11111111-2222-4333-8444-555555555511";
const BACK: &str = "https://app.example/done";
const HOME: &str = "https://app.example";
const NATIVE: &str = "https://login.microsoftonline.com/common/oauth2/nativeclient";

struct Answer {
    status: u16,
    body: Value,
    allowed: Option<String>,
    credentials: bool,
}

impl Answer {
    fn number(&self) -> u64 {
        number(&(self.status, self.body.clone()))
    }
}

async fn post(stage: &Stage, origin: Option<&str>, fields: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let headers: Vec<_> = origin
        .map(|origin| ("origin", origin))
        .into_iter()
        .collect();
    let response = stage
        .visitor()
        .send(
            stage.url("login", V2),
            "application/x-www-form-urlencoded",
            &headers,
            body.into_bytes(),
        )
        .await
        .unwrap();
    let header = |name: &str| {
        response
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    Answer {
        status: response.status().as_u16(),
        allowed: header("access-control-allow-origin"),
        credentials: header("access-control-allow-credentials").is_some(),
        body: response.json().await.unwrap(),
    }
}

async fn authorize(
    stage: &Stage,
    visitor: &mut dovetail_tests::sign_in::Visitor,
    changes: &[(&str, &str)],
) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::from([
        ("client_id", APP),
        ("response_type", "code"),
        ("redirect_uri", BACK),
        ("scope", "openid profile offline_access User.Read"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("response_mode", "fragment"),
    ]);
    fields.extend(changes.iter().copied());
    let mut url = stage.url("login", "/common/oauth2/v2.0/authorize");
    url.query_pairs_mut()
        .extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
    stage.answered(visitor, url).await
}

/// [ID-03] [ID-25] Only the application's own origin redeems and reads, without cookies, and with PKCE.
#[tokio::test]
async fn a_page_redeems_from_its_own_origin() {
    let stage = Stage::new();
    let add = [
        "app",
        "add",
        "--client-id",
        APP,
        "--redirect-uri",
        BACK,
        "--spa",
    ];
    stage.tenant.run(&add);
    stage.tenant.run(&[
        "app",
        "add",
        "--client-id",
        APP,
        "--redirect-uri",
        NATIVE,
        "--native",
    ]);
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    let bare = [("code_challenge", ""), ("code_challenge_method", "")];
    let refused = authorize(&stage, &mut visitor, &bare).await;
    assert!(
        refused["error_description"].starts_with("AADSTS9002325"),
        "{refused:?}"
    );

    let code = authorize(&stage, &mut visitor, &[]).await["code"].clone();
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", APP),
        ("code", &code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    for (origin, allowed) in [
        (None, None),
        (Some("https://evil.example"), None),
        (Some("null"), None),
        (Some("https://app.example:444"), None),
        (Some("https://app.example.evil"), None),
    ] {
        let answer = post(&stage, origin, &fields).await;
        assert_eq!(answer.number(), 9_002_327, "{origin:?}");
        assert_eq!(answer.allowed, allowed, "{origin:?}");
    }
    let good = post(&stage, Some(HOME), &fields).await;
    assert_eq!(
        (good.status, good.allowed.as_deref()),
        (200, Some(HOME)),
        "{}",
        good.body
    );
    assert!(!good.credentials);
    // A refusal is readable, too.
    let again = post(&stage, Some(HOME), &fields).await;
    assert_eq!(
        (again.number(), again.allowed.as_deref()),
        (54_005, Some(HOME))
    );

    // What is not a page's is not redeemed from a page.
    let changes = [("redirect_uri", NATIVE)];
    let code = authorize(&stage, &mut visitor, &changes).await["code"].clone();
    let mut native = fields;
    native[2].1 = &code;
    native[3].1 = NATIVE;
    assert_eq!(post(&stage, Some(HOME), &native).await.number(), 9_002_326);
    assert_eq!(post(&stage, None, &native).await.status, 200);
}

/// A page's refresh tokens end a day after the sign-in, however often they are used.
#[tokio::test]
async fn a_pages_refresh_tokens_live_one_day() {
    let stage = Stage::new();
    let add = [
        "app",
        "add",
        "--client-id",
        APP,
        "--redirect-uri",
        BACK,
        "--spa",
    ];
    stage.tenant.run(&add);
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    let code = authorize(&stage, &mut visitor, &[]).await["code"].clone();
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", APP),
        ("code", &code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    let first = post(&stage, Some(HOME), &fields).await;
    let refresh = async |token: &Value, origin| {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", APP),
            ("refresh_token", token.as_str().unwrap()),
        ];
        post(&stage, origin, &fields).await
    };
    let token = &first.body["refresh_token"];
    assert_eq!(refresh(token, None).await.number(), 9_002_327);
    let second = refresh(token, Some(HOME)).await;
    assert_eq!(second.status, 200, "{}", second.body);
    // A day later.
    stage
        .sql("UPDATE lineage SET expires = expires - 86401")
        .await;
    let late = refresh(&second.body["refresh_token"], Some(HOME)).await;
    assert_eq!(late.number(), 700_084);
}

/// [ID-25] The browser's question before the request is answered for registered pages only.
#[tokio::test]
async fn only_registered_pages_may_ask() {
    let stage = Stage::new();
    let add = [
        "app",
        "add",
        "--client-id",
        APP,
        "--redirect-uri",
        BACK,
        "--spa",
    ];
    stage.tenant.run(&add);
    for (origin, allowed) in [
        (HOME, true),
        ("https://evil.example", false),
        ("null", false),
    ] {
        let answer = stage
            .visitor()
            .preflight(
                stage.url("login", V2),
                origin,
                "content-type,x-anchormailbox",
            )
            .await;
        let headers = answer.headers();
        assert_eq!(
            headers.contains_key("access-control-allow-origin"),
            allowed,
            "{origin}"
        );
        assert!(!headers.contains_key("access-control-allow-credentials"));
        if allowed {
            assert_eq!(
                headers["access-control-allow-headers"],
                "content-type,x-anchormailbox"
            );
        }
    }
}
