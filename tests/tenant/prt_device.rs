//! Devices that show who they are while somebody signs in: PKeyAuth, and the certificate in TLS.

use reqwest::header::LOCATION;
use serde_json::{Value, json};
use url::Url;

use crate::soft_device::{SoftDevice, V1};
use crate::stage::{Stage, claims, number};

const NATIVE: &str = "https://login.microsoftonline.com/common/oauth2/nativeclient";
const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

fn request(stage: &Stage, upn: &str) -> Url {
    let mut url = stage.url("login", "/common/oauth2/authorize");
    url.query_pairs_mut().extend_pairs([
        ("client_id", CLI),
        ("response_type", "code"),
        ("redirect_uri", NATIVE),
        ("resource", "https://graph.microsoft.com"),
        ("login_hint", upn),
    ]);
    url
}

/// A client that says it can is asked for its device first; with the device's answer or without it, the person signs in, and
/// the tokens say what was proved. What does not hold is as good as no answer.
#[tokio::test]
async fn a_device_answers_a_challenge_while_signing_in() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let other = Stage::new();
    let stranger = SoftDevice::join(&other, "alex@contoso.com").await;
    for (signer, aud, named) in [
        (Some(&device), None, true),
        (None, None, false),
        (Some(&stranger), None, false),
        (Some(&device), Some("https://elsewhere.example/"), false),
    ] {
        let mut visitor = stage.visitor();
        let start = request(&stage, "alex@contoso.com");
        let announced = [("x-ms-PKeyAuth", "1.0")];
        let asked = visitor.get_with(start.clone(), &announced).await;
        let location = asked.headers()[LOCATION].to_str().unwrap().to_owned();
        let query = location
            .strip_prefix("urn:http-auth:PKeyAuth?")
            .expect(&location);
        let fields: std::collections::BTreeMap<String, String> =
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect();
        assert_eq!(fields["Version"], "1.0");
        assert_eq!(fields["TenantId"], stage.tenant.value("tenant_id"));
        assert!(fields["CertAuthorities"].starts_with("OU=82dbaca4-3e81-46ca-9c73-0950c1eaca97,"));
        let submit = Url::parse(&fields["SubmitUrl"]).unwrap();
        let context = &fields["Context"];
        let answer = match signer {
            Some(signer) => {
                let aud = aud.unwrap_or(submit.as_str());
                let payload = json!({ "aud": aud, "nonce": fields["nonce"], "iat": "1700000000" });
                let token = signer.sign(&signer.header(), &payload);
                format!("PKeyAuth AuthToken=\"{token}\", Context=\"{context}\", Version=\"1.0\"")
            }
            None => format!("PKeyAuth  Context=\"{context}\", Version=\"1.0\""),
        };
        let page = visitor
            .get_with(submit.clone(), &[("authorization", &answer)])
            .await;
        assert_eq!(page.status(), 200);
        let back = visitor
            .go_on(&stage.tenant, start, page, "alex@contoso.com")
            .await;
        let code = back.query_pairs().find(|(name, _)| name == "code");
        let code = code.unwrap().1.into_owned();
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", CLI),
            ("code", code.as_str()),
            ("redirect_uri", NATIVE),
        ];
        let (status, tokens) = stage.token(V1, &form).await;
        assert_eq!(status, 200, "{tokens}");
        let access = claims(tokens["access_token"].as_str().unwrap());
        assert_eq!(access.get("deviceid").is_some(), named, "{aud:?}");
    }
    // Another browser's context, and no answer at all.
    let submit = stage.url("login", "/common/DeviceAuthPKeyAuth?ctx=made-up");
    let answer = "PKeyAuth Context=\"made-up\", Version=\"1.0\"";
    assert_eq!(
        stage
            .visitor()
            .get_with(submit.clone(), &[("authorization", answer)])
            .await
            .status(),
        400
    );
    assert_eq!(stage.visitor().get(submit).await.status(), 400);
}

/// The host for devices knows whom a certificate belongs to, and says why where it does not. [DR-09]
#[tokio::test]
async fn a_device_shows_its_certificate_in_tls() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let url = stage.url("device_login", "/");
    let ask = |mut visitor: dovetail_tests::sign_in::Visitor| {
        let url = url.clone();
        async move {
            let (status, text) = visitor.get_as(url, &[]).await;
            (status, serde_json::from_str::<Value>(&text).unwrap())
        }
    };
    let own = || stage.visitor_with(&device.certificate, &device.machine.device);
    let (status, said) = ask(own()).await;
    assert_eq!(
        (status, said["deviceId"].as_str()),
        (200, Some(device.id.as_str()))
    );
    assert_eq!(ask(stage.visitor()).await.0, 401);
    let forged = ask(stage.visitor_with_foreign_certificate(&device.id)).await;
    assert_eq!(number(&forged), 50_155);
    stage.tenant.run(&["device", "disable", &device.id]);
    assert_eq!(number(&ask(own()).await), 135_011);
    stage.tenant.run(&["device", "delete", &device.id]);
    assert_eq!(number(&ask(own()).await), 700_003);
}

/// [ID-11] Rules are not asked when a PRT is issued or renewed, but where it is used: at the token endpoint and at the
/// authorize endpoint. A rule that is made later holds for a PRT from before.
#[tokio::test]
async fn rules_are_asked_where_a_prt_is_used() {
    let stage = Stage::new();
    let graph = "https://graph.microsoft.com";
    stage
        .tenant
        .run(&["policy", "access", "add", "--app", CLI, "--block"]);
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let prt = device.prt(&stage, "alex@contoso.com").await;
    assert_eq!(
        prt.ask(&stage, json!({})).await.0,
        200,
        "renewed under the rule"
    );
    let asked = json!({ "client_id": CLI, "scope": "openid", "resource": graph });
    assert_eq!(number(&prt.ask(&stage, asked.clone()).await), 53_003);
    let cookie = prt.cookie(2, Some(&stage.nonce().await));
    let response = stage
        .visitor()
        .get_with(
            request(&stage, "alex@contoso.com"),
            &[("x-ms-RefreshTokenCredential", &cookie)],
        )
        .await;
    let location = response.headers()[LOCATION].to_str().unwrap();
    assert!(location.contains("AADSTS53003"), "{location}");
}

