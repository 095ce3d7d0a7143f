//! The authorize request: whom it trusts, and what it takes.

use reqwest::header::LOCATION;
use url::Url;

use crate::stage::Stage;

/// [ID-01] Only the registered address, to the letter, is ever sent anything.
#[tokio::test]
async fn a_foreign_redirect_uri_is_never_followed() {
    let stage = Stage::new();
    let page = stage.tenant.value("page").to_owned();
    let url = Url::parse(&page).unwrap();
    let (host, port) = (url.host_str().unwrap(), url.port().unwrap());
    let mut vectors = vec![
        format!("{page}/"),
        format!("{page}x"),
        format!("{page}?x=1"),
        format!("{page}#x"),
        format!("{page}/../5"),
        format!("{page}/%2e%2e/5"),
        page.to_uppercase(),
        page.replace("https", "http"),
        page.replace("https", "HTTPS"),
        page.replace("portal", "Portal"),
        page.replace("portal.", "portal.evil."),
        page.replace("portal.", ""),
        page.replace(host, &format!("{host}.evil.example")),
        page.replace(host, "evil.example"),
        page.replace(host, &format!("evil.example\\@{host}")),
        page.replace("https://", "https://evil.example@"),
        page.replace("https://", "https://user:pw@"),
        page.replace(host, &format!("{host}.")),
        page.replace(&port.to_string(), "443"),
        page.replace(&format!(":{port}"), ""),
        page.replace(&port.to_string(), &format!("{port}0")),
        page.replace("WebApp", "webapp"),
        page.replace("WebApp", "%57ebApp"),
        page.replace("/WebApp", "//WebApp"),
        page.replace("/WebApp", "/x/../WebApp"),
        page.replace('4', "5"),
        page.replace("://", ":\\\\"),
        page.replace("https://", "https:/"),
        page.replace("https://", "//"),
        format!(" {page}"),
        format!("{page} "),
        format!("{page}%00"),
        format!("{page}\n"),
        "javascript:alert(1)".into(),
        "data:text/html,x".into(),
        "https://evil.example".into(),
        "//evil.example".into(),
        "\\\\evil.example".into(),
        "/WebApp/CloudDomainJoin/4".into(),
        "*".into(),
    ];
    vectors.retain(|vector| *vector != page);
    assert!(vectors.len() >= 38);
    for vector in vectors {
        let answer = stage
            .visitor()
            .get(stage.authorize(&[("redirect_uri", &vector)]))
            .await;
        assert_eq!(answer.status().as_u16(), 400, "{vector}");
        assert!(answer.headers().get(LOCATION).is_none(), "{vector}");
        assert!(
            answer.text().await.unwrap().contains("AADSTS50011"),
            "{vector}"
        );
    }
    let missing = stage
        .visitor()
        .get(stage.authorize(&[("redirect_uri", "")]))
        .await;
    assert_eq!(missing.status().as_u16(), 400);
    let mut twice = stage.authorize(&[]);
    twice
        .query_pairs_mut()
        .append_pair("redirect_uri", "https://evil.example");
    let answer = stage.visitor().get(twice).await;
    assert_eq!(
        (answer.status().as_u16(), answer.headers().get(LOCATION)),
        (400, None)
    );
}

/// What this tenant does not do is refused to the right address, with the state.
#[tokio::test]
async fn unsupported_requests_are_refused_by_redirect() {
    let stage = Stage::new();
    for (changes, error) in [
        (
            [("response_type", "code token")].as_slice(),
            "unsupported_response_type",
        ),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_mode", "query")], "invalid_request"),
        (&[("response_mode", "carrier-pigeon")], "invalid_request"),
        (&[("nonce", "")], "invalid_request"),
        (&[("scope", "profile")], "invalid_request"),
        (&[("prompt", "none")], "login_required"),
    ] {
        let answer = stage.visitor().get(stage.authorize(changes)).await;
        let location = answer.headers()[LOCATION].to_str().unwrap().to_owned();
        assert!(
            location.starts_with(&format!("{}#", stage.tenant.value("page"))),
            "{changes:?}: {location}"
        );
        assert!(
            location.contains(&format!("error={error}")) && location.contains("state=the+state"),
            "{changes:?}: {location}"
        );
    }
    let unknown = stage
        .visitor()
        .get(stage.authorize(&[("client_id", "00000000-0000-0000-0000-000000000001")]))
        .await;
    assert_eq!(unknown.status().as_u16(), 400);
    let not_for_tokens = stage
        .visitor()
        .get(stage.authorize(&[
            ("client_id", "29d9ed98-a469-4536-ade2-f981bc1d605e"),
            (
                "redirect_uri",
                "https://login.microsoftonline.com/common/oauth2/nativeclient",
            ),
        ]))
        .await;
    assert!(
        not_for_tokens.headers()[LOCATION]
            .to_str()
            .unwrap()
            .contains("AADSTS700054")
    );
}

/// [ID-30] Nobody registers an application from outside.
#[tokio::test]
async fn there_is_no_open_registration() {
    let stage = Stage::new();
    let before = stage.tenant.run(&["app", "list", "--json"]);
    for path in [
        "/common/oauth2/register",
        "/common/oauth2/v2.0/register",
        "/connect/register",
        "/common/v2.0/register",
        "/register",
    ] {
        let answer = stage
            .visitor()
            .post(
                stage.url("login", path),
                &[("redirect_uris", "https://evil.example")],
            )
            .await;
        assert_eq!(answer.status().as_u16(), 404, "{path}");
    }
    assert_eq!(stage.tenant.run(&["app", "list", "--json"]), before);
}
