//! What ends a PRT, at once, and what it says then.

use serde_json::{Value, json};

use crate::soft_device::{Prt, SoftDevice, V1};
use crate::stage::{BROKER, Stage, number};

const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// Everything that a device's sign-in gave, to be tried after something ended.
struct Given {
    device: SoftDevice,
    prt: Prt,
    /// Of the broker, from the browser.
    plain: String,
    /// Had by the PRT.
    carried: String,
}

async fn given(stage: &Stage, upn: &str) -> Given {
    let device = SoftDevice::join(stage, upn).await;
    let prt = device.prt(stage, upn).await;
    let asked =
        json!({ "client_id": CLI, "scope": "openid", "resource": "https://graph.microsoft.com" });
    let (status, tokens) = prt.ask(stage, asked).await;
    assert_eq!(status, 200, "{tokens}");
    Given {
        device,
        prt,
        plain: stage.refresh_token(upn).await,
        carried: tokens["refresh_token"].as_str().unwrap().to_owned(),
    }
}

async fn refreshed(stage: &Stage, client: &str, token: &str) -> (u16, Value) {
    stage
        .token(
            V1,
            &[
                ("grant_type", "refresh_token"),
                ("client_id", client),
                ("refresh_token", token),
            ],
        )
        .await
}

/// [DR-09] [ID-10] A disabled device gets nothing, and says why; enabled again, it has to be signed in to again. A deleted one is
/// not known. What the person had without the device stays.
#[tokio::test]
async fn a_device_that_is_disabled_or_deleted_gets_nothing() {
    let stage = Stage::new();
    let given = given(&stage, "alex@contoso.com").await;
    let id = given.device.id.as_str();
    let by_token = json!({ "refresh_token": given.plain });
    for (command, expected) in [("disable", 135_011), ("delete", 700_003)] {
        stage.tenant.run(&["device", command, id]);
        assert_eq!(
            number(&given.device.ask(&stage, by_token.clone()).await),
            expected,
            "{command}: a new PRT"
        );
        assert_eq!(
            number(&given.prt.ask(&stage, json!({})).await),
            expected,
            "{command}: renewal"
        );
        let asked = json!({ "client_id": CLI, "scope": "openid", "resource": "https://graph.microsoft.com" });
        assert_eq!(
            number(&given.prt.ask(&stage, asked).await),
            expected,
            "{command}: an access token"
        );
        let token = given
            .device
            .ask(
                &stage,
                json!({ "grant_type": "device_token", "resource": "https://graph.microsoft.com" }),
            )
            .await;
        assert_eq!(number(&token), expected, "{command}: a device token");
        assert_eq!(
            number(&refreshed(&stage, CLI, &given.carried).await),
            expected,
            "{command}: what was had by it"
        );
        if command == "disable" {
            stage.tenant.run(&["device", "enable", id]);
            assert_eq!(
                number(&given.prt.ask(&stage, json!({})).await),
                50_173,
                "enabled again: sign in again"
            );
            assert_eq!(
                given.device.ask(&stage, by_token.clone()).await.0,
                200,
                "and so it goes on"
            );
        }
    }
    assert_eq!(
        refreshed(&stage, BROKER, &given.plain).await.0,
        200,
        "it was not the device's"
    );
}

/// [ID-10] A person who is disabled, signed out everywhere, or has another password: their PRTs are dead. A PRT by a key on the
/// device does not care for the password.
#[tokio::test]
async fn a_person_who_is_disabled_or_changed_their_password_gets_nothing() {
    let stage = Stage::new();
    let given = given(&stage, "alex@contoso.com").await;
    stage.tenant.run(&["user", "disable", "alex@contoso.com"]);
    assert_eq!(number(&given.prt.ask(&stage, json!({})).await), 50_057);
    stage.tenant.run(&["user", "enable", "alex@contoso.com"]);
    assert_eq!(number(&given.prt.ask(&stage, json!({})).await), 50_173);

    for command in [
        vec!["user", "revoke", "alex@contoso.com"],
        vec![
            "user",
            "set-password",
            "alex@contoso.com",
            "--password",
            "another one 1",
        ],
    ] {
        let sibling = given.device.prt(&stage, "alex@contoso.com").await;
        // The sibling, now the only one that is good, stems from a key on the device.
        stage
            .sql("UPDATE prt SET amr = 'rsa mfa' WHERE revoked = 0")
            .await;
        let prt = given.device.prt(&stage, "alex@contoso.com").await;
        let mut browser = stage.signed_in("alex@contoso.com").await;
        assert_eq!(prt.ask(&stage, json!({})).await.0, 200);
        stage.tenant.run(&command);
        assert_eq!(
            number(&prt.ask(&stage, json!({})).await),
            50_173,
            "{command:?}"
        );
        let untouched = sibling.ask(&stage, json!({})).await.0 == 200;
        assert_eq!(untouched, command[1] == "set-password", "{command:?}");
        let silent = stage.answered(&mut browser, stage.code_request(&[])).await;
        assert_eq!(silent["error"], "login_required", "{command:?}");
    }
    let refused = refreshed(&stage, BROKER, &given.plain).await;
    assert_eq!(number(&refused), 50_173);
}

