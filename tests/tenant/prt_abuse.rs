//! What is refused of those who are not the device, or not any more.

use dovetail_shared::encode::{b64, b64url};
use dovetail_shared::jose::{JwsHeader, signing_input};
use dovetail_shared::prt::grant;
use dovetail_tests::tenant::on_postgres;
use serde_json::{Value, json};

use crate::soft_device::{PLUGIN, Prt, SoftDevice, V1, WINDOWS, mac};
use crate::stage::{BROKER, Machine, Stage, number, rs256};

async fn sent(stage: &Stage, request: &str) -> u64 {
    let (status, text) = stage.send_signed(V1, request, &WINDOWS).await;
    let json: Value = serde_json::from_str(&text).unwrap_or_default();
    assert_eq!(status, 400, "{text}");
    number(&(status, json))
}

/// [ID-07] Where the device spoke version 2 of the key derivation, version 1 is refused; so are unknown versions, contexts of
/// odd lengths, a context and signature under another payload, and a derived key for another message. A PRT that was issued
/// in version 1 takes both.
#[tokio::test]
async fn a_key_derivation_does_not_come_down() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let prt = device.prt(&stage, "alex@contoso.com").await;
    let payload = prt.payload(&stage, json!({})).await;
    assert_eq!(sent(&stage, &prt.sign(1, &payload)).await, 50_013, "absent");
    let named = prt.sign_with(1, &[7; 24], |header| header.kdf_ver = Some(1), &payload);
    assert_eq!(sent(&stage, &named).await, 50_013, "1");
    for unknown in [0, 3, 255] {
        let odd = prt.sign_with(
            2,
            &[7; 24],
            |header| header.kdf_ver = Some(unknown),
            &payload,
        );
        assert_eq!(sent(&stage, &odd).await, 50_027, "{unknown}");
    }
    for length in [0, 1, 15, 65, 4096] {
        let odd = prt.sign_with(2, &vec![7; length], |_| {}, &payload);
        assert_eq!(sent(&stage, &odd).await, 50_027, "ctx of {length} bytes");
    }
    let missing = prt.sign_with(2, &[7; 24], |header| header.ctx = None, &payload);
    assert_eq!(sent(&stage, &missing).await, 50_027);
    let swapped = prt.sign_with(
        2,
        &[7; 24],
        |header| header.ctx = Some(b64([8; 24])),
        &payload,
    );
    assert_eq!(
        sent(&stage, &swapped).await,
        50_013,
        "another ctx than the key's"
    );
    let good = prt.sign(2, &payload);
    let mut other = payload.clone();
    other["client_id"] = json!(BROKER);
    let parts: Vec<&str> = good.split('.').collect();
    let moved = format!("{}.{}.{}", parts[0], b64url(other.to_string()), parts[2]);
    assert_eq!(
        sent(&stage, &moved).await,
        50_013,
        "ctx and signature of another payload"
    );
    let url = stage.url("login", "/common/oauth2/authorize");
    let cookie = prt.cookie(1, Some(&stage.nonce().await));
    let mut url_of = url;
    url_of.query_pairs_mut().extend_pairs([
        ("client_id", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"),
        ("response_type", "code"),
        ("prompt", "none"),
        (
            "redirect_uri",
            "https://login.microsoftonline.com/common/oauth2/nativeclient",
        ),
    ]);
    let answer = stage
        .visitor()
        .get_with(url_of, &[("x-ms-RefreshTokenCredential", &cookie)])
        .await;
    let location = answer.headers()["location"].to_str().unwrap();
    assert!(location.contains("error=login_required"), "{location}");
    assert_eq!(
        stage.send_signed(V1, &good, &WINDOWS).await.0,
        200,
        "none of that used the nonce up"
    );

    let refresh_token = stage.refresh_token("alex@contoso.com").await;
    let payload = device
        .payload(&stage, json!({ "refresh_token": refresh_token }))
        .await;
    let header = JwsHeader {
        kdf_ver: None,
        ..device.header()
    };
    let (_, answer) = stage.ask_signed(&device.sign(&header, &payload)).await;
    let old = device.prt_of(&answer);
    for version in [1, 2] {
        let payload = old.payload(&stage, json!({})).await;
        let (status, text) = stage
            .send_signed(V1, &old.sign(version, &payload), &WINDOWS)
            .await;
        assert_eq!(status, 200, "{version}: {text}");
    }
}

