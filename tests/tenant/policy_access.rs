//! Conditional access: what it asks for, where, and of whom.

use serde_json::{Value, json};

use crate::soft_device::{SoftDevice, V1, V2, WINDOWS};
use crate::stage::{BROKER, Stage, number};

const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const GRAPH: &str = "https://graph.microsoft.com";
const GRAPH_ID: &str = "00000003-0000-0000-c000-000000000000";

fn rule(stage: &Stage, arguments: &[&str]) -> String {
    let words = [&["policy", "access", "add"], arguments].concat();
    stage.tenant.run(&words).trim().to_owned()
}

/// Name and password, for Graph.
async fn by_password(stage: &Stage, path: &str, upn: &str) -> (u16, Value) {
    let (password, _) = stage.tenant.person(upn);
    let fields = [
        ("grant_type", "password"),
        ("client_id", CLI),
        ("resource", GRAPH),
        ("scope", "openid offline_access"),
        ("username", upn),
        ("password", &password),
    ];
    stage.token(path, &fields).await
}

/// A rule is for the client or the resource that it names, and for whom it names; it ends when it is taken away.
#[tokio::test]
async fn a_rule_holds_for_whom_and_what_it_names() {
    let stage = Stage::new();
    stage
        .tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    stage.tenant.run(&["group", "add", "Guests"]);
    stage
        .tenant
        .run(&["group", "member-add", "Guests", "adele@contoso.com"]);
    for (arguments, adele, diego) in [
        (&["--app", CLI, "--block"][..], Some(53_003), Some(53_003)),
        (&["--app", GRAPH_ID, "--block"], Some(53_003), Some(53_003)),
        (&["--app", "all", "--block"], Some(53_003), Some(53_003)),
        (
            &["--app", "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", "--block"],
            None,
            None,
        ),
        (&["--app", BROKER, "--block"], None, None),
        (
            &["--app", "all", "--block", "--user", "diego@contoso.com"],
            None,
            Some(53_003),
        ),
        (
            &["--app", "all", "--block", "--group", "Guests"],
            Some(53_003),
            None,
        ),
        (
            &["--app", "all", "--require", "mfa"],
            Some(50_076),
            Some(50_076),
        ),
        (
            &["--app", "all", "--require", "compliant"],
            Some(50_097),
            Some(50_097),
        ),
        (
            &["--app", "all", "--require", "joined"],
            Some(50_097),
            Some(50_097),
        ),
    ] {
        let id = rule(&stage, arguments);
        for (upn, expected) in [("adele@contoso.com", adele), ("diego@contoso.com", diego)] {
            let answer = by_password(&stage, V1, upn).await;
            match expected {
                Some(expected) => assert_eq!(number(&answer), expected, "{arguments:?} {upn}"),
                None => assert_eq!(answer.0, 200, "{arguments:?} {upn}: {answer:?}"),
            }
        }
        stage.tenant.run(&["policy", "access", "remove", &id]);
        assert_eq!(by_password(&stage, V1, "diego@contoso.com").await.0, 200);
    }
    stage
        .tenant
        .refuses(&["policy", "access", "add", "--app", "all"]);
    stage.tenant.refuses(&[
        "policy", "access", "add", "--app", "all", "--block", "--group", "Nobody",
    ]);
    stage.tenant.refuses(&["policy", "access", "remove", "x"]);
}

/// Each version of the endpoint has its own words for it, and says which rule must be met.
#[tokio::test]
async fn a_missing_factor_is_said_in_each_versions_words() {
    let stage = Stage::new();
    stage
        .tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    let id = rule(&stage, &["--app", "all", "--require", "mfa"]);
    for (path, word, finer) in [
        (V1, "interaction_required", json!(null)),
        (V2, "invalid_grant", json!("basic_action")),
    ] {
        let (status, answer) = by_password(&stage, path, "adele@contoso.com").await;
        assert_eq!(
            (status, &answer["error"], &answer["suberror"]),
            (400, &json!(word), &finer),
            "{answer}"
        );
        assert!(answer["claims"].as_str().unwrap().contains(&id), "{answer}");
    }
}