/// Where a rule asks for a joined device, a client that can show one is asked to, and the same request with the proof is
/// granted. A foreign device, a proof for another address, and a client that cannot are refused.
#[tokio::test]
async fn a_device_answers_a_challenge_of_the_token_endpoint() {
    let stage = Stage::new();
    stage
        .tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let other = Stage::new();
    let stranger = SoftDevice::join(&other, "alex@contoso.com").await;
    stage.tenant.run(&[
        "policy",
        "access",
        "add",
        "--app",
        CLI,
        "--require",
        "joined",
    ]);
    let (password, _) = stage.tenant.person("alex@contoso.com");
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("grant_type", "password"),
            ("client_id", CLI),
            ("username", "alex@contoso.com"),
            ("password", &password),
            ("resource", "https://graph.microsoft.com"),
        ])
        .finish();
    let kind = "application/x-www-form-urlencoded";
    let send = |headers: Vec<(&'static str, String)>| {
        let (visitor, url, body) = (stage.visitor(), stage.url("login", V1), body.clone());
        async move {
            let headers: Vec<(&str, &str)> = headers
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            let response = visitor
                .send(url, kind, &headers, body.into_bytes())
                .await
                .unwrap();
            let challenge = response.headers().get("www-authenticate");
            let challenge = challenge.map(|value| value.to_str().unwrap().to_owned());
            let status = response.status().as_u16();
            (status, challenge, response.json::<Value>().await.unwrap())
        }
    };
    let announced = || ("x-ms-pkeyauth", "1.0".to_owned());
    let (status, challenge, refused) = send(vec![]).await;
    assert_eq!((status, challenge), (400, None), "it cannot: {refused}");
    let nonce = || async {
        let (status, challenge, refused) = send(vec![announced()]).await;
        assert_eq!(status, 401, "{refused}");
        assert_eq!(refused["error_codes"], json!([50_097]));
        let challenge = challenge.unwrap();
        assert!(
            challenge.starts_with("PKeyAuth CertAuthorities=\"OU="),
            "{challenge}"
        );
        assert!(challenge.contains("Version=\"1.0\", Context=\"token\""));
        let nonce = challenge.split("nonce=\"").nth(1).unwrap();
        nonce.split('"').next().unwrap().to_owned()
    };
    let here = stage.url("login", V1).to_string();
    let answer = |signer: &SoftDevice, aud: &str, nonce: &str| {
        let payload = json!({ "aud": aud, "nonce": nonce, "iat": 1_700_000_000 });
        let token = signer.sign(&signer.header(), &payload);
        let value = format!("PKeyAuth AuthToken=\"{token}\", Context=\"token\", Version=\"1.0\"");
        vec![
            ("x-ms-pkeyauth", "1.0".to_owned()),
            ("authorization", value),
        ]
    };
    let shown = nonce().await;
    let right = answer(&device, &format!("{here}?client-request-id=x"), &shown);
    let (status, _, tokens) = send(right.clone()).await;
    assert_eq!(status, 200, "{tokens}");
    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(access["deviceid"], device.id.as_str());
    assert_eq!(send(right).await.2["error_codes"], json!([50_099]), "used");
    let shown = nonce().await;
    for wrong in [
        answer(&stranger, &here, &shown),
        answer(&device, "https://elsewhere.example/", &shown),
        answer(&device, &here, "made-up"),
    ] {
        let (status, challenge, refused) = send(wrong).await;
        assert_eq!((status, challenge), (401, None));
        assert_eq!(refused["error_codes"], json!([50_099]));
    }
    let without = "PKeyAuth  Context=\"token\", Version=\"1.0\"".to_owned();
    let (status, challenge, refused) = send(vec![announced(), ("authorization", without)]).await;
    assert_eq!(
        (status, challenge),
        (400, None),
        "it has no certificate: {refused}"
    );
    stage.tenant.run(&["device", "disable", &device.id]);
    let shown = nonce().await;
    let disabled = send(answer(&device, &here, &shown)).await;
    assert_eq!(disabled.2["error_codes"], json!([135_011]));
}

/// [DR-06] A sign-in by device code makes no PRT, unless the tenant lets it join devices.
#[tokio::test]
async fn a_sign_in_by_device_code_makes_no_prt() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let begin = [
        ("client_id", CLI),
        ("resource", "https://graph.microsoft.com"),
    ];
    let (status, begun) = stage.token("/common/oauth2/devicecode", &begin).await;
    assert_eq!(status, 200, "{begun}");
    let user_code = begun["user_code"].as_str().unwrap();
    stage.tenant.run(&[
        "device-code",
        "approve",
        user_code,
        "--upn",
        "alex@contoso.com",
    ]);
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", CLI),
        ("code", begun["device_code"].as_str().unwrap()),
    ];
    let (status, tokens) = stage.token(V1, &form).await;
    assert_eq!(status, 200, "{tokens}");
    let by_token = json!({ "refresh_token": tokens["refresh_token"] });
    assert_eq!(number(&device.ask(&stage, by_token.clone()).await), 53_003);
    stage
        .tenant
        .run(&["policy", "set", "--device-code-join", "on"]);
    let (status, answer) = device.ask(&stage, by_token).await;
    assert_eq!(status, 200, "{answer}");
}