/// [ID-05] The algorithm is the key's, never the token's: device keys sign RS256, session keys HS256. Keys that come along, or
/// that are to be fetched, make the request unreadable, and so does what must be understood and is not.
#[tokio::test]
async fn algorithms_are_not_confused() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let prt = device.prt(&stage, "alex@contoso.com").await;
    let refresh_token = stage.refresh_token("alex@contoso.com").await;
    let payload = device
        .payload(&stage, json!({ "refresh_token": refresh_token }))
        .await;
    let text = payload.to_string();
    let x5c = json!([b64(&device.certificate)]);
    let key = aws_lc_rs::signature::RsaKeyPair::from_pkcs8(&device.machine.device.serialize_der())
        .unwrap();
    let by_key = |header: String| {
        let signed = format!("{}.{}", b64url(header), b64url(&text));
        format!("{signed}.{}", b64url(rs256(&key, signed.as_bytes())))
    };
    for (header, expected) in [
        (json!({ "alg": "none", "x5c": x5c }).to_string(), 50_027),
        (json!({ "alg": "HS256", "x5c": x5c }).to_string(), 50_027),
        (json!({ "alg": "RS512", "x5c": x5c }).to_string(), 50_027),
        (json!({ "alg": "PS256", "x5c": x5c }).to_string(), 50_027),
        (json!({ "alg": "ES256", "x5c": x5c }).to_string(), 50_027),
        (json!({ "alg": "rs256", "x5c": x5c }).to_string(), 50_027),
        (
            json!({ "alg": "RS256", "x5c": x5c, "crit": ["b64"] }).to_string(),
            50_027,
        ),
        (
            json!({ "alg": "RS256", "x5c": x5c, "b64": false }).to_string(),
            50_027,
        ),
        (
            json!({ "alg": "RS256", "x5c": x5c, "jwk": {} }).to_string(),
            50_027,
        ),
        (
            json!({ "alg": "RS256", "x5c": x5c, "jku": "https://evil.example/" }).to_string(),
            50_027,
        ),
        (
            json!({ "alg": "RS256", "x5c": x5c, "x5u": "https://evil.example/" }).to_string(),
            50_027,
        ),
        (
            format!(r#"{{"alg":"RS256","alg":"RS256","x5c":{x5c}}}"#),
            50_027,
        ),
        (json!({ "alg": "RS256", "x5c": [] }).to_string(), 50_027),
        (
            json!({ "alg": "RS256", "x5c": ["AAAA"] }).to_string(),
            50_155,
        ),
        (json!({ "alg": "RS256" }).to_string(), 50_027),
    ] {
        assert_eq!(
            sent(&stage, &by_key(header.clone())).await,
            expected,
            "{header:.60}"
        );
    }
    // HMAC with the public key, and nothing at all, in place of a signature.
    let header = json!({ "alg": "RS256", "x5c": x5c }).to_string();
    let signed = format!("{}.{}", b64url(&header), b64url(&text));
    let hmac = mac(&device.certificate, signed.as_bytes());
    assert_eq!(
        sent(&stage, &format!("{signed}.{}", b64url(hmac))).await,
        50_013
    );
    assert_eq!(sent(&stage, &format!("{signed}.")).await, 50_013);
    let whole = by_key(header);
    for odd in [
        format!(" {whole}"),
        format!("{whole}\n"),
        format!("{whole}.x"),
        whole.replace('.', ""),
        "e30.e30.".to_owned(),
        "A".repeat(70_000),
    ] {
        assert_eq!(sent(&stage, &odd).await, 50_027, "{odd:.20}");
    }
    // A session's request under the device's algorithm and under none.
    let payload = prt.payload(&stage, json!({})).await;
    for alg in ["none", "RS256", "HS512", "hs256"] {
        let odd = prt.sign_with(2, &[7; 24], |header| header.alg = alg.to_owned(), &payload);
        assert_eq!(sent(&stage, &odd).await, 50_027, "{alg}");
    }
    // A JWE around plain JSON is encryption, not a signature.
    let (_, sealed) = stage
        .send_signed(V1, &prt.sign(2, &payload), &WINDOWS)
        .await;
    assert_eq!(sealed.split('.').count(), 5);
    assert_eq!(sent(&stage, &sealed).await, 50_027);
}