/// A PRT that nobody renewed in fourteen days is over; one that was renewed lives on from then.
#[tokio::test]
async fn a_prt_lives_fourteen_days_from_its_renewal() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let prt = device.prt(&stage, "alex@contoso.com").await;
    stage
        .sql("UPDATE prt SET expires = expires - 14 * 86400 + 60")
        .await;
    assert_eq!(prt.ask(&stage, json!({})).await.0, 200, "a minute before");
    stage
        .sql("UPDATE prt SET expires = expires - 14 * 86400 + 60")
        .await;
    assert_eq!(
        prt.ask(&stage, json!({})).await.0,
        200,
        "the renewal counts"
    );
    stage
        .sql("UPDATE prt SET expires = expires - 14 * 86400 - 60")
        .await;
    assert_eq!(number(&prt.ask(&stage, json!({})).await), 70_008);
}

/// [ID-10] A rule says for how long a second factor counts: a sign-on whose factor is older ends, for renewal and for tokens, and
/// says why. One without a second factor, and one that is young enough, go on.
#[tokio::test]
async fn a_second_factor_is_good_for_as_long_as_the_rule_says() {
    let stage = Stage::new();
    let asked =
        json!({ "client_id": CLI, "scope": "openid", "resource": "https://graph.microsoft.com" });
    let mut all = Vec::new();
    for (upn, second) in [("alex@contoso.com", true), ("adele@contoso.com", false)] {
        let device = SoftDevice::join(&stage, upn).await;
        all.push((device.prt(&stage, upn).await, second));
    }
    let aged = all.iter().filter(|(_, second)| *second).count();
    assert_eq!(aged, 1);
    stage
        .sql("UPDATE prt SET auth_time = auth_time - 7000")
        .await;
    // As if one of them had given a second factor then.
    stage
        .sql("UPDATE prt SET amr = 'pwd mfa rsa' WHERE user_id = (SELECT id FROM \"user\" WHERE upn = 'alex@contoso.com')")
        .await;
    for (hours, dead) in [("0", false), ("2", false), ("1", true), ("2", false)] {
        stage.tenant.run(&["policy", "set", "--mfa-max-age", hours]);
        for (prt, second) in &mut all {
            let tokens = prt.ask(&stage, asked.clone()).await;
            let renewed = prt.ask(&stage, json!({})).await;
            if dead && *second {
                assert_eq!((number(&tokens), number(&renewed)), (50_078, 50_078));
            } else {
                assert_eq!((tokens.0, renewed.0), (200, 200), "{hours} {renewed:?}");
                renewed.1["refresh_token"]
                    .as_str()
                    .unwrap()
                    .clone_into(&mut prt.token);
            }
        }
    }
}

/// [ID-26] A device's clock may be five minutes off, either way; two hours are too much, and the refusal says that it is the time.
/// Without times of its own a request is as old as its nonce.
#[tokio::test]
async fn clocks_may_differ_by_five_minutes() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "adele@contoso.com").await;
    let prt = device.prt(&stage, "adele@contoso.com").await;
    let now = i64::try_from(
        std::time::UNIX_EPOCH
            .elapsed()
            .expect("after 1970")
            .as_secs(),
    )
    .unwrap();
    for (off, expected) in [
        (0, None),
        (-290, None),
        (290, None),
        (-7200, Some(500_133)),
        (7200, Some(500_133)),
    ] {
        // Valid for no time at all by the device's clock, as text and as number.
        for (iat, exp) in [
            (json!(now + off), json!(now + off)),
            (
                json!((now + off).to_string()),
                json!((now + off).to_string()),
            ),
        ] {
            let answer = prt.ask(&stage, json!({ "iat": iat, "exp": exp })).await;
            match expected {
                None => assert_eq!(answer.0, 200, "{off}: {}", answer.1),
                Some(expected) => assert_eq!(number(&answer), expected, "{off}"),
            }
        }
    }
    assert_eq!(prt.ask(&stage, json!({})).await.0, 200);
}
