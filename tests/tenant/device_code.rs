//! Signing in by a code that is typed on another device: the machine's side, the person's pages, and who may not.

use std::collections::BTreeMap;

use dovetail_tests::sign_in::{Visitor, between, code_now};
use reqwest::header;
use serde_json::{Value, json};

use crate::stage::{BROKER, Machine, Stage, claims, number, register};

const V1: &str = "/common/oauth2/token";
const V2: &str = "/organizations/oauth2/v2.0/token";
const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const POWERSHELL: &str = "1b730954-1685-4b74-9bfd-dac224a7b894";
const DRS: &str = "urn:ms-drs:enterpriseregistration.windows.net";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn begin(stage: &Stage, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    stage.token(path, fields).await
}

async fn begun(stage: &Stage, client: &str, scope: &str) -> Value {
    let fields = [("client_id", client), ("scope", scope)];
    let (status, begun) = begin(stage, "/common/oauth2/v2.0/devicecode", &fields).await;
    assert_eq!(status, 200, "{begun}");
    begun
}

async fn poll(stage: &Stage, path: &str, client: &str, begun: &Value) -> (u16, Value) {
    let code = begun["device_code"].as_str().unwrap();
    let fields = [
        ("grant_type", GRANT),
        ("client_id", client),
        ("device_code", code),
    ];
    stage.token(path, &fields).await
}

/// Time goes by for the poll's interval.
async fn wait_a_turn(stage: &Stage) {
    stage
        .sql("UPDATE device_code SET polled = polled - 5")
        .await;
}

fn approve(stage: &Stage, begun: &Value, upn: &str, more: &[&str]) {
    let mut args = vec![
        "device-code",
        "approve",
        begun["user_code"].as_str().unwrap(),
        "--upn",
        upn,
    ];
    args.extend(more);
    stage.tenant.run(&args);
}

/// Both versions, in the types that each has; both spellings of grant and parameter.
#[tokio::test]
async fn a_machine_is_signed_in_by_a_code() {
    let stage = Stage::new();
    let login = stage.tenant.value("login");
    for (spelling, name) in [(GRANT, "device_code"), ("device_code", "code")] {
        let first = begun(
            &stage,
            CLI,
            "https://graph.microsoft.com/.default openid offline_access",
        )
        .await;
        assert_eq!(
            (&first["expires_in"], &first["interval"]),
            (&json!(900), &json!(5))
        );
        assert_eq!(first["verification_uri"], format!("{login}/devicelogin"));
        let message = first["message"].as_str().unwrap();
        assert!(
            message.contains(first["user_code"].as_str().unwrap())
                && message.contains("/devicelogin")
        );
        let pending = poll(&stage, V2, CLI, &first).await;
        assert_eq!(
            (number(&pending), &pending.1["error"], pending.0),
            (70_016, &json!("authorization_pending"), 400)
        );
        approve(&stage, &first, "adele@contoso.com", &["--mfa"]);
        let fields = [
            ("grant_type", spelling),
            ("client_id", CLI),
            (name, first["device_code"].as_str().unwrap()),
        ];
        let (status, tokens) = stage.token(V2, &fields).await;
        assert_eq!(status, 200, "{tokens}");
        let access = claims(tokens["access_token"].as_str().unwrap());
        assert_eq!(
            (&access["upn"], &access["amr"]),
            (&json!("adele@contoso.com"), &json!(["pwd", "mfa"]))
        );
        assert_eq!(claims(tokens["id_token"].as_str().unwrap())["ver"], "2.0");
        assert!(tokens["refresh_token"].is_string() && tokens["expires_in"].is_i64());
    }
    let fields = [
        ("client_id", CLI),
        ("resource", "https://graph.microsoft.com"),
    ];
    let (_, old) = begin(&stage, "/common/oauth2/devicecode", &fields).await;
    assert_eq!(
        (&old["expires_in"], &old["interval"]),
        (&json!("900"), &json!("5"))
    );
    assert_eq!(old["verification_url"], format!("{login}/devicelogin"));
    approve(&stage, &old, "adele@contoso.com", &[]);
    let (_, tokens) = poll(&stage, V1, CLI, &old).await;
    assert!(
        tokens["expires_in"].is_string()
            && tokens["refresh_token"].is_string()
            && tokens["id_token"].is_string()
    );
    assert_eq!(tokens["resource"], "https://graph.microsoft.com");
}

