//! Applications that prove who they are: secrets, signed assertions, and what they get on their own behalf.

use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use dovetail_shared::encode::{b64, b64url};
use reqwest::header;
use serde_json::{Value, json};

use crate::stage::{BROKER, Machine, Stage, claims, number, register, rs256};

const V1: &str = "/common/oauth2/token";
const V2: &str = "/common/oauth2/v2.0/token";
const APP: &str = "11111111-2222-4333-8444-555555555501";
const SECRET: &str = "s3cret/with+odd:letters";
const GRAPH: &str = "https://graph.microsoft.com/.default";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const NATIVE: &str = "https://login.microsoftonline.com/common/oauth2/nativeclient";

fn with_app() -> Stage {
    let stage = Stage::new();
    let add = ["app", "add", "--client-id", APP, "--secret", SECRET];
    stage.tenant.run(&add);
    stage
}

fn form(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut fields = vec![
        ("grant_type", "client_credentials"),
        ("client_id", APP),
        ("client_secret", SECRET),
        ("scope", GRAPH),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    fields
}

/// [ID-17] [ID-30] A secret in the body or in the header; without one, or with a wrong one, nothing.
#[tokio::test]
async fn an_application_proves_itself_by_its_secret() {
    let stage = with_app();
    let (status, tokens) = stage.token(V2, &form(&[])).await;
    assert_eq!(status, 200, "{tokens}");
    assert!(tokens["expires_in"].is_i64() && tokens["ext_expires_in"].is_i64());
    for absent in ["refresh_token", "id_token", "client_info", "foci"] {
        assert!(tokens.get(absent).is_none(), "{absent}");
    }
    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(access["aud"], "https://graph.microsoft.com");
    assert_eq!(access["appid"], APP);
    assert_eq!(access["idtyp"], "app");
    assert_eq!(access["oid"], access["sub"]);
    assert!(access.get("upn").is_none() && access.get("scp").is_none());
    let old = form(&[("scope", ""), ("resource", "https://graph.microsoft.com")]);
    let (status, tokens) = stage.token(V1, &old).await;
    assert_eq!(status, 200, "{tokens}");
    assert!(tokens["expires_in"].is_string() && tokens["expires_on"].is_string());

    for (changes, expected, status) in [
        (&[("client_secret", "s3cret")][..], 7_000_215, 401),
        (&[("client_secret", "")], 7_000_218, 401),
        (&[("client_id", BROKER)], 700_025, 401),
        (&[("client_id", "")], 900_144, 400),
        (
            &[("client_id", "11111111-2222-4333-8444-000000000000")],
            700_016,
            400,
        ),
        (
            &[("scope", "https://graph.microsoft.com/User.Read")],
            1_002_012,
            400,
        ),
        (&[("scope", "openid")], 1_002_012, 400),
        (&[("scope", "")], 900_144, 400),
        (&[("scope", "https://evil.example/.default")], 500_011, 400),
        (
            &[
                ("client_assertion", "x"),
                ("client_assertion_type", JWT_BEARER),
            ],
            90_023,
            400,
        ),
    ] {
        let answer = stage.token(V2, &form(changes)).await;
        assert_eq!(
            (number(&answer), answer.0),
            (expected, status),
            "{changes:?}"
        );
    }
    // `Authorization: Basic`, each half encoded as in a form.
    for (secret, status) in [("s3cret%2Fwith%2Bodd%3Aletters", 200), ("wrong", 401)] {
        let basic = format!("Basic {}", b64(format!("{APP}:{secret}")));
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("grant_type", "client_credentials"), ("scope", GRAPH)])
            .finish();
        let answer = stage
            .visitor()
            .send(
                stage.url("login", V2),
                "application/x-www-form-urlencoded",
                &[("authorization", &basic)],
                body.into_bytes(),
            )
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), status);
    }
}

