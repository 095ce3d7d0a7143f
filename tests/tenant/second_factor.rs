//! What a second factor is worth later: to an application that asks for one by `claims`, and under a rule about its age.

use std::collections::BTreeMap;

use dovetail_tests::sign_in::Visitor;
use serde_json::{Value, json};
use url::Url;

use crate::soft_device::{SoftDevice, V1};
use crate::stage::{BROKER, Stage, claims, number};

const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const GRAPH: &str = "https://graph.microsoft.com";
const MEGAN: &str = "megan@contoso.com";
const ADELE: &str = "adele@contoso.com";

/// [ID-11] What an application demands by `claims` of a token that the device's sign-on is to give holds as it does at the authorize
/// endpoint: a second factor, or a fresh one. The sign-on is renewed all the same. What is no `claims` is refused.
#[tokio::test]
async fn a_sign_on_gives_no_token_that_asks_for_more_than_it_proved() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let prt = device.prt(&stage, "alex@contoso.com").await;
    let asked = async |claims: &str| {
        let request =
            json!({ "client_id": CLI, "scope": "openid", "resource": GRAPH, "claims": claims });
        prt.ask(&stage, request).await
    };
    let (mfa, fresh) = (
        r#"{"access_token":{"amr":{"essential":true,"values":["mfa"]}}}"#,
        r#"{"access_token":{"amr":{"values":["ngcmfa","mfa"]}}}"#,
    );
    let passed_over = r#"{"access_token":{"xms_cc":{"values":["CP1"]},"deviceid":null}}"#;
    for wrong in ["x", "[]", "\"mfa\""] {
        assert_eq!(number(&asked(wrong).await), 90_023, "{wrong}");
    }
    let table = [
        ("a password", mfa, Some(50_076)),
        ("a password", fresh, Some(50_076)),
        ("a password", passed_over, None),
        ("a factor of just now", mfa, None),
        ("a factor of just now", fresh, None),
        ("a factor of before", mfa, None),
        ("a factor of before", fresh, Some(50_076)),
    ];
    let mut proved = "a password";
    for (by, claims_wanted, expected) in table {
        if by != proved {
            stage
                .sql(if by == "a factor of just now" {
                    "UPDATE prt SET amr = 'pwd mfa rsa'"
                } else {
                    "UPDATE prt SET auth_time = auth_time - 601"
                })
                .await;
            proved = by;
        }
        let answer = asked(claims_wanted).await;
        match expected {
            None => {
                assert_eq!(answer.0, 200, "{by} {claims_wanted}: {}", answer.1);
                let said = claims(answer.1["access_token"].as_str().unwrap());
                assert_eq!(said["deviceid"], device.id.as_str());
            }
            Some(expected) => assert_eq!(number(&answer), expected, "{by} {claims_wanted}"),
        }
    }
    // With the renewal beside it: that goes through, and no token comes along.
    let both =
        json!({ "client_id": CLI, "scope": "openid aza", "resource": GRAPH, "claims": fresh });
    let (status, renewed) = prt.ask(&stage, both).await;
    assert_eq!(status, 200, "{renewed}");
    assert!(renewed["access_token"].is_null() && renewed["refresh_token"].is_string());
}

/// The broker's request at v1.0, for Graph.
fn request(stage: &Stage, changes: &[(&str, &str)]) -> Url {
    let mut fields = BTreeMap::from([("resource", GRAPH), ("scope", "openid")]);
    fields.extend(changes.iter().copied());
    stage.code_request(&fields.into_iter().collect::<Vec<_>>())
}

async fn silent(stage: &Stage, visitor: &mut Visitor) -> BTreeMap<String, String> {
    stage.answered(visitor, request(stage, &[])).await
}

/// [ID-11] Where the organisation says for how long a second factor counts, a browser's session with an older one answers nobody
/// silently, and the person is asked for the factor again, and for nothing else. Sessions without one go on. Tokens that stem from
/// an older one pass no rule that asks for one.
#[tokio::test]
async fn an_old_second_factor_is_asked_for_again() {
    let stage = Stage::new();
    let mut megan = stage.signed_in(MEGAN).await;
    let mut adele = stage.signed_in(ADELE).await;
    let code = silent(&stage, &mut megan).await["code"].clone();
    let form = stage.redeeming(&code, &[("resource", GRAPH)]);
    let (status, tokens) = stage.token(V1, &form).await;
    assert_eq!(status, 200, "{tokens}");
    let refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
    for table in [
        "UPDATE session SET created = created - 7000",
        "UPDATE lineage SET auth_time = auth_time - 7000",
    ] {
        stage.sql(table).await;
    }
    let age = |hours: &str| stage.tenant.run(&["policy", "set", "--mfa-max-age", hours]);
    for (hours, old) in [("0", false), ("2", false), ("1", true)] {
        age(hours);
        let answer = silent(&stage, &mut megan).await;
        assert_eq!(answer.contains_key("code"), !old, "{hours}: {answer:?}");
        assert!(silent(&stage, &mut adele).await.contains_key("code"));
        if old {
            assert_eq!(answer["error"], "interaction_required");
            assert!(answer["error_description"].contains("AADSTS50078"));
        }
    }
    let url = request(&stage, &[("prompt", "")]);
    let response = megan.get(url.clone()).await;
    stage.sql("UPDATE \"user\" SET totp_last_step = 0").await;
    let page = response.headers().get(reqwest::header::LOCATION).cloned();
    let page = url.join(page.expect("a page").to_str().unwrap()).unwrap();
    let shown = megan.get(page.clone()).await;
    let text = shown.text().await.unwrap();
    assert!(
        text.contains("name=\"otc\"") && !text.contains("name=\"password\""),
        "{text}"
    );
    let again = megan.get(page.clone()).await;
    megan.go_on(&stage.tenant, url, again, MEGAN).await;
    assert!(silent(&stage, &mut megan).await.contains_key("code"));

    // Tokens of before.
    let refreshed = async |token: &str| -> (u16, Value) {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", BROKER),
            ("refresh_token", token),
            ("resource", GRAPH),
        ];
        stage.token(V1, &fields).await
    };
    let (status, next) = refreshed(&refresh).await;
    assert_eq!(status, 200, "nobody asks for a factor: {next}");
    let refresh = next["refresh_token"].as_str().unwrap();
    stage.tenant.run(&[
        "policy",
        "access",
        "add",
        "--app",
        "all",
        "--require",
        "mfa",
    ]);
    assert_eq!(number(&refreshed(refresh).await), 50_076);
    age("2");
    // The refused one was used up by its refusal; the retry gives what it would have given.
    assert_eq!(refreshed(refresh).await.0, 200);
}