/// [ID-14] Too fast, too late, another client, a second time, declined, made up: each is refused in its own words.
#[tokio::test]
async fn a_machine_is_told_why_not() {
    let stage = Stage::new();
    let scope = "https://graph.microsoft.com/.default openid offline_access";
    let first = begun(&stage, CLI, scope).await;
    assert_eq!(number(&poll(&stage, V2, CLI, &first).await), 70_016);
    let fast = poll(&stage, V2, CLI, &first).await;
    assert_eq!((&fast.1["error"], fast.0), (&json!("slow_down"), 400));
    wait_a_turn(&stage).await;
    assert_eq!(number(&poll(&stage, V2, CLI, &first).await), 70_016);
    // Approved, but another client asks: it gets nothing, and uses nothing up.
    approve(&stage, &first, "adele@contoso.com", &[]);
    let stolen = poll(&stage, V2, POWERSHELL, &first).await;
    assert_eq!(
        (number(&stolen), &stolen.1["error"]),
        (70_018, &json!("bad_verification_code"))
    );
    let (status, tokens) = poll(&stage, V2, CLI, &first).await;
    assert_eq!(status, 200, "{tokens}");
    // A second time: what it gave is revoked.
    assert_eq!(number(&poll(&stage, V2, CLI, &first).await), 54_005);
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", CLI),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    assert_eq!(number(&stage.token(V2, &refresh).await), 50_173);

    // Approved, but the person was signed out everywhere before the machine asked: nothing new comes of it.
    let ended = begun(&stage, CLI, scope).await;
    approve(&stage, &ended, "adele@contoso.com", &[]);
    stage.tenant.run(&["user", "revoke", "adele@contoso.com"]);
    assert_eq!(number(&poll(&stage, V2, CLI, &ended).await), 50_173);

    let late = begun(&stage, CLI, scope).await;
    approve(&stage, &late, "adele@contoso.com", &[]);
    stage
        .sql("UPDATE device_code SET expires = expires - 901")
        .await;
    for (path, word) in [(V2, "expired_token"), (V1, "code_expired")] {
        let answer = poll(&stage, path, CLI, &late).await;
        assert_eq!(
            (number(&answer), &answer.1["error"]),
            (70_019, &json!(word))
        );
    }
    let refused = stage.tenant.refuses(&[
        "device-code",
        "approve",
        late["user_code"].as_str().unwrap(),
        "--upn",
        "adele@contoso.com",
    ]);
    assert!(refused.contains("no such code waits"), "{refused}");

    for (fields, expected) in [
        (
            &[(
                "device_code",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            )][..],
            70_018,
        ),
        (&[], 900_144),
        (&[("device_code", "x"), ("code", "y")], 9_000_411),
    ] {
        let form: Vec<_> = [("grant_type", GRANT), ("client_id", CLI)]
            .into_iter()
            .chain(fields.iter().copied())
            .collect();
        assert_eq!(
            number(&stage.token(V2, &form).await),
            expected,
            "{fields:?}"
        );
    }
    for (fields, expected) in [
        (
            &[("client_id", "00000000-0000-0000-0000-000000000001")][..],
            700_016,
        ),
        (&[("scope", "openid")], 900_144),
        (
            &[
                ("client_id", CLI),
                ("scope", "https://evil.example/.default"),
            ],
            500_011,
        ),
        (
            &[("client_id", CLI), ("scope", &format!("{DRS}/.default"))],
            65_002,
        ),
    ] {
        let answer = begin(&stage, "/common/oauth2/v2.0/devicecode", fields).await;
        assert_eq!(number(&answer), expected, "{fields:?}");
    }
}