/// [DR-05] What an application has on its own behalf registers nothing, and says nothing of any person.
#[tokio::test]
async fn an_application_alone_is_no_person() {
    let stage = with_app();
    let drs = form(&[(
        "scope",
        "urn:ms-drs:enterpriseregistration.windows.net/.default",
    )]);
    let (status, tokens) = stage.token(V2, &drs).await;
    assert_eq!(status, 200, "{tokens}");
    let token = tokens["access_token"].as_str().unwrap();
    let request = Machine::new().request(|_| {});
    assert_eq!(register(&stage, token, &request).await.0, 401);

    let (_, tokens) = stage.token(V2, &form(&[])).await;
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    for (host, path, expected) in [
        ("login", "/common/openid/userinfo", 401),
        ("graph", "/oidc/userinfo", 401),
        // It is let in, and is nobody.
        ("graph", "/v1.0/me", 400),
    ] {
        let (status, _) = stage
            .visitor()
            .get_as(stage.url(host, path), &[("authorization", &bearer)])
            .await;
        assert_eq!(status, expected, "{path}");
    }
}

/// What an administrator gave, and no more.
#[tokio::test]
async fn roles_are_the_administrators() {
    let stage = with_app();
    stage.tenant.run(&[
        "app",
        "add",
        "--client-id",
        APP,
        "--role",
        "Device.Read.All",
    ]);
    let (_, tokens) = stage.token(V2, &form(&[])).await;
    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(access["roles"], json!(["Device.Read.All"]));
}

fn key() -> (RsaKeyPair, String) {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let der = {
        use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        der.as_ref().to_vec()
    };
    let der = rustls_pki_types::PrivatePkcs8KeyDer::from(der);
    let signer =
        rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_RSA_SHA256).unwrap();
    let certificate = rcgen::CertificateParams::default()
        .self_signed(&signer)
        .unwrap();
    (pair, certificate.pem())
}

