//! Primary refresh tokens, as devices and their brokers get and use them.

use dovetail_shared::encode::{b64, from_b64url};
use dovetail_shared::jose::{Jws, JwsHeader, signing_input};
use dovetail_shared::prt::{AnswerForm, PrtResponse, grant};
use dovetail_shared::rsa_blob::RsaPublic;
use rcgen::PublicKeyData as _;
use serde_json::{Value, json};

use crate::soft_device::{PLUGIN, SoftDevice, V1, V2, WINDOWS};
use crate::stage::{BROKER, Stage, claims, number, rs256};

const GRAPH: &str = "https://graph.microsoft.com";

/// The nonce is to be had in every tenant's name, at both versions, with and without a content type, and is never the same.
#[tokio::test]
async fn nonces_are_given_to_everybody() {
    let stage = Stage::new();
    let id = stage.tenant.value("tenant_id").to_owned();
    let mut seen = Vec::new();
    for path in [
        V1,
        "/Common/oAuth2/Token",
        "/organizations/oauth2/v2.0/token",
        &format!("/{id}/oauth2/token"),
        "/contoso.com/oauth2/token",
    ] {
        let (status, answer) = stage.token(path, &[("grant_type", "srv_challenge")]).await;
        assert_eq!(status, 200, "{path}: {answer}");
        let nonce = answer["Nonce"].as_str().unwrap().to_owned();
        assert!(!seen.contains(&nonce));
        seen.push(nonce);
    }
    let (status, _) = stage
        .token(
            "/elsewhere.example/oauth2/token",
            &[("grant_type", "srv_challenge")],
        )
        .await;
    assert_eq!(status, 400);
}

/// A device exchanges the broker's refresh token for a PRT. Every member has the real service's type; the session key opens
/// with the transport key that was registered; the certificate may be a string or an array; `kid` means nothing.
#[tokio::test]
async fn a_device_gets_a_prt_by_refresh_token() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "adele@contoso.com").await;
    let refresh_token = stage.refresh_token("adele@contoso.com").await;
    let payload = device
        .payload(&stage, json!({ "refresh_token": refresh_token }))
        .await;
    let header = JwsHeader {
        kid: Some("whatever".into()),
        ..device.header()
    };
    let (status, answer) = stage.ask_signed(&device.sign(&header, &payload)).await;
    assert_eq!(status, 200, "{answer}");
    for name in ["expires_in", "ext_expires_in", "expires_on"] {
        assert!(answer[name].is_string(), "{name}: {answer}");
    }
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], "1209599");
    assert_eq!(answer["ext_expires_in"], "0");
    assert_eq!(answer["refresh_token_expires_in"], 1_209_599);
    assert_eq!(answer["device_tenant_id"], stage.tenant.value("tenant_id"));
    assert!(answer.get("access_token").is_none());
    assert!(answer.get("tgt_ad").is_none() && answer.get("tgt_cloud").is_none());
    let info = from_b64url(answer["client_info"].as_str().unwrap()).unwrap();
    let info: Value = serde_json::from_slice(&info).unwrap();
    let id_token = answer["id_token"].as_str().unwrap();
    let id_token = Jws::split(id_token).unwrap();
    assert_eq!(id_token.header.alg, "none");
    assert!(id_token.signature.is_empty());
    let id: Value = serde_json::from_slice(&id_token.payload).unwrap();
    assert_eq!(id["oid"], info["uid"]);
    assert_eq!(id["upn"], "adele@contoso.com");
    assert_eq!(id["preferred_username"], "adele@contoso.com");
    assert_eq!(id["aud"], BROKER);
    assert_eq!(id["ver"], "1.0");
    assert!(id["name"].is_string() && id["tid"].is_string() && id["sub"].is_string());
    let time = |name: &str| id[name].as_i64().unwrap();
    assert_eq!(time("exp") - time("iat"), 3900);
    assert_eq!(id["amr"], json!(["pwd", "rsa"]));
    assert_eq!(device.prt_of(&answer).key.len(), 32);
    serde_json::from_value::<PrtResponse>(answer).unwrap();

    // The refresh token was looked at, not used up: the same client may ask again, and with the certificate as plain text.
    let payload = device
        .payload(&stage, json!({ "refresh_token": refresh_token }))
        .await;
    let header = serde_json::to_string(&device.header()).unwrap();
    let text = format!("\"x5c\":\"{}\"", b64(&device.certificate));
    let header = header.replace(
        &format!("\"x5c\":[\"{}\"]", b64(&device.certificate)),
        &text,
    );
    assert!(header.contains(&text));
    let signed = format!(
        "{}.{}",
        dovetail_shared::encode::b64url(header),
        dovetail_shared::encode::b64url(payload.to_string())
    );
    let key = aws_lc_rs::signature::RsaKeyPair::from_pkcs8(&device.machine.device.serialize_der())
        .unwrap();
    let signature = dovetail_shared::encode::b64url(rs256(&key, signed.as_bytes()));
    let (status, answer) = stage.ask_signed(&format!("{signed}.{signature}")).await;
    assert_eq!(status, 200, "{answer}");
    // One client family writes its parts in the other alphabet.
    let payload = device
        .payload(
            &stage,
            json!({ "refresh_token": refresh_token, "win_ver": "???>>>~~~ÿÿÿ" }),
        )
        .await;
    let token = device
        .sign(&device.header(), &payload)
        .replace('-', "+")
        .replace('_', "/");
    let (signed, _) = token.rsplit_once('.').unwrap();
    let signature = b64(rs256(&key, signed.as_bytes()));
    let token = format!("{signed}.{}", signature.trim_end_matches('='));
    assert!(token.contains('+') || token.contains('/'));
    let (status, answer) = stage.ask_signed(&token).await;
    assert_eq!(status, 200, "{answer}");
}