/// [ID-14] [DR-06] The brokers may not sign in by a code unless the administrator says so; and a token that somebody has by
/// a code registers no device, whoever's client it is.
#[tokio::test]
async fn a_phished_code_joins_nothing() {
    let stage = Stage::new();
    let ask = [("client_id", BROKER), ("resource", DRS)];
    for path in [
        "/common/oauth2/devicecode",
        "/common/oauth2/v2.0/devicecode",
    ] {
        let off = begin(&stage, path, &ask).await;
        assert_eq!(
            (number(&off), &off.1["error"]),
            (53_003, &json!("unauthorized_client")),
            "{path}"
        );
    }
    // Another client that may register devices.
    let fields = [("client_id", POWERSHELL), ("resource", DRS)];
    let (_, other) = begin(&stage, "/common/oauth2/devicecode", &fields).await;
    approve(&stage, &other, "adele@contoso.com", &["--mfa"]);
    let (_, tokens) = poll(&stage, V1, POWERSHELL, &other).await;
    let request = Machine::new().request(|_| {});
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(register(&stage, access, &request).await.0, 403);
    // Its refreshed tokens are no better.
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", POWERSHELL),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    let (_, fresh) = stage.token(V1, &refresh).await;
    assert_eq!(
        register(&stage, fresh["access_token"].as_str().unwrap(), &request)
            .await
            .0,
        403
    );
    // A relative's neither: Azure CLI's token by code, redeemed as the broker.
    let phished = begun(
        &stage,
        CLI,
        "https://graph.microsoft.com/.default offline_access",
    )
    .await;
    approve(&stage, &phished, "adele@contoso.com", &[]);
    let (_, tokens) = poll(&stage, V2, CLI, &phished).await;
    let relative = [
        ("grant_type", "refresh_token"),
        ("client_id", BROKER),
        ("resource", DRS),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    let (status, broker) = stage.token(V1, &relative).await;
    assert_eq!(status, 200, "{broker}");
    assert_eq!(
        register(&stage, broker["access_token"].as_str().unwrap(), &request)
            .await
            .0,
        403
    );

    stage
        .tenant
        .run(&["policy", "set", "--device-code-join", "on"]);
    let (status, begun) = begin(&stage, "/common/oauth2/devicecode", &ask).await;
    assert_eq!(status, 200, "{begun}");
    approve(&stage, &begun, "adele@contoso.com", &[]);
    let (_, tokens) = poll(&stage, V1, BROKER, &begun).await;
    assert_eq!(
        register(&stage, tokens["access_token"].as_str().unwrap(), &request)
            .await
            .0,
        200
    );
}

/// `amr_values=ngcmfa` (v1.0) and `claims` (v2.0) ask for a second factor: the code is not approved without one.
#[tokio::test]
async fn a_second_factor_can_be_asked_for() {
    let stage = Stage::new();
    let claims_asked = r#"{"access_token":{"amr":{"values":["ngcmfa","mfa"]}}}"#;
    for (path, extra) in [
        ("/common/oauth2/devicecode", ("amr_values", "ngcmfa")),
        ("/common/oauth2/v2.0/devicecode", ("claims", claims_asked)),
    ] {
        let (_, begun) = begin(
            &stage,
            path,
            &[("client_id", CLI), ("scope", "openid"), extra],
        )
        .await;
        let code = begun["user_code"].as_str().unwrap();
        let refused =
            stage
                .tenant
                .refuses(&["device-code", "approve", code, "--upn", "adele@contoso.com"]);
        assert!(refused.contains("--mfa"), "{refused}");
        approve(&stage, &begun, "adele@contoso.com", &["--mfa"]);
        let (_, tokens) = poll(&stage, V1, CLI, &begun).await;
        let access = claims(tokens["access_token"].as_str().unwrap());
        assert_eq!(access["amr"], json!(["pwd", "mfa", "ngcmfa"]));
    }
}

/// Goes on from a redirect through the sign-in's pages, to the page that stands at the end.
async fn sign_in(stage: &Stage, visitor: &mut Visitor, first: &str, upn: &str) -> String {
    let (password, totp) = stage.tenant.person(upn);
    let mut here = stage.url("login", "/").join(first).unwrap();
    let mut response = visitor.get(here.clone()).await;
    for _ in 0..12 {
        if let Some(location) = response.headers().get(header::LOCATION) {
            here = here.join(location.to_str().unwrap()).unwrap();
            response = visitor.get(here.clone()).await;
            continue;
        }
        let page = response.text().await.unwrap();
        let step = between(&page, "name=\"step\" value=\"", "\"").to_owned();
        let ctx = between(&page, "name=\"ctx\" value=\"", "\"").to_owned();
        if ctx.is_empty() {
            return page;
        }
        let code = totp.as_deref().map(code_now).unwrap_or_default();
        let answer = match step.as_str() {
            "account" => ("username", upn),
            "password" => ("password", password.as_str()),
            "code" => ("otc", code.as_str()),
            "stay" => ("stay", "no"),
            other => panic!("the sign-in asks for {other}: {page}"),
        };
        let action = between(&page, "action=\"", "\"").replace("&amp;", "&");
        here = here.join(&action).unwrap();
        response = visitor
            .post(here.clone(), &[("ctx", &ctx), ("step", &step), answer])
            .await;
    }
    panic!("the sign-in does not end");
}

fn location(response: &reqwest::Response) -> String {
    response.headers()[header::LOCATION]
        .to_str()
        .unwrap()
        .to_owned()
}

/// A person types the code, signs in, sees who asks and from where, and decides.
#[tokio::test]
async fn a_person_approves_or_declines() {
    let stage = Stage::new();
    let page_address = stage.url("login", "/common/oauth2/deviceauth");
    for (decision, expected) in [
        ("approve", "You have signed in to the Azure CLI application"),
        ("decline", "The sign-in was declined"),
    ] {
        let begun = begun(&stage, CLI, "openid offline_access").await;
        let code = begun["user_code"].as_str().unwrap();
        let mut visitor = stage.visitor();
        let start = visitor
            .get(stage.url("login", "/deviceLogin"))
            .await
            .text()
            .await
            .unwrap();
        assert!(
            start.contains("id=\"otc\"")
                && start.contains("Do not type a code that somebody sent you")
        );
        let wrong = visitor
            .post(page_address.clone(), &[("otc", "BBBBBBBBB")])
            .await;
        assert!(
            wrong
                .text()
                .await
                .unwrap()
                .contains("No sign-in waits for that code")
        );
        // As people type it.
        let typed = format!("{}-{} ", code[..4].to_lowercase(), &code[4..]);
        let on = visitor
            .post(page_address.clone(), &[("step", "code"), ("otc", &typed)])
            .await;
        let confirm = sign_in(&stage, &mut visitor, &location(&on), "adele@contoso.com").await;
        for said in [
            "Azure CLI",
            "adele@contoso.com",
            "127.0.0.1",
            code,
            "If somebody sent you the code, decline",
        ] {
            assert!(confirm.contains(said), "{said}: {confirm}");
        }
        let sid = between(&confirm, "name=\"sid\" value=\"", "\"").to_owned();
        // Neither another site nor another session approves.
        let foreign = visitor
            .post_from(
                "https://evil.example",
                page_address.clone(),
                &[("step", "approve"), ("sid", &sid)],
            )
            .await;
        assert_eq!(foreign.status().as_u16(), 403);
        let other = visitor
            .post(
                page_address.clone(),
                &[("step", "approve"), ("sid", "another")],
            )
            .await;
        assert!(
            other
                .text()
                .await
                .unwrap()
                .contains("Another account has signed in")
        );
        let mut stranger = stage.visitor();
        let nobody = stranger
            .post(page_address.clone(), &[("step", "approve"), ("sid", &sid)])
            .await;
        assert!(
            nobody
                .text()
                .await
                .unwrap()
                .contains("has expired or was used")
        );
        assert_eq!(number(&poll(&stage, V2, CLI, &begun).await), 70_016);
        let done = visitor
            .post(page_address.clone(), &[("step", decision), ("sid", &sid)])
            .await
            .text()
            .await
            .unwrap();
        let message = between(&done, "id=\"message\"", "</p>")
            .replace("<bdi>", "")
            .replace("</bdi>", "");
        assert!(message.contains(expected), "{done}");
        wait_a_turn(&stage).await;
        let answer = poll(&stage, V2, CLI, &begun).await;
        if decision == "approve" {
            assert_eq!(answer.0, 200, "{answer:?}");
            assert_eq!(
                claims(answer.1["id_token"].as_str().unwrap())["preferred_username"],
                "adele@contoso.com"
            );
        } else {
            assert_eq!(
                (number(&answer), &answer.1["error"]),
                (65_004, &json!("authorization_declined"))
            );
        }
        // The page that was left open decides nothing any more.
        let again = visitor
            .post(page_address.clone(), &[("step", "approve"), ("sid", &sid)])
            .await;
        assert!(
            again
                .text()
                .await
                .unwrap()
                .contains("has expired or was used")
        );
    }
}

/// [ID-14] Whoever guesses is not listened to for a while; not even when a guess is right.
#[tokio::test]
async fn codes_are_not_guessed() {
    let stage = Stage::new();
    let waiting = begun(&stage, CLI, "openid").await;
    let page_address = stage.url("login", "/common/oauth2/deviceauth");
    let mut visitor = stage.visitor();
    let mut statuses = BTreeMap::new();
    for _ in 0..25 {
        let answer = visitor
            .post(page_address.clone(), &[("otc", "BBBBBBBBB")])
            .await;
        *statuses.entry(answer.status().as_u16()).or_insert(0) += 1;
    }
    assert_eq!(statuses, BTreeMap::from([(200, 20), (429, 5)]));
    let right = [("otc", waiting["user_code"].as_str().unwrap())];
    assert_eq!(
        visitor.post(page_address, &right).await.status().as_u16(),
        429
    );
    let listed: Value =
        serde_json::from_str(&stage.tenant.run(&["device-code", "list", "--json"])).unwrap();
    assert_eq!(listed[0]["user_code"], waiting["user_code"]);
}
