//! What ends Hello keys, and what ends with them.

use serde_json::{Value, json};

use crate::soft_device::{Prt, V1};
use crate::soft_hello::{Given, MEGAN, SoftKey, given, refusal};
use crate::stage::{Stage, number};

const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const GRAPH: &str = "https://graph.microsoft.com";

/// [DR-09] [ID-10] A disabled device or person: no key is registered, none signs anybody on; enabled again, the key is good as it
/// was. With the device its keys are gone.
#[tokio::test]
async fn a_key_ends_with_its_device_and_rests_with_its_person() {
    let stage = Stage::new();
    let Given {
        device, token, key, ..
    } = given(&stage).await;
    let another = SoftKey::new();
    let id = device.id.as_str();
    for (what, which, expected, status, code) in [
        ("device", id, 135_011, 401, "error_device_disabled"),
        ("user", MEGAN, 50_057, 400, "error_missing_user"),
    ] {
        stage.tenant.run(&[what, "disable", which]);
        let asked = key.ask(&stage, &device, MEGAN).await;
        assert_eq!(number(&asked), expected, "{what}");
        for key in [&key, &another] {
            let refused = stage.register_key(&token, key).await;
            assert_eq!(refusal(&refused), (status, code), "{what}");
        }
        stage.tenant.run(&[what, "enable", which]);
        key.prt(&stage, &device, MEGAN).await;
    }
    assert_eq!(stage.keys(&[]).len(), 1);
    stage.tenant.run(&["device", "delete", id]);
    assert!(stage.keys(&[]).is_empty());
    assert_eq!(number(&key.ask(&stage, &device, MEGAN).await), 700_003);
    let refused = stage.register_key(&token, &another).await;
    assert_eq!(refusal(&refused), (401, "error_missing_device"));
    assert_eq!(stage.count("SELECT count(*) FROM hello_key").await, 0);
}

/// What a PRT gave: an application's refresh token, and a browser's session.
struct Made {
    refresh: String,
    browser: dovetail_tests::sign_in::Visitor,
}

async fn made(stage: &Stage, prt: &Prt) -> Made {
    let asked = json!({ "client_id": CLI, "scope": "openid offline_access", "resource": GRAPH });
    let (status, tokens) = prt.ask(stage, asked).await;
    assert_eq!(status, 200, "{tokens}");
    let mut browser = stage.visitor();
    let cookie = prt.cookie(2, Some(&stage.nonce().await));
    let credential = [("x-ms-RefreshTokenCredential", cookie.as_str())];
    browser.get_with(stage.code_request(&[]), &credential).await;
    Made {
        refresh: tokens["refresh_token"].as_str().unwrap().to_owned(),
        browser,
    }
}

/// What is left of it: the numbers of renewal, of the refresh token, and of the browser; 0 where it goes on.
async fn left(stage: &Stage, prt: &Prt, made: &mut Made) -> [u64; 3] {
    let of = |answer: (u16, Value)| if answer.0 == 200 { 0 } else { number(&answer) };
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", CLI),
        ("refresh_token", &made.refresh),
    ];
    let (status, tokens) = stage.token(V1, &form).await;
    if let Some(next) = tokens["refresh_token"].as_str() {
        next.clone_into(&mut made.refresh);
    }
    let silent = stage
        .answered(&mut made.browser, stage.code_request(&[]))
        .await;
    let browser = silent.get("error_description").map_or(0, |text| {
        let digits = text.trim_start_matches("AADSTS");
        digits.split(':').next().unwrap().parse().unwrap()
    });
    [
        of(prt.ask(stage, json!({})).await),
        of((status, tokens)),
        browser,
    ]
}

/// [ID-10] [DR-08] An administrator removes a key, by either of its names: it signs nobody on any more, and all that it gave ends,
/// even what a sign-on was made of that stemmed from it. What the person had by other means goes on, another key of theirs too. A
/// request from before does not bring it back.
#[tokio::test]
async fn a_removed_key_takes_along_what_it_gave() {
    let stage = Stage::new();
    let Given {
        device,
        prt: own,
        token,
        key,
        id,
    } = given(&stage).await;
    let another = SoftKey::new();
    stage.register_key(&token, &another).await;
    let by_key = key.prt(&stage, &device, MEGAN).await;
    let by_another = another.prt(&stage, &device, MEGAN).await;
    let mut of_own = made(&stage, &own).await;
    let mut of_key = made(&stage, &by_key).await;
    let mut of_another = made(&stage, &by_another).await;
    // A code by the browser's session, and a PRT by what it became.
    let code = stage.code(&mut of_key.browser).await;
    let (_, tokens) = stage.token(V1, &stage.redeeming(&code, &[])).await;
    let (status, answer) = device
        .ask(&stage, json!({ "refresh_token": tokens["refresh_token"] }))
        .await;
    assert_eq!(status, 200, "{answer}");
    let grandchild = device.prt_of(&answer);
    for (prt, made) in [
        (&own, &mut of_own),
        (&by_key, &mut of_key),
        (&by_another, &mut of_another),
    ] {
        assert_eq!(left(&stage, prt, made).await, [0; 3]);
    }

    let complaint =
        stage
            .tenant
            .refuses(&["hello", "remove", "11111111-1111-1111-1111-111111111111"]);
    assert!(complaint.contains("there is no Hello key"), "{complaint}");
    stage
        .tenant
        .run(&["hello", "remove", &id.to_ascii_uppercase()]);
    assert_eq!(number(&key.ask(&stage, &device, MEGAN).await), 135_010);
    assert_eq!(
        left(&stage, &by_key, &mut of_key).await,
        [50_173, 50_173, 50_058]
    );
    assert_eq!(number(&grandchild.ask(&stage, json!({})).await), 50_173);
    for (prt, made) in [(&own, &mut of_own), (&by_another, &mut of_another)] {
        assert_eq!(left(&stage, prt, made).await, [0; 3]);
    }
    another.prt(&stage, &device, MEGAN).await;
    let refused = stage.register_key(&token, &key).await;
    assert_eq!(refusal(&refused), (400, "error_key_removed"));

    stage.tenant.run(&["hello", "remove", &another.kid]);
    assert_eq!(number(&by_another.ask(&stage, json!({})).await), 50_173);
    assert!(stage.keys(&[]).is_empty());
    let told = stage.told("command");
    let last = told.last().unwrap()["about"].as_str().unwrap();
    assert_eq!(last, format!("hello remove key={}", another.kid));
    // When every token from before has run out, the key may come again.
    stage.sql("UPDATE hello_removed SET expires = 0").await;
    assert_eq!(stage.register_key(&token, &key).await.0, 200);
}