/// Name and password, where policy allows that grant; a second factor that is set up is not passed over.
#[tokio::test]
async fn a_device_gets_a_prt_by_password_where_that_is_allowed() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let by_password = |upn: &str, password: &str| json!({ "client_id": PLUGIN, "grant_type": "password", "username": upn, "password": password });
    let (password, _) = stage.tenant.person("alex@contoso.com");
    let right = by_password("alex@contoso.com", &password);
    let refused = device.ask(&stage, right.clone()).await;
    assert_eq!(number(&refused), 53_003, "off by default");
    stage
        .tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    let (status, answer) = device.ask(&stage, right).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        claims(answer["id_token"].as_str().unwrap())["amr"],
        json!(["pwd", "rsa"])
    );
    assert_eq!(device.prt_of(&answer).key.len(), 32);
    let wrong = device
        .ask(&stage, by_password("alex@contoso.com", "wrong"))
        .await;
    assert_eq!(number(&wrong), 50_126);
    let (megans, _) = stage.tenant.person("megan@contoso.com");
    let second = device
        .ask(&stage, by_password("megan@contoso.com", &megans))
        .await;
    assert_eq!(number(&second), 50_076);
}

/// A Hello key that was registered for one person on one device vouches for that person there, and nowhere else.
#[tokio::test]
async fn a_device_gets_a_prt_by_hello_key() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let hello = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048)
        .unwrap();
    let material = RsaPublic::from_pkcs1(hello.der_bytes()).unwrap().to_blob();
    let kid = b64(aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        &material,
    ));
    let pair = aws_lc_rs::signature::RsaKeyPair::from_pkcs8(&hello.serialize_der()).unwrap();
    let now = || {
        i64::try_from(
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap()
                .as_secs(),
        )
        .unwrap()
    };
    let assertion = |changes: Value, change: &dyn Fn(&mut JwsHeader)| {
        let mut payload = json!({ "iss": "alex@contoso.com", "aud": "common", "iat": now() - 300, "exp": now() + 300, "scope": "openid aza ugs" });
        for (name, value) in changes.as_object().unwrap() {
            payload[name] = value.clone();
        }
        let mut header = JwsHeader {
            alg: "RS256".into(),
            kid: Some(kid.clone()),
            use_: Some("ngc".into()),
            ..JwsHeader::default()
        };
        change(&mut header);
        let signed = signing_input(&header, payload.to_string().as_bytes());
        format!(
            "{signed}.{}",
            dovetail_shared::encode::b64url(rs256(&pair, signed.as_bytes()))
        )
    };
    let by_hello = |assertion: String| json!({ "client_id": PLUGIN, "grant_type": grant::JWT_BEARER, "username": "somebody@else", "assertion": assertion });
    let good = || async { json!({ "request_nonce": stage.nonce().await }) };

    let unknown = device
        .ask(&stage, by_hello(assertion(good().await, &|_| {})))
        .await;
    assert_eq!(number(&unknown), 135_010, "nobody registered it");
    stage
        .add_hello_key(&kid, "alex@contoso.com", &device.id, &material)
        .await;
    let (status, answer) = device
        .ask(&stage, by_hello(assertion(good().await, &|_| {})))
        .await;
    assert_eq!(status, 200, "{answer}");
    let id = claims(answer["id_token"].as_str().unwrap());
    assert_eq!(
        id["upn"], "alex@contoso.com",
        "not the one the request names"
    );
    assert_eq!(id["amr"], json!(["rsa", "mfa"]));
    // The same nonce inside and outside is one nonce.
    let nonce = stage.nonce().await;
    let mut both = by_hello(assertion(json!({ "request_nonce": nonce }), &|_| {}));
    both["request_nonce"] = json!(nonce);
    assert_eq!(device.ask(&stage, both.clone()).await.0, 200);
    assert_eq!(number(&device.ask(&stage, both).await), 50_196, "used");

    let fresh = good().await;
    let unchanged: &dyn Fn(&mut JwsHeader) = &|_| {};
    for (changes, change, expected) in [
        (json!({ "iss": "adele@contoso.com" }), unchanged, 135_010),
        (
            json!({ "aud": "https://elsewhere.example/" }),
            &|_| {},
            50_027,
        ),
        (json!({ "exp": now() - 1 }), &|_| {}, 500_133),
        (json!({ "exp": now() + 90_000 }), &|_| {}, 500_133),
        (json!({ "exp": null }), &|_| {}, 50_027),
        (json!({ "exp": 1e300 }), &|_| {}, 50_027),
        (json!({ "request_nonce": "made up" }), &|_| {}, 50_196),
        (json!({}), &|header| header.use_ = None, 50_027),
        (json!({}), &|header| header.alg = "none".into(), 50_027),
        (json!({}), &|header| header.alg = "HS256".into(), 50_027),
        (
            json!({}),
            &|header| header.kid = Some("../../etc/passwd".into()),
            135_010,
        ),
        (
            json!({}),
            &|header| header.kid = Some("' OR '1'='1".into()),
            135_010,
        ),
    ] {
        let mut claims = fresh.clone();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let refused = device
            .ask(&stage, by_hello(assertion(claims, change)))
            .await;
        assert_eq!(number(&refused), expected, "{changes}");
    }
    let other = SoftDevice::join(&stage, "alex@contoso.com").await;
    let elsewhere = other
        .ask(&stage, by_hello(assertion(good().await, &|_| {})))
        .await;
    assert_eq!(number(&elsewhere), 135_010, "the key is another device's");
}

