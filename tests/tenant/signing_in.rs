//! The sign-in pages.

use dovetail_tests::sign_in::Visitor;
use dovetail_tests::tenant::on_postgres;
use reqwest::header::LOCATION;

use crate::stage::{Stage, claims};

/// Opens the sign-in for `upn` and gives the address of its page.
async fn open(stage: &Stage, visitor: &mut Visitor, upn: &str) -> url::Url {
    let answer = visitor.get(stage.authorize(&[("login_hint", upn)])).await;
    stage.url("login", answer.headers()[LOCATION].to_str().unwrap())
}

fn ctx(page: &url::Url) -> String {
    page.query_pairs()
        .find(|(name, _)| name == "ctx")
        .unwrap()
        .1
        .into_owned()
}

/// Enters a password and gives the page that follows.
async fn enter(visitor: &mut Visitor, page: &url::Url, password: &str) -> String {
    visitor
        .post(
            page.clone(),
            &[
                ("ctx", &ctx(page)),
                ("step", "password"),
                ("password", password),
            ],
        )
        .await;
    visitor.get(page.clone()).await.text().await.unwrap()
}

/// The token says everything that the article's does.
#[tokio::test]
async fn the_token_has_every_claim() {
    let stage = Stage::new();
    let claims = claims(&stage.id_token("megan@contoso.com").await);
    assert_eq!(claims["aud"], "dd762716-544d-4aeb-a526-687b73838a22");
    assert_eq!(
        claims["iss"],
        format!(
            "https://sts.windows.net/{}/",
            stage.tenant.value("tenant_id")
        )
    );
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        3900
    );
    assert_eq!(claims["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
    assert_eq!(claims["nonce"], "n-0S6_WzA2Mj");
    let oid: dovetail_shared::id::ObjectId = claims["oid"].as_str().unwrap().parse().unwrap();
    assert_eq!(claims["sid"], dovetail_shared::guid::cloud_sid(oid.0));
    assert_eq!(claims["sub"].as_str().unwrap().len(), 43);
    for name in [
        "tid",
        "upn",
        "unique_name",
        "name",
        "given_name",
        "family_name",
        "instance",
        "tenant_display_name",
        "ver",
        "nbf",
    ] {
        assert!(!claims[name].is_null(), "{name}");
    }
}

/// [ID-12] After ten wrong guesses the account is locked, for the right password too; and an unknown account looks like a wrong password.
#[tokio::test]
async fn guessing_locks_the_account() {
    let stage = Stage::new();
    let mut visitor = stage.visitor();
    let page = open(&stage, &mut visitor, "adele@contoso.com").await;
    for _ in 0..10 {
        assert!(
            enter(&mut visitor, &page, "wrong")
                .await
                .contains("AADSTS50126")
        );
    }
    let (password, _) = stage.tenant.person("adele@contoso.com");
    assert!(
        enter(&mut visitor, &page, &password)
            .await
            .contains("AADSTS50053")
    );
    let page = open(&stage, &mut visitor, "nobody@contoso.com").await;
    assert!(
        enter(&mut visitor, &page, "wrong")
            .await
            .contains("AADSTS50126")
    );
    let (password, _) = stage.tenant.person("lidia@contoso.com");
    let page = open(&stage, &mut visitor, "lidia@contoso.com").await;
    assert!(
        enter(&mut visitor, &page, &password)
            .await
            .contains("AADSTS50057")
    );
}

/// A code of the second factor is good once.
#[tokio::test]
async fn a_code_is_good_once() {
    let stage = Stage::new();
    let (password, totp) = stage.tenant.person("megan@contoso.com");
    // One code for both tries, wherever the clock stands.
    let code = dovetail_tests::sign_in::code_now(&totp.unwrap());
    let mut pages = Vec::new();
    for _ in 0..2 {
        let mut visitor = stage.visitor();
        let page = open(&stage, &mut visitor, "megan@contoso.com").await;
        enter(&mut visitor, &page, &password).await;
        visitor
            .post(
                page.clone(),
                &[("ctx", &ctx(&page)), ("step", "code"), ("otc", &code)],
            )
            .await;
        pages.push(visitor.get(page).await.text().await.unwrap());
    }
    assert!(pages[0].contains("Stay signed in?"), "{}", pages[0]);
    assert!(pages[1].contains("AADSTS500121"), "{}", pages[1]);
}

/// [PG-05] A form of another site, or of another browser, does nothing.
#[tokio::test]
async fn a_foreign_form_does_nothing() {
    let stage = Stage::new();
    let (password, _) = stage.tenant.person("adele@contoso.com");
    let mut visitor = stage.visitor();
    let page = open(&stage, &mut visitor, "adele@contoso.com").await;
    let fields = [
        ("ctx", ctx(&page)),
        ("step", "password".to_owned()),
        ("password", password),
    ];
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    for origin in ["https://evil.example", "null", stage.tenant.value("portal")] {
        assert_eq!(
            visitor
                .post_from(origin, page.clone(), &fields)
                .await
                .status()
                .as_u16(),
            403,
            "{origin}"
        );
    }
    let mut other = stage.visitor();
    assert_eq!(
        other.post(page.clone(), &fields).await.status().as_u16(),
        400
    );
    assert!(
        visitor
            .get(page)
            .await
            .text()
            .await
            .unwrap()
            .contains("current-password"),
        "the sign-in stands where it stood"
    );
}

/// [PG-01] Nobody may frame the sign-in pages, and no script runs there but the one that the page names by its hash.
#[tokio::test]
async fn sign_in_pages_are_not_framed() {
    let stage = Stage::new();
    let mut visitor = stage.visitor();
    let page = open(&stage, &mut visitor, "adele@contoso.com").await;
    let policy = visitor.get(page).await.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("frame-ancestors 'none'")
            && policy.contains("default-src 'none'")
            && policy.matches("script-src 'sha256-").count() == 1
            && !policy.contains("unsafe"),
        "{policy}"
    );
}