/// [ID-11] A rule that is made afterwards does not keep a device from its PRT, nor the PRT from being renewed; it is judged where
/// the PRT is used: for tokens and at the sign-in page. The device's own state is what the rules ask about.
#[tokio::test]
async fn rules_are_judged_where_a_prt_is_used() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let refresh_token = stage.refresh_token("alex@contoso.com").await;
    let block = rule(&stage, &["--app", "all", "--block"]);
    let (status, answer) = device
        .ask(&stage, json!({ "refresh_token": refresh_token }))
        .await;
    assert_eq!(status, 200, "{answer}");
    let prt = device.prt_of(&answer);
    let token = async |scope: &str| {
        let asked = json!({ "client_id": CLI, "scope": scope, "resource": GRAPH });
        let payload = prt.payload(&stage, asked).await;
        stage
            .send_signed(V1, &prt.sign(2, &payload), &WINDOWS)
            .await
    };
    let refused =
        |text: &str| serde_json::from_str::<Value>(text).unwrap()["error_codes"][0].clone();
    let (status, text) = token("openid aza").await;
    assert_eq!(status, 200, "{text}");
    let (_, renewed) = prt.open(&text);
    assert!(
        renewed["refresh_token"].is_string() && renewed.get("access_token").is_none(),
        "{renewed}"
    );
    assert_eq!(refused(&token("openid").await.1), 53_003);
    let silent = || stage.code_request(&[("resource", GRAPH), ("nonce", "")]);
    let cookie = prt.cookie(2, Some(&stage.nonce().await));
    let answer = stage
        .visitor()
        .get_with(silent(), &[("x-ms-RefreshTokenCredential", &cookie)])
        .await;
    let location = answer.headers()["location"].to_str().unwrap();
    assert!(
        location.contains("error=access_denied") && location.contains("AADSTS53003"),
        "{location}"
    );

    stage.tenant.run(&["policy", "access", "remove", &block]);
    rule(&stage, &["--app", "all", "--require", "joined"]);
    assert_eq!(token("openid").await.0, 200);
    rule(&stage, &["--app", "all", "--require", "compliant"]);
    assert_eq!(refused(&token("openid").await.1), 53_000);
    stage.sql("INSERT INTO mdm_device (id, device_id, user_id, name, enrolled, compliant) SELECT 'm', id, owner_id, 'm', 0, 0 FROM device").await;
    assert_eq!(refused(&token("openid").await.1), 53_000);
    stage.sql("UPDATE mdm_device SET compliant = 1").await;
    let (status, text) = token("openid").await;
    assert_eq!(status, 200, "{text}");
    // What was made of it stands under the same rules.
    let refresh = prt.open(&text).1["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    stage.sql("UPDATE mdm_device SET compliant = 0").await;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", CLI),
        ("refresh_token", &refresh),
        ("resource", GRAPH),
    ];
    assert_eq!(number(&stage.token(V1, &form).await), 53_000);
    stage.sql("UPDATE mdm_device SET compliant = 1").await;
    stage.sql("UPDATE device SET join_type = 4").await;
    assert_eq!(refused(&token("openid").await.1), 53_001);
}

/// At the sign-in page a missing factor is asked for, when the person has one; silently it is refused.
#[tokio::test]
async fn a_missing_factor_is_asked_for() {
    let stage = Stage::new();
    let ask = |prompt: &str| {
        stage.code_request(&[("resource", GRAPH), ("prompt", prompt), ("cxhflow", "")])
    };
    let (mut adele, mut megan) = (
        stage.signed_in("adele@contoso.com").await,
        stage.signed_in("megan@contoso.com").await,
    );
    assert!(
        stage
            .answered(&mut adele, ask("none"))
            .await
            .contains_key("code")
    );
    rule(&stage, &["--app", "all", "--require", "mfa"]);
    let answer = stage.answered(&mut adele, ask("none")).await;
    assert_eq!(answer["error"], "interaction_required");
    assert!(answer["error_description"].starts_with("AADSTS50076"));
    // Megan gave her second factor when she signed in.
    assert!(
        stage
            .answered(&mut megan, ask("none"))
            .await
            .contains_key("code")
    );
    // Adele has none to give; told so, not led in a circle.
    let answer = stage.answered(&mut adele, ask("")).await;
    assert!(
        answer["error_description"].starts_with("AADSTS50076"),
        "{answer:?}"
    );
    // A session that was made without one goes on to the factor alone.
    stage.sql("UPDATE session SET amr = 'pwd'").await;
    stage.sql("UPDATE \"user\" SET totp_last_step = 0").await;
    assert_eq!(
        stage.answered(&mut megan, ask("none")).await["error"],
        "interaction_required"
    );
    let url = ask("");
    let response = megan.get(url.clone()).await;
    assert_eq!(response.status().as_u16(), 200);
    let code = megan
        .go_on(&stage.tenant, url, response, "megan@contoso.com")
        .await;
    let code = code
        .query_pairs()
        .chain(form_urlencoded::parse(
            code.fragment().unwrap_or_default().as_bytes(),
        ))
        .find(|(name, _)| name == "code")
        .unwrap()
        .1
        .into_owned();
    let (_, tokens) = stage
        .token(V1, &stage.redeeming(&code, &[("resource", "")]))
        .await;
    let amr = &crate::stage::claims(tokens["access_token"].as_str().unwrap())["amr"];
    assert_eq!(*amr, json!(["pwd", "otp", "mfa"]));
}

/// Where everything takes a device, a device can still be made: the sign-ins of the join page and of the broker are for nothing
/// else. With somebody else's resource they are refused like everybody's.
#[tokio::test]
async fn a_rule_for_devices_leaves_the_way_to_one() {
    let stage = Stage::new();
    rule(&stage, &["--app", "all", "--require", "joined"]);
    let device = SoftDevice::join(&stage, "adele@contoso.com").await;
    let mut visitor = stage.signed_in("adele@contoso.com").await;
    let drs = "urn:ms-drs:enterpriseregistration.windows.net";
    for (resource, expected) in [(drs, None), (GRAPH, Some("interaction_required"))] {
        let request = stage.code_request(&[("resource", resource), ("prompt", "")]);
        let answer = stage.answered(&mut visitor, request).await;
        let error = answer.get("error").map(String::as_str);
        assert_eq!(error, expected, "{resource}: {answer:?}");
    }
    let prt = device.prt(&stage, "adele@contoso.com").await;
    let asked = json!({ "client_id": CLI, "scope": "openid", "resource": GRAPH });
    assert_eq!(prt.ask(&stage, asked).await.0, 200);
}