/// Renewal gives the next PRT under the session key that is there already. Who asks again with the PRT before, because the
/// answer was lost, gets the same one; the one before that is done with.
#[tokio::test]
async fn a_prt_is_renewed_under_the_same_session_key() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let first = device.prt(&stage, "alex@contoso.com").await;
    let (status, answer) = first.ask(&stage, json!({})).await;
    assert_eq!(status, 200, "{answer}");
    assert!(answer.get("session_key_jwe").is_none() && answer.get("access_token").is_none());
    assert_eq!(answer["refresh_token_expires_in"], 1_209_599);
    assert!(answer["expires_in"].is_string() && answer["id_token"].is_string());
    let mut second = first.clone();
    second.token = answer["refresh_token"].as_str().unwrap().to_owned();
    assert_ne!(second.token, first.token);
    let (_, again) = first.ask(&stage, json!({})).await;
    assert_eq!(
        again["refresh_token"],
        second.token.as_str(),
        "the lost answer's"
    );
    let (_, third) = second.ask(&stage, json!({})).await;
    assert_ne!(third["refresh_token"], second.token.as_str());
    assert_eq!(number(&first.ask(&stage, json!({})).await), 50_173);
    assert_eq!(
        second.ask(&stage, json!({})).await.0,
        200,
        "the one before the newest"
    );
}

