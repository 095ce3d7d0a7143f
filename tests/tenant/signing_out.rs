//! Signing out.

use dovetail_tests::sign_in::{Visitor, between};
use reqwest::header::LOCATION;
use url::Url;

use crate::stage::Stage;

const APP: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const OTHER: &str = "aaaaaaaa-0000-4000-8000-000000000002";
const BACK: &str = "https://app.example/back";

fn stage() -> Stage {
    let stage = Stage::new();
    for (id, back) in [(APP, BACK), (OTHER, "https://other.example/back")] {
        stage.tenant.run(&[
            "app",
            "add",
            "--client-id",
            id,
            "--redirect-uri",
            back,
            "--id-token",
        ]);
    }
    stage
}

fn ask(stage: &Stage, client: &str, back: &str, kind: &str) -> Url {
    ask_at(stage, "/v2.0", client, back, kind)
}

fn ask_at(stage: &Stage, version: &str, client: &str, back: &str, kind: &str) -> Url {
    let mut url = stage.url("login", &format!("/common/oauth2{version}/authorize"));
    url.query_pairs_mut().extend_pairs([
        ("client_id", client),
        ("redirect_uri", back),
        ("response_type", kind),
        ("scope", "openid"),
        ("nonce", "n"),
        ("prompt", "none"),
    ]);
    url
}

fn out(stage: &Stage, fields: &[(&str, &str)]) -> Url {
    let mut url = stage.url("login", "/common/oauth2/v2.0/logout");
    url.query_pairs_mut().extend_pairs(fields);
    url
}

async fn signed_in(stage: &Stage, visitor: &mut Visitor) -> bool {
    stage
        .answered(visitor, ask(stage, APP, BACK, "code"))
        .await
        .contains_key("code")
}

/// The browser goes back only where an application that is concerned has registered; the state goes along.
#[tokio::test]
async fn the_way_back_is_registered() {
    let stage = stage();
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    let token = stage
        .answered(&mut visitor, ask(&stage, APP, BACK, "id_token"))
        .await
        .remove("id_token")
        .unwrap();
    let sent = |response: &reqwest::Response| {
        response
            .headers()
            .get(LOCATION)
            .map(|location| location.to_str().unwrap().to_owned())
    };
    for address in [
        "https://evil.example/",
        "https://app.example/back/",
        "https://app.example/back?x",
        "https://other.example/back",
        "javascript:alert(1)",
        "//evil.example",
    ] {
        let mut visitor = stage.signed_in("adele@contoso.com").await;
        stage
            .answered(&mut visitor, ask(&stage, APP, BACK, "code"))
            .await;
        let answer = visitor
            .get(out(
                &stage,
                &[
                    ("post_logout_redirect_uri", address),
                    ("id_token_hint", &token),
                ],
            ))
            .await;
        assert_eq!(
            (answer.status().as_u16(), sent(&answer)),
            (200, None),
            "{address}"
        );
        assert!(!answer.text().await.unwrap().contains(address));
        assert!(
            !signed_in(&stage, &mut visitor).await,
            "signed out all the same"
        );
    }
    let mut stranger = stage.visitor();
    let answer = stranger
        .get(out(&stage, &[("post_logout_redirect_uri", BACK)]))
        .await;
    assert_eq!(
        sent(&answer),
        None,
        "nobody says that the application is concerned"
    );
    let forged = format!("{token}x");
    let answer = stranger
        .get(out(
            &stage,
            &[
                ("post_logout_redirect_uri", BACK),
                ("id_token_hint", &forged),
            ],
        ))
        .await;
    assert_eq!(sent(&answer), None);
    let answer = stranger
        .get(out(
            &stage,
            &[
                ("post_logout_redirect_uri", BACK),
                ("id_token_hint", &token),
                ("state", "a&b"),
            ],
        ))
        .await;
    assert_eq!(sent(&answer), Some(format!("{BACK}?state=a%26b")));
    // The session itself remembers where it signed in to.
    let answer = visitor
        .get(out(&stage, &[("post_logout_redirect_uri", BACK)]))
        .await;
    assert_eq!(sent(&answer), Some(BACK.to_owned()));
    assert!(!signed_in(&stage, &mut visitor).await);
}

/// The applications that the session signed in to, and no others, are told in frames: session, and the issuer by which they know
/// this tenant.
#[tokio::test]
async fn applications_are_told() {
    let stage = stage();
    stage.sql("UPDATE app SET logout_uri = 'https://app.example/out?x=1' WHERE client_id LIKE 'aaaaaaaa%1'").await;
    stage.sql("UPDATE app SET logout_uri = 'https://other.example/out' WHERE client_id LIKE 'aaaaaaaa%2'").await;
    let (login, id) = (stage.tenant.value("login"), stage.tenant.value("tenant_id"));
    let (v1, v2) = (
        format!("https://sts.windows.net/{id}/"),
        format!("{login}/{id}/v2.0"),
    );
    for (kind, version, issuer) in [
        ("code", "/v2.0", &v2),
        ("id_token", "/v2.0", &v2),
        ("code", "", &v1),
        ("id_token", "", &v1),
    ] {
        let mut visitor = stage.signed_in("adele@contoso.com").await;
        let sid = stage
            .answered(&mut visitor, ask_at(&stage, version, APP, BACK, kind))
            .await
            .remove("session_state")
            .unwrap();
        let answer = visitor
            .get(out(&stage, &[("post_logout_redirect_uri", BACK)]))
            .await;
        assert_eq!(answer.status().as_u16(), 200);
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            policy.contains("frame-src https://app.example;")
                || policy.ends_with("frame-src https://app.example"),
            "{policy}"
        );
        assert!(
            answer.headers()["refresh"]
                .to_str()
                .unwrap()
                .ends_with(BACK)
        );
        let page = answer.text().await.unwrap();
        let frame =
            Url::parse(&between(&page, "<iframe src=\"", "\"").replace("&amp;", "&")).unwrap();
        let fields: Vec<_> = frame.query_pairs().into_owned().collect();
        assert_eq!(fields[0], ("x".to_owned(), "1".to_owned()));
        assert_eq!(fields[1], ("iss".to_owned(), issuer.clone()), "{kind}");
        assert_eq!(fields[2], ("sid".to_owned(), sid), "{kind}");
        assert!(!page.contains("other.example"));
    }
}

/// One account of several may leave alone.
#[tokio::test]
async fn one_account_may_leave() {
    let stage = stage();
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    let mut url = ask(&stage, APP, BACK, "code");
    url.query_pairs_mut().clear().extend_pairs([
        ("client_id", APP),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("prompt", "login"),
        ("login_hint", "diego@contoso.com"),
    ]);
    visitor
        .sign_in(&stage.tenant, url, "diego@contoso.com")
        .await;
    assert!(!signed_in(&stage, &mut visitor).await, "two accounts");
    visitor
        .get(out(&stage, &[("logout_hint", "diego@contoso.com")]))
        .await;
    assert!(signed_in(&stage, &mut visitor).await, "one is left");
    visitor.get(out(&stage, &[])).await;
    assert!(!signed_in(&stage, &mut visitor).await);
}