/// [ID-09] The key that signs is the one of the certificate, and the certificate one of ours; the session key goes to the
/// transport key that was registered, whoever asks; a PRT is good with its own session key only.
#[tokio::test]
async fn a_prt_belongs_to_one_device() {
    let stage = Stage::new();
    let (first, second) = (
        SoftDevice::join(&stage, "alex@contoso.com").await,
        SoftDevice::join(&stage, "alex@contoso.com").await,
    );
    let refresh_token = stage.refresh_token("alex@contoso.com").await;
    let by_token = json!({ "refresh_token": refresh_token });
    // The second device's key under the first one's certificate.
    let payload = second.payload(&stage, by_token.clone()).await;
    assert_eq!(
        sent(&stage, &second.sign(&first.header(), &payload)).await,
        50_013
    );
    // Our certificate second in the chain, one's own first.
    let own = Machine::new();
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, first.id.as_str());
    let forged = params.self_signed(&own.device).unwrap().der().to_vec();
    let stranger = SoftDevice {
        machine: own,
        certificate: forged,
        id: first.id.clone(),
    };
    assert_eq!(
        sent(&stage, &stranger.sign(&stranger.header(), &payload)).await,
        50_155
    );
    let chain = JwsHeader {
        x5c: Some(vec![b64(&stranger.certificate), b64(&first.certificate)]),
        ..first.header()
    };
    assert_eq!(sent(&stage, &stranger.sign(&chain, &payload)).await, 50_155);
    // One's own transport key in the request changes nothing.
    let mut changed = by_token.clone();
    changed["stk_jwk"] = json!({ "kty": "RSA", "n": "AAAA", "e": "AQAB" });
    let (_, answer) = first.ask(&stage, changed).await;
    let one = first.prt_of(&answer);
    assert_eq!(one.key.len(), 32);
    // The PRT of one device with the session key of the other.
    let two = second.prt(&stage, "alex@contoso.com").await;
    let mixed = Prt {
        token: one.token.clone(),
        key: two.key.clone(),
    };
    assert_eq!(number(&mixed.ask(&stage, json!({})).await), 50_013);
    // A refresh token that was had on one device makes no PRT on the other.
    let asked = json!({ "client_id": "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "scope": "openid", "resource": "https://graph.microsoft.com" });
    let (_, tokens) = one.ask(&stage, asked).await;
    let carried = json!({ "refresh_token": tokens["refresh_token"] });
    assert_eq!(number(&second.ask(&stage, carried.clone()).await), 50_155);
    assert_eq!(first.ask(&stage, carried).await.0, 200);
    // A registered device is one person's; a joined one is everybody's.
    let registered = SoftDevice::join_with(&stage, "alex@contoso.com", |request| {
        request["JoinType"] = json!(4);
    })
    .await;
    let adeles = json!({ "refresh_token": stage.refresh_token("adele@contoso.com").await });
    assert_eq!(
        number(&registered.ask(&stage, adeles.clone()).await),
        50_155
    );
    assert_eq!(second.ask(&stage, adeles).await.0, 200);
}

/// [ID-08] A nonce is of this tenant, and of one request.
#[tokio::test]
async fn a_request_needs_a_nonce_of_its_own() {
    let (stage, other) = (Stage::new(), Stage::new());
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let refresh_token = stage.refresh_token("alex@contoso.com").await;
    let payload = device
        .payload(&stage, json!({ "refresh_token": refresh_token }))
        .await;
    let request = device.sign(&device.header(), &payload);
    let (status, answer) = stage.ask_signed(&request).await;
    assert_eq!(status, 200);
    assert_eq!(sent(&stage, &request).await, 50_196, "replayed");
    let prt = device.prt_of(&answer);
    let foreign = other.nonce().await;
    for nonce in [
        Value::Null,
        json!(""),
        json!("AAAA"),
        json!(foreign),
        json!("A".repeat(3000)),
    ] {
        let mut changes = json!({ "refresh_token": refresh_token });
        changes["request_nonce"] = nonce.clone();
        assert_eq!(
            number(&device.ask(&stage, changes).await),
            50_196,
            "{nonce:.20}"
        );
        assert_eq!(
            number(&prt.ask(&stage, json!({ "request_nonce": nonce })).await),
            50_196
        );
    }
    let payload = prt.payload(&stage, json!({})).await;
    let request = prt.sign(2, &payload);
    let (a, b) = tokio::join!(
        stage.send_signed(V1, &request, &WINDOWS),
        stage.send_signed(V1, &request, &WINDOWS)
    );
    let mut both = [a.0, b.0];
    both.sort_unstable();
    assert_eq!(both, [200, 400], "of two at once one is answered");
}

/// [DR-11] Each credential does what it is for, and nothing else; and what is asked twice, or is not asked as it should be, is
/// refused.
#[tokio::test]
async fn credentials_open_only_their_own_doors() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let refresh_token = stage.refresh_token("alex@contoso.com").await;
    let prt = device.prt(&stage, "alex@contoso.com").await;
    let by_token = |token: &str| json!({ "refresh_token": token });
    // A PRT is no refresh token, nor the other way round.
    assert_eq!(
        number(&device.ask(&stage, by_token(&prt.token)).await),
        70_000
    );
    let swapped = Prt {
        token: refresh_token.clone(),
        ..prt.clone()
    };
    assert_eq!(number(&swapped.ask(&stage, json!({})).await), 70_000);
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", BROKER),
        ("refresh_token", prt.token.as_str()),
    ];
    assert_eq!(number(&stage.token(V1, &form).await), 70_000);
    // A PRT is for brokers, and asked for by name.
    let mut stranger = by_token(&refresh_token);
    stranger["client_id"] = json!("04b07795-8ddb-461a-bbee-02f9e1bf7b46");
    assert_eq!(number(&device.ask(&stage, stranger).await), 65_002);
    let mut plain = by_token(&refresh_token);
    plain["scope"] = json!("openid");
    assert_eq!(number(&device.ask(&stage, plain).await), 90_014);
    for (changes, expected) in [
        (json!({ "grant_type": "client_credentials" }), 70_003),
        (json!({ "grant_type": grant::SAML1_1_BEARER }), 90_014),
        (json!({ "grant_type": grant::JWT_BEARER }), 90_014),
        (
            json!({ "grant_type": "password", "username": "alex@contoso.com" }),
            90_014,
        ),
        (json!({ "grant_type": grant::REFRESH_TOKEN }), 90_014),
        (json!({ "grant_type": null }), 50_027),
        (json!({ "grant_type": 7 }), 50_027),
    ] {
        assert_eq!(
            number(&device.ask(&stage, changes.clone()).await),
            expected,
            "{changes}"
        );
    }
    for (changes, expected) in [
        (
            json!({ "cert_token_use": "user_cert", "csr": "AAAA" }),
            70_003,
        ),
        (json!({ "grant_type": "password" }), 70_003),
        (
            json!({ "client_id": "00000000-0000-0000-0000-000000000000" }),
            700_016,
        ),
        (json!({ "exp": "soon" }), 50_027),
        (json!({ "exp": [] }), 50_027),
        (json!({ "exp": 1e300 }), 50_027),
        (json!({ "exp": 1000 }), 500_133),
        (json!({ "iat": "4102444800" }), 500_133),
    ] {
        assert_eq!(
            number(&prt.ask(&stage, changes.clone()).await),
            expected,
            "{changes}"
        );
    }
    // Names that stand twice, in the form and in the payload.
    let payload = prt.payload(&stage, json!({})).await;
    let request = prt.sign(2, &payload);
    let twice = [
        ("windows_api_version", "2.2"),
        ("windows_api_version", "2.0"),
    ];
    let (status, text) = stage.send_signed(V1, &request, &twice).await;
    assert_eq!(
        (status, text.contains("AADSTS9000411")),
        (400, true),
        "{text}"
    );
    let (status, text) = stage.send_signed(V1, &request, &[("request", "x")]).await;
    assert_eq!(
        (status, text.contains("AADSTS9000411")),
        (400, true),
        "{text}"
    );
    let header = device.header();
    let doubled = format!(
        r#"{{"client_id":"{PLUGIN}","scope":"openid aza","grant_type":"refresh_token","request_nonce":"{}","refresh_token":"x","refresh_token":"{refresh_token}"}}"#,
        stage.nonce().await
    );
    let signed = signing_input(&header, doubled.as_bytes());
    let key = aws_lc_rs::signature::RsaKeyPair::from_pkcs8(&device.machine.device.serialize_der())
        .unwrap();
    let doubled = format!("{signed}.{}", b64url(rs256(&key, signed.as_bytes())));
    assert_eq!(sent(&stage, &doubled).await, 50_027);
    assert_eq!(
        stage.send_signed(V1, &request, &WINDOWS).await.0,
        200,
        "nothing of that cost the nonce"
    );
}