/// [ID-05] [ID-06] An assertion is taken once, and only when signature, algorithm and every claim hold.
#[tokio::test]
async fn an_application_proves_itself_by_an_assertion() {
    let stage = Stage::new();
    let (pair, pem) = key();
    let file = stage.dir.path().join("client.pem");
    std::fs::write(&file, pem).unwrap();
    let file = file.display().to_string();
    stage
        .tenant
        .run(&["app", "add", "--client-id", APP, "--certificate", &file]);
    let audience = stage.url("login", V2);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let good = json!({ "iss": APP, "sub": APP, "aud": audience.as_str(), "exp": now + 300, "nbf": now, "jti": "1" });
    let made = |head: &str, claims: &str, pair: &RsaKeyPair| {
        let signed = format!("{}.{}", b64url(head), b64url(claims));
        format!("{signed}.{}", b64url(rs256(pair, signed.as_bytes())))
    };
    let ask = async |assertion: &str| {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", APP),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
            ("scope", GRAPH),
        ];
        stage.token(V2, &fields).await
    };
    let head = r#"{"alg":"RS256","typ":"JWT"}"#;
    // An assertion names its client by itself.
    let unnamed = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", JWT_BEARER),
        (
            "client_assertion",
            &made(head, &good.to_string().replace("\"1\"", "\"0\""), &pair),
        ),
        ("scope", GRAPH),
    ];
    assert_eq!(stage.token(V2, &unnamed).await.0, 200);
    let once = made(head, &good.to_string(), &pair);
    let (status, tokens) = ask(&once).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(
        claims(tokens["access_token"].as_str().unwrap())["appidacr"],
        "2"
    );
    assert_eq!(number(&ask(&once).await), 700_027, "a second time");

    let mut number_of_try = 1;
    for (name, value) in [
        ("iss", json!(BROKER)),
        ("aud", json!("https://evil.example/oauth2/v2.0/token")),
        (
            "aud",
            json!(format!(
                "{}/evil.example/oauth2/token",
                stage.tenant.value("login")
            )),
        ),
        ("aud", Value::Null),
        ("exp", json!(now - 1)),
        ("exp", json!(now + 200_000)),
        ("exp", json!((now + 300).to_string())),
        ("exp", json!(1e10)),
        ("exp", json!(-1)),
        ("exp", Value::Null),
        ("exp", json!([now + 300])),
        ("nbf", json!(now + 4000)),
        ("nbf", json!("0")),
        ("jti", json!("")),
        ("jti", Value::Null),
    ] {
        number_of_try += 1;
        let mut claims = good.clone();
        claims["jti"] = json!(number_of_try.to_string());
        claims[name] = value.clone();
        let answer = ask(&made(head, &claims.to_string(), &pair)).await;
        assert_eq!(number(&answer), 700_027, "{name}: {value}");
    }
    let text = good.to_string().replace("\"1\"", "\"other\"");
    let (foreign, _) = key();
    let public = pair.public_key().as_ref().to_vec();
    let unsigned = format!("{}.{}", b64url(r#"{"alg":"none"}"#), b64url(&text));
    let hmac = {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &public);
        let signed = format!("{}.{}", b64url(r#"{"alg":"HS256"}"#), b64url(&text));
        format!(
            "{signed}.{}",
            b64url(aws_lc_rs::hmac::sign(&key, signed.as_bytes()))
        )
    };
    for forged in [
        format!("{unsigned}."),
        hmac,
        made(head, &text, &foreign),
        made(r#"{"alg":"RS256","crit":["x"]}"#, &text, &pair),
        made(r#"{"alg":"rs256"}"#, &text, &pair),
        made(r#"{"alg":"RS512"}"#, &text, &pair),
        made(
            &format!(
                r#"{{"alg":"RS256","jwk":{{"kty":"RSA","n":"{}","e":"AQAB"}}}}"#,
                b64url([7; 256])
            ),
            &text,
            &foreign,
        ),
        made(
            r#"{"alg":"RS256","jku":"https://evil.example/keys"}"#,
            &text,
            &foreign,
        ),
    ] {
        assert_eq!(number(&ask(&forged).await), 700_027, "{forged}");
    }
    assert_eq!(
        ask(&made(head, &text, &pair)).await.0,
        200,
        "nothing above used it up"
    );
}

/// A code of a server's application is worth nothing without its secret, and neither are its refresh tokens.
#[tokio::test]
async fn a_servers_tokens_need_its_secret() {
    let stage = Stage::new();
    let back = "https://rp.example/back";
    let add = [
        "app",
        "add",
        "--client-id",
        APP,
        "--secret",
        SECRET,
        "--redirect-uri",
        back,
    ];
    stage.tenant.run(&add);
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    let mut url = stage.url("login", "/common/oauth2/v2.0/authorize");
    url.query_pairs_mut().extend_pairs([
        ("client_id", APP),
        ("response_type", "code"),
        ("redirect_uri", back),
        ("scope", "openid offline_access User.Read"),
        ("nonce", "the nonce"),
    ]);
    let code = stage.answered(&mut visitor, url).await["code"].clone();
    let redeem = async |secret: &str| {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("client_id", APP),
            ("code", &code),
            ("redirect_uri", back),
        ];
        if !secret.is_empty() {
            fields.push(("client_secret", secret));
        }
        stage.token(V2, &fields).await
    };
    assert_eq!(number(&redeem("").await), 7_000_218);
    assert_eq!(number(&redeem("wrong").await), 7_000_215);
    let (status, tokens) = redeem(SECRET).await;
    assert_eq!(status, 200, "{tokens}");
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", APP),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    assert_eq!(number(&stage.token(V2, &refresh).await), 7_000_218);
    let with: Vec<_> = refresh
        .into_iter()
        .chain([("client_secret", SECRET)])
        .collect();
    assert_eq!(stage.token(V2, &with).await.0, 200);
    // A refused request answers with what the caller calls it.
    let id = "0f4e7a4c-0000-4000-8000-000000000001";
    let response = stage
        .visitor()
        .send(
            stage.url("login", V2),
            "text/plain",
            &[("client-request-id", id)],
            b"grant_type=x".to_vec(),
        )
        .await
        .unwrap();
    assert_eq!(response.headers()["client-request-id"], id);
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let refused: Value = response.json().await.unwrap();
    assert_eq!(refused["correlation_id"], id);
}

/// A service that was called with a person's token gets one of its own for the next service, as that person.
#[tokio::test]
async fn a_service_acts_on_behalf_of_a_person() {
    let stage = with_app();
    let caller = "11111111-2222-4333-8444-555555555502";
    stage.tenant.run(&[
        "app",
        "add",
        "--client-id",
        caller,
        "--redirect-uri",
        NATIVE,
    ]);
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    let token_for = async |visitor: &mut _, scope: &str| {
        let mut url = stage.url("login", "/common/oauth2/v2.0/authorize");
        url.query_pairs_mut().extend_pairs([
            ("client_id", caller),
            ("response_type", "code"),
            ("redirect_uri", NATIVE),
            ("scope", scope),
        ]);
        let code = stage.answered(visitor, url).await["code"].clone();
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", caller),
            ("code", &code),
            ("redirect_uri", NATIVE),
        ];
        stage.token(V2, &fields).await.1["access_token"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let mine = token_for(&mut visitor, &format!("api://{APP}/user_impersonation")).await;
    assert_eq!(claims(&mine)["aud"], format!("api://{APP}"));
    let graph = token_for(&mut visitor, "User.Read").await;
    let ask = async |assertion: &str, secret: &str, using: &str| {
        let fields = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("client_id", APP),
            ("client_secret", secret),
            ("assertion", assertion),
            ("requested_token_use", using),
            (
                "scope",
                "https://graph.microsoft.com/User.Read offline_access",
            ),
        ];
        let fields: Vec<_> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        stage.token(V2, &fields).await
    };
    let (status, tokens) = ask(&mine, SECRET, "on_behalf_of").await;
    assert_eq!(status, 200, "{tokens}");
    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(access["appid"], APP);
    assert_eq!(access["upn"], "adele@contoso.com");
    assert_eq!(access["aud"], "https://graph.microsoft.com");
    assert!(tokens["refresh_token"].is_string());
    for (assertion, secret, using, expected) in [
        (graph.as_str(), SECRET, "on_behalf_of", 500_131),
        (mine.as_str(), "", "on_behalf_of", 7_000_218),
        (mine.as_str(), SECRET, "", 900_144),
        (mine.as_str(), SECRET, "something", 90_023),
        ("", SECRET, "on_behalf_of", 900_144),
        ("a.b.c", SECRET, "on_behalf_of", 50_013),
    ] {
        let answer = ask(assertion, secret, using).await;
        assert_eq!(number(&answer), expected, "{using}: {answer:?}");
    }
    // Whoever is signed out everywhere is not acted for by a token of before, which would else live on as refresh tokens.
    stage.tenant.run(&["user", "revoke", "adele@contoso.com"]);
    let answer = ask(&mine, SECRET, "on_behalf_of").await;
    assert_eq!(number(&answer), 50_173, "{answer:?}");
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    // A caller who asks for more than the service offers gets nothing.
    let mut url = stage.url("login", "/common/oauth2/v2.0/authorize");
    url.query_pairs_mut().extend_pairs([
        ("client_id", caller),
        ("response_type", "code"),
        ("redirect_uri", NATIVE),
        ("scope", &format!("api://{APP}/everything")),
    ]);
    let answer = stage.answered(&mut visitor, url).await;
    assert!(
        answer["error_description"].starts_with("AADSTS70011"),
        "{answer:?}"
    );
}