/// An access token by PRT names person and device. The answer is sealed as each version of the protocol wants it, and says
/// its numbers as each version of the endpoint does.
#[tokio::test]
async fn a_prt_gives_access_tokens_that_name_the_device() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let prt = device.prt(&stage, "alex@contoso.com").await;
    let azure_cli = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
    let now = "1700000000";
    let asked = json!({
        "client_id": azure_cli, "scope": "openid", "resource": GRAPH, "aud": "login.microsoftonline.com",
        "redirect_uri": "https://login.microsoftonline.com/common/oauth2/nativeclient", "iat": now, "exp": "4102444800",
    });
    let payload = prt.payload(&stage, asked.clone()).await;
    let (status, text) = stage
        .send_signed(V1, &prt.sign(2, &payload), &WINDOWS)
        .await;
    assert_eq!(status, 200, "{text}");
    let (form, tokens) = prt.open(&text);
    assert_eq!(form, AnswerForm::Cbc);
    assert!(tokens["expires_in"].is_string() && tokens["id_token"].is_string());
    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(access["deviceid"], device.id.as_str());
    assert_eq!(access["appid"], azure_cli);
    assert_eq!(access["aud"], GRAPH);
    assert_eq!(access["upn"], "alex@contoso.com");
    // The application's own refresh token carries the device on.
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let (status, tokens) = stage
        .token(
            V1,
            &[
                ("grant_type", "refresh_token"),
                ("client_id", azure_cli),
                ("refresh_token", refresh),
                ("resource", GRAPH),
            ],
        )
        .await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(
        claims(tokens["access_token"].as_str().unwrap())["deviceid"],
        device.id.as_str()
    );

    // Version 3 at the v2.0 endpoint; derivation 1 would not do for this PRT.
    let payload = prt
        .payload(&stage, json!({
            "client_id": azure_cli, "scope": "openid profile offline_access https://graph.microsoft.com/.default aza",
            "iss": BROKER, "aud": "https://login.windows.net/common/oauth2/v2.0/token", "redirect_uri": "msauth://Microsoft.AAD.BrokerPlugin",
        }))
        .await;
    let protocol = [("prt_protocol_version", "3.0"), ("client_info", "1")];
    let (status, text) = stage
        .send_signed(V2, &prt.sign(2, &payload), &protocol)
        .await;
    assert_eq!(status, 200, "{text}");
    let (form, tokens) = prt.open(&text);
    assert_eq!(form, AnswerForm::Gcm);
    assert!(tokens["expires_in"].is_i64());
    assert_eq!(
        claims(tokens["access_token"].as_str().unwrap())["deviceid"],
        device.id.as_str()
    );
    let mut renewed = prt.clone();
    renewed.token = tokens["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(tokens["refresh_token_expires_in"], 1_209_599);
    assert_eq!(
        renewed.ask(&stage, json!({})).await.0,
        200,
        "aza renewed the PRT beside the access token"
    );

    let (status, text) = stage
        .send_signed(
            V2,
            &prt.sign(2, &payload),
            &[("prt_protocol_version", "4.0")],
        )
        .await;
    assert_eq!(status, 400, "{text}");
    let unknown = renewed.ask(&stage, json!({ "client_id": azure_cli, "scope": "openid", "resource": "https://nowhere.example/" })).await;
    assert_eq!(number(&unknown), 500_011);
}

/// Version 3 of the protocol, whose device-signed requests say nothing of a derivation.
#[tokio::test]
async fn a_prt_of_version_three_is_issued_at_the_second_endpoint() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let refresh_token = stage.refresh_token("alex@contoso.com").await;
    let changes = json!({ "scope": "openid aza", "refresh_token": refresh_token });
    let payload = device.payload(&stage, changes).await;
    let header = JwsHeader {
        kdf_ver: None,
        ..device.header()
    };
    let protocol = [("prt_protocol_version", "3.0"), ("client_info", "1")];
    let (status, text) = stage
        .send_signed(V2, &device.sign(&header, &payload), &protocol)
        .await;
    assert_eq!(status, 200, "{text}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    let prt = device.prt_of(&answer);
    assert_eq!(prt.ask(&stage, json!({})).await.0, 200);
}

/// A token for the device alone names nobody, is plain, and opens nothing that wants a person. [DR-11]
#[tokio::test]
async fn a_device_gets_a_token_of_its_own() {
    let stage = Stage::new();
    let device = SoftDevice::join(&stage, "alex@contoso.com").await;
    let drs = "urn:ms-drs:enterpriseregistration.windows.net";
    let (status, tokens) = device
        .ask(&stage, json!({ "grant_type": "device_token", "client_id": BROKER, "resource": drs, "scope": null, "iss": "aad:brokerplugin" }))
        .await;
    assert_eq!(status, 200, "{tokens}");
    let access = tokens["access_token"].as_str().unwrap();
    let said = claims(access);
    assert_eq!(
        (said["aud"].as_str(), said["deviceid"].as_str()),
        (Some(drs), Some(device.id.as_str()))
    );
    assert!(said.get("upn").is_none() && tokens.get("refresh_token").is_none());
    let machine = crate::stage::Machine::new();
    let (status, _) = crate::stage::register(&stage, access, &machine.request(|_| {})).await;
    assert_eq!(status, 401, "it registers nothing");

    let peer = device
        .ask(
            &stage,
            json!({ "grant_type": "device_auth", "cert_token_use": "device_cert", "csr": "AAAA" }),
        )
        .await;
    assert_eq!(number(&peer), 70_003, "no certificates for peers");
}