/// [ST-09] Whoever has the database has neither PRT nor session key.
#[tokio::test]
async fn a_stolen_database_signs_nobody_in() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let prt = device.prt(&stage, "alex@contoso.com").await;
    if on_postgres() {
        let pool = stage.tenant.pool().await;
        let rows: Vec<String> = sqlx::query_scalar("SELECT CAST(prt AS text) FROM prt")
            .fetch_all(&pool)
            .await
            .unwrap();
        assert!(!rows.is_empty());
        let bytes: Vec<String> = prt.key.iter().map(|byte| format!("{byte:02x}")).collect();
        let key = bytes.concat();
        for secret in [key.as_str(), prt.token.as_str()] {
            assert!(!rows.iter().any(|row| row.contains(secret)), "{rows:?}");
        }
        return;
    }
    let mut found = 0;
    for file in std::fs::read_dir(stage.dir.path().join("tenant")).unwrap() {
        let file = file.unwrap().path();
        if !file
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("tenant.db")
        {
            continue;
        }
        found += 1;
        let bytes = std::fs::read(&file).unwrap();
        for secret in [prt.key.as_slice(), prt.token.as_bytes()] {
            assert!(
                !bytes.windows(secret.len()).any(|part| part == secret),
                "{file:?}"
            );
        }
    }
    assert!(found > 0);
}
