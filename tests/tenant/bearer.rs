//! Tokens that come back and are not what they say.

use dovetail_shared::encode::b64url;
use serde_json::{Value, json};

use crate::stage::{Machine, Stage, claims, register, rs256};

/// [ID-05] The algorithm and the key come from our table, never from the token.
#[tokio::test]
async fn forged_tokens_are_refused() {
    let stage = Stage::new();
    let good = stage.id_token("adele@contoso.com").await;
    let payload = serde_json::to_vec(&claims(&good)).unwrap();
    let kid = serde_json::from_slice::<Value>(
        &dovetail_shared::encode::from_b64url(good.split('.').next().unwrap()).unwrap(),
    )
    .unwrap()["kid"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = good.split('.').nth(1).unwrap();
    let keys: Value = stage
        .visitor()
        .get(stage.url("login", "/common/discovery/keys"))
        .await
        .json()
        .await
        .unwrap();
    let public = keys["keys"][0]["n"].as_str().unwrap();
    let unsigned = |header: &str| format!("{}.{body}.", b64url(header));
    let hs256 = |secret: &[u8]| {
        let signed = format!(
            "{}.{body}",
            b64url(format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#))
        );
        let tag = aws_lc_rs::hmac::sign(
            &aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret),
            signed.as_bytes(),
        );
        format!("{signed}.{}", b64url(tag))
    };
    let foreign = {
        let key =
            aws_lc_rs::signature::RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        let signed = format!(
            "{}.{body}",
            b64url(format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#))
        );
        format!("{signed}.{}", b64url(rs256(&key, signed.as_bytes())))
    };
    let (head, rest) = good.split_once('.').unwrap();
    let forged = [
        unsigned(r#"{"alg":"none"}"#),
        unsigned(r#"{"alg":"None"}"#),
        unsigned(&format!(r#"{{"alg":"none","kid":"{kid}"}}"#)),
        hs256(public.as_bytes()),
        hs256(&dovetail_shared::encode::from_b64url(public).unwrap()),
        hs256(b""),
        foreign,
        format!("{head}.{rest}x"),
        format!("{head}.{}", rest.split('.').next().unwrap()),
        format!("{good}.x"),
        format!(" {head} .{rest}"),
        format!(
            "{head}.{}.{}",
            b64url(b"{}"),
            good.split('.').nth(2).unwrap()
        ),
        stage
            .signed(|header| header.crit = Some(json!(["exp"])), &payload)
            .await,
        stage
            .signed(|header| header.b64 = Some(json!(false)), &payload)
            .await,
        stage
            .signed(
                |header| header.kid = Some("../../../../dev/null".into()),
                &payload,
            )
            .await,
        stage.signed(|header| header.kid = None, &payload).await,
        stage
            .signed(|header| header.alg = "RS512".into(), &payload)
            .await,
        stage
            .signed(|header| header.alg = "PS256".into(), &payload)
            .await,
        String::new(),
        "a.b.c".into(),
        "x".repeat(70_000),
    ];
    let request = Machine::new().request(|_| {});
    for token in forged {
        let (status, body) = register(&stage, &token, &request).await;
        assert!(matches!(status, 401 | 431), "{token:.60}: {status}");
        assert!(
            !body.to_string().contains(body_of(&token)),
            "the refusal repeats the token"
        );
    }
    assert_eq!(register(&stage, &good, &request).await.0, 200);
}

fn body_of(token: &str) -> &str {
    token
        .split('.')
        .nth(1)
        .filter(|part| part.len() > 8)
        .unwrap_or("\u{0}")
}

/// [ID-06] Times are whole numbers. [ID-16] Another tenant's token is nobody's here. [DR-05] Neither is one for another audience, or an old one.
#[tokio::test]
async fn claims_that_do_not_hold_are_refused() {
    let stage = Stage::new();
    let good = claims(&stage.id_token("adele@contoso.com").await);
    let request = Machine::new().request(|_| {});
    let now = good["iat"].as_i64().unwrap();
    let mut wrong = Vec::new();
    for name in ["exp", "nbf", "iat"] {
        for value in [
            json!("9999999999"),
            json!(null),
            json!(9_999_999_999.5),
            json!([9_999_999_999_i64]),
            json!({}),
            json!(true),
        ] {
            wrong.push((name, value));
        }
    }
    wrong.extend([
        ("exp", json!(now - 1)),
        ("exp", json!(-1)),
        ("nbf", json!(now + 3600)),
        ("tid", json!("11111111-1111-1111-1111-111111111111")),
        (
            "iss",
            json!("https://sts.windows.net/11111111-1111-1111-1111-111111111111/"),
        ),
        ("iss", json!("https://evil.example/")),
        ("aud", json!("00000003-0000-0000-c000-000000000000")),
        ("aud", json!(["dd762716-544d-4aeb-a526-687b73838a22"])),
        ("oid", json!("11111111-1111-1111-1111-111111111111")),
        ("oid", json!(null)),
    ]);
    for (name, value) in wrong {
        let mut changed = good.clone();
        changed[name] = value.clone();
        let token = stage
            .signed(|_| {}, &serde_json::to_vec(&changed).unwrap())
            .await;
        assert_eq!(
            register(&stage, &token, &request).await.0,
            401,
            "{name}: {value}"
        );
    }
    for name in ["exp", "nbf", "iat", "tid", "iss", "aud", "oid"] {
        let mut changed = good.clone();
        changed.as_object_mut().unwrap().remove(name);
        let token = stage
            .signed(|_| {}, &serde_json::to_vec(&changed).unwrap())
            .await;
        assert_eq!(
            register(&stage, &token, &request).await.0,
            401,
            "{name} missing"
        );
    }
    let huge = serde_json::to_string(&good)
        .unwrap()
        .replace(&format!("\"exp\":{}", good["exp"]), "\"exp\":1e400");
    assert_eq!(
        register(
            &stage,
            &stage.signed(|_| {}, huge.as_bytes()).await,
            &request
        )
        .await
        .0,
        401,
        "1e400"
    );
    let good = stage
        .signed(|_| {}, &serde_json::to_vec(&good).unwrap())
        .await;
    assert_eq!(
        register(&stage, &good, &request).await.0,
        200,
        "the same, unchanged, is taken"
    );
    stage.tenant.run(&["user", "disable", "adele@contoso.com"]);
    assert_eq!(
        register(&stage, &good, &request).await.0,
        401,
        "the user is disabled"
    );
}