/// [ID-21] The session's name is new at each sign-in, kept from scripts, and stays only for who wants to stay.
#[tokio::test]
async fn sessions_are_new_and_well_kept() {
    let stage = Stage::new();
    let (password, _) = stage.tenant.person("adele@contoso.com");
    let mut visitor = stage.visitor();
    let mut cookies = Vec::new();
    for stay in ["no", "yes"] {
        let page = open(&stage, &mut visitor, "adele@contoso.com").await;
        enter(&mut visitor, &page, &password).await;
        visitor
            .post(
                page.clone(),
                &[("ctx", &ctx(&page)), ("step", "stay"), ("stay", stay)],
            )
            .await;
        let end = visitor.get(page).await;
        let cookie = end
            .headers()
            .get_all("set-cookie")
            .iter()
            .find_map(|cookie| {
                cookie
                    .to_str()
                    .ok()
                    .filter(|text| text.starts_with("__Host-ESTSAUTH="))
            })
            .unwrap()
            .to_owned();
        for flag in ["; Secure", "; HttpOnly", "; Path=/"] {
            assert!(cookie.contains(flag), "{cookie}");
        }
        assert_eq!(cookie.contains("Max-Age"), stay == "yes");
        cookies.push(cookie);
    }
    assert_ne!(cookies[0], cookies[1]);
    let silent = visitor.get(stage.authorize(&[("prompt", "none")])).await;
    assert!(
        silent.headers()[LOCATION]
            .to_str()
            .unwrap()
            .contains("id_token=")
    );
    visitor
        .get(stage.url("login", "/common/oauth2/logout"))
        .await;
    let silent = visitor.get(stage.authorize(&[("prompt", "none")])).await;
    assert!(
        silent.headers()[LOCATION]
            .to_str()
            .unwrap()
            .contains("login_required")
    );
}

/// The answer as a posted form.
#[tokio::test]
async fn the_answer_can_be_a_posted_form() {
    let stage = Stage::new();
    let (password, _) = stage.tenant.person("adele@contoso.com");
    let mut visitor = stage.visitor();
    let answer = visitor
        .get(stage.authorize(&[
            ("login_hint", "adele@contoso.com"),
            ("response_mode", "form_post"),
        ]))
        .await;
    let page = stage.url("login", answer.headers()[LOCATION].to_str().unwrap());
    enter(&mut visitor, &page, &password).await;
    visitor
        .post(
            page.clone(),
            &[("ctx", &ctx(&page)), ("step", "stay"), ("stay", "no")],
        )
        .await;
    let form = visitor.get(page).await.text().await.unwrap();
    for part in [
        "name=\"hiddenform\"",
        "name=\"id_token\"",
        "name=\"state\" value=\"the state\"",
        stage.tenant.value("page"),
    ] {
        assert!(form.contains(part), "{part}");
    }
}

/// [ID-12] Wrong codes count, whatever right passwords come in between; and a lock holds for codes, too.
#[tokio::test]
async fn guessing_codes_locks_the_account() {
    let stage = Stage::new();
    let (password, _) = stage.tenant.person("megan@contoso.com");
    for _ in 0..4 {
        let mut visitor = stage.visitor();
        let page = open(&stage, &mut visitor, "megan@contoso.com").await;
        enter(&mut visitor, &page, &password).await;
        for _ in 0..3 {
            visitor
                .post(
                    page.clone(),
                    &[("ctx", &ctx(&page)), ("step", "code"), ("otc", "000000")],
                )
                .await;
        }
    }
    let mut visitor = stage.visitor();
    let page = open(&stage, &mut visitor, "megan@contoso.com").await;
    assert!(
        enter(&mut visitor, &page, &password)
            .await
            .contains("AADSTS50053")
    );
}

/// [ID-12] Guesses in parallel are all counted.
#[tokio::test(flavor = "multi_thread")]
async fn parallel_guesses_lock_the_account() {
    let stage = Stage::new();
    let mut guesses = tokio::task::JoinSet::new();
    for _ in 0..14 {
        let mut visitor = stage.visitor();
        let page = open(&stage, &mut visitor, "adele@contoso.com").await;
        guesses.spawn(async move { enter(&mut visitor, &page, "wrong").await });
    }
    guesses.join_all().await;
    let (password, _) = stage.tenant.person("adele@contoso.com");
    let mut visitor = stage.visitor();
    let page = open(&stage, &mut visitor, "adele@contoso.com").await;
    assert!(
        enter(&mut visitor, &page, &password)
            .await
            .contains("AADSTS50053")
    );
}

/// [ST-09] Keys and passwords are nobody else's to read.
#[tokio::test]
async fn what_is_kept_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = Stage::new();
    let database = (!on_postgres()).then_some("tenant.db");
    let others = ["people.json", "ca/ca.key", "ca/device-ca.key"];
    for name in database.into_iter().chain(others) {
        let mode = std::fs::metadata(stage.dir.path().join("tenant").join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
}

/// A path that names no tenant is refused.
#[tokio::test]
async fn an_unknown_tenant_is_refused() {
    let stage = Stage::new();
    let mut url = stage.authorize(&[]);
    url.set_path("/evil-tenant/oauth2/authorize");
    let answer = stage.visitor().get(url).await;
    assert_eq!(answer.status().as_u16(), 400);
    assert!(answer.text().await.unwrap().contains("AADSTS90002"));
}
