//! Registering Hello keys: what is taken, and what is refused.

use dovetail_shared::encode::{b64, b64url};
use dovetail_shared::rsa_blob::RsaPublic;
use dovetail_tests::audit_log::lines;
use dovetail_tests::wait;
use rcgen::PublicKeyData as _;
use serde_json::{Value, json};

use crate::soft_device::{SoftDevice, V1};
use crate::soft_hello::{DRS, KEYS, MEGAN, SoftKey, refusal};
use crate::stage::{BROKER, Stage, claims, number};

const ADELE: &str = "adele@contoso.com";

/// A person with a second factor, on a joined device, with a token for the registration service.
async fn megan(stage: &Stage) -> (SoftDevice, String) {
    let device = SoftDevice::join(stage, MEGAN).await;
    let prt = stage.fresh_prt(&device, MEGAN).await;
    let token = stage.key_token(&prt).await;
    (device, token)
}

/// From discovery to a sign-on: the key is registered where the contract says, by its owner's token of just now; the answer names
/// it; asked again, it comes again. Then it signs its person on, with a second factor.
#[tokio::test]
async fn a_key_is_registered_and_signs_its_person_on() {
    let stage = Stage::new();
    let (device, token) = megan(&stage).await;
    assert_eq!(claims(&token)["aud"], DRS);
    assert_eq!(claims(&token)["deviceid"], device.id.as_str());
    let key = SoftKey::new();
    assert_eq!(
        number(&key.ask(&stage, &device, MEGAN).await),
        135_010,
        "nobody registered it"
    );

    let contract = stage.url(
        "drs",
        "/contoso.com/EnrollmentServer/contract?api-version=1.2",
    );
    let headers = [("accept", "application/json")];
    let answer = stage.visitor().ask("GET", contract, &headers, None).await;
    let contract: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let service = &contract["KeyProvisioningService"];
    assert_eq!(service["KeyProvisionResourceId"], DRS);
    let endpoint = service["KeyProvisionEndpoint"].as_str().unwrap();
    let mut url = url::Url::parse(endpoint).unwrap();
    assert_eq!(url.path(), "/EnrollmentServer/key/");
    url.set_query(
        service["ServiceVersion"]
            .as_str()
            .map(|it| format!("api-version={it}"))
            .as_deref(),
    );

    let bearer = format!("Bearer {token}");
    let own_id = "006dd572-ca07-42ae-8472-01a00b045bb8";
    let mut answers = Vec::new();
    let without_slash = stage.url("drs", "/enrollmentserver/KEY?api-version=1.0");
    let by_header = stage.url("drs", "/EnrollmentServer/key/");
    for (url, more) in [
        (url, None),
        (without_slash, Some(("return-client-request-id", "true"))),
        (by_header, Some(("api-version", "1.0"))),
    ] {
        let mut headers = vec![
            ("authorization", bearer.as_str()),
            ("accept", "application/json"),
            ("client-request-id", own_id),
        ];
        headers.extend(more);
        let body = Some(key.request().to_string());
        let answer = stage.visitor().ask("POST", url, &headers, body).await;
        assert_eq!(answer.status().as_u16(), 200);
        let id = answer.headers()["request-id"].to_str().unwrap().to_owned();
        assert!(uuid::Uuid::parse_str(&id).is_ok(), "{id}");
        let returned = answer.headers().get("client-request-id");
        let wanted = more.is_some_and(|(name, _)| name == "return-client-request-id");
        assert_eq!(
            returned.map(reqwest::header::HeaderValue::as_bytes),
            wanted.then_some(own_id.as_bytes())
        );
        answers.push(serde_json::from_slice::<Value>(&answer.bytes().await.unwrap()).unwrap());
    }
    let id = answers[0]["kid"].as_str().unwrap();
    assert!(uuid::Uuid::parse_str(id).is_ok(), "{id}");
    assert_eq!(answers[0], json!({ "kid": id, "upn": MEGAN }));
    assert!(
        answers.iter().all(|answer| answer == &answers[0]),
        "{answers:?}"
    );

    let listed = stage.keys(&[]);
    assert_eq!(listed.len(), 1, "{listed:?}");
    for (name, value) in [
        ("id", id),
        ("kid", &key.kid),
        ("upn", MEGAN),
        ("device", &device.id),
        ("device_name", "a machine"),
    ] {
        assert_eq!(listed[0][name], value, "{name}");
    }
    let told = stage.told("hello_key.registered");
    assert_eq!(told[0]["about"], id);
    assert_eq!(told[0]["device"], device.id.as_str());
    assert_eq!(told[0]["user"], claims(&token)["oid"]);

    let (status, answer) = key.ask(&stage, &device, MEGAN).await;
    assert_eq!(status, 200, "{answer}");
    let said = claims(answer["id_token"].as_str().unwrap());
    assert_eq!(said["upn"], MEGAN);
    assert_eq!(said["amr"], json!(["rsa", "mfa"]));
    let prt = device.prt_of(&answer);
    let asked = json!({ "client_id": BROKER, "scope": "openid", "resource": "https://graph.microsoft.com" });
    let (status, tokens) = prt.ask(&stage, asked).await;
    assert_eq!(status, 200, "{tokens}");
    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(access["amr"], json!(["rsa", "mfa"]));
    assert_eq!(access["deviceid"], device.id.as_str());
}

/// [DR-03] [DR-12] A request that is not as specified is refused before anybody is asked for, with the caller's own id in the
/// answer; so is a key that is of another size or form, or the device's own.
#[tokio::test]
async fn a_request_of_another_form_is_refused() {
    let stage = Stage::new();
    let (device, token) = megan(&stage).await;
    let key = SoftKey::new();
    let good = key.request().to_string();
    let bearer = format!("Bearer {token}");
    let ask = async |query: &str, more: &[(&str, &str)], body: &str| {
        let url = stage.url("drs", &format!("/EnrollmentServer/key/{query}"));
        let mut headers = vec![
            ("authorization", bearer.as_str()),
            ("client-request-id", "mine"),
        ];
        headers.extend(more);
        let visitor = stage.visitor();
        let answer = visitor
            .ask("POST", url, &headers, Some(body.to_owned()))
            .await;
        let status = answer.status().as_u16();
        assert!(answer.headers().contains_key("request-id"));
        let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        (status, answer)
    };
    let json_only = [("accept", "application/json")];
    let both = [("accept", "application/json"), ("api-version", "1.0")];
    let own = |key: &rcgen::KeyPair| {
        let blob = RsaPublic::from_pkcs1(key.der_bytes()).unwrap().to_blob();
        json!({ "kngc": b64(blob) }).to_string()
    };
    let other_exponent = {
        let key = RsaPublic::from_blob(&key.blob).unwrap();
        b64(RsaPublic::new(&key.modulus, &[3]).to_blob())
    };
    let with = |kngc: &str| json!({ "kngc": kngc }).to_string();
    let long = with(&"A".repeat(100_000));
    let alphabet = with(&b64url(&key.blob));
    let version = "?api-version=1.0";
    for (query, headers, body) in [
        ("", &json_only[..], good.as_str()),
        ("?api-version=2.0", &json_only, &good),
        ("?api-version=1.0&api-version=1.0", &json_only, &good),
        (version, &both, &good),
        (version, &[], &good),
        (version, &[("accept", "text/xml")], &good),
        (version, &json_only, ""),
        (version, &json_only, "{}"),
        (version, &json_only, r#"{"kngc":null}"#),
        (version, &json_only, &with("")),
        (version, &json_only, &with("not base64!")),
        (
            version,
            &json_only,
            &with("VGhpc0lzQW5FeGFtcGxlQXN5bW1ldHJpY0tleQ=="),
        ),
        (version, &json_only, &with(&other_exponent)),
        (version, &json_only, &alphabet),
        (version, &json_only, &long),
        (version, &json_only, &own(&device.machine.device)),
        (version, &json_only, &own(&device.machine.transport)),
    ] {
        let refused = ask(query, headers, body).await;
        assert_eq!(
            refusal(&refused),
            (400, "error_malformed"),
            "{query} {headers:?} {body:.80}"
        );
        assert_eq!(refused.1["clientrequestid"], "mine");
        assert_eq!(refused.1["target"], "key");
        let time = refused.1["time"].as_str().unwrap();
        assert!(time.ends_with('Z') && time.contains('T'), "{time}");
    }
    assert!(stage.keys(&[]).is_empty());
    // The same with nothing wrong.
    assert_eq!(ask(version, &json_only, &good).await.0, 200);
}

/// [DR-05] [DR-11] A key takes a token for the registration service, of this tenant, unexpired, that names a device and a person,
/// and a second factor that the person gave just now. A key's own word is no such factor: a key makes no other key.
#[tokio::test]
async fn only_a_fresh_second_factor_registers_a_key() {
    let stage = Stage::new();
    let (device, token) = megan(&stage).await;
    let good = claims(&token);
    assert_eq!(good["amr"], json!(["pwd", "otp", "mfa", "ngcmfa", "rsa"]));
    let key = SoftKey::new();
    let now = good["iat"].as_i64().unwrap();
    let (invalid, factor) = ("error_invalid_token", "error_mfa_required");
    let nobody = "11111111-1111-1111-1111-111111111111";
    let table = [
        (
            json!({ "aud": "https://graph.microsoft.com" }),
            401,
            invalid,
        ),
        (json!({ "aud": BROKER }), 401, invalid),
        (json!({ "tid": nobody }), 401, invalid),
        (json!({ "iss": "https://sts.windows.net/x/" }), 401, invalid),
        (json!({ "exp": now - 1 }), 401, invalid),
        (json!({ "upn": null }), 401, invalid),
        (json!({ "deviceid": "no id" }), 401, invalid),
        (json!({ "deviceid": null }), 401, "error_missing_device"),
        (json!({ "deviceid": nobody }), 401, "error_missing_device"),
        (json!({ "oid": nobody }), 400, "error_missing_user"),
        (json!({ "amr": [] }), 401, factor),
        (json!({ "amr": ["pwd", "rsa"] }), 401, factor),
        (json!({ "amr": ["pwd", "otp", "mfa", "rsa"] }), 401, factor),
        (
            json!({ "amr": ["pwd", "http://schemas.microsoft.com/claims/multipleauthn"] }),
            401,
            factor,
        ),
        (json!({ "amr": ["rsa", "mfa", "ngcmfa"] }), 401, factor),
        (json!({ "iat": now - 660, "nbf": now - 660 }), 401, factor),
        (
            json!({ "flow": "device_code" }),
            401,
            "error_not_authorized",
        ),
    ];
    for (changes, status, code) in table {
        let mut changed = good.clone();
        for (name, value) in changes.as_object().unwrap() {
            changed[name] = value.clone();
        }
        changed
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        let token = stage.signed(|_| {}, changed.to_string().as_bytes()).await;
        let refused = stage.register_key(&token, &key).await;
        assert_eq!(refusal(&refused), (status, code), "{changes}");
    }
    // Who was refused, and why, stands in the log, under the id that the answer's header has.
    let line = wait::until("a line about a second factor", || {
        let lines = lines(stage.tenant.data());
        lines.into_iter().find(|line| line["code"] == factor)
    });
    for (name, value) in [
        ("user", &good["oid"]),
        ("device", &good["deviceid"]),
        ("host", &json!("drs")),
        ("route", &json!("/enrollmentserver/key/")),
        ("outcome", &json!("refused")),
    ] {
        assert_eq!(&line[name], value, "{name} of {line}");
    }
    assert!(
        line["trace"].is_string() && line["reason"].is_string(),
        "{line}"
    );
    // Other credentials altogether.
    let mut unsigned = token.clone();
    unsigned.truncate(token.rfind('.').unwrap() + 1);
    let (_, of_device) = device
        .ask(&stage, json!({ "grant_type": "device_token", "client_id": BROKER, "resource": DRS, "scope": null }))
        .await;
    let of_device = of_device["access_token"].as_str().unwrap();
    for token in ["", "x", &unsigned, of_device] {
        let refused = stage.register_key(token, &key).await;
        assert_eq!(refusal(&refused), (401, invalid), "{token:.40}");
    }
    stage.sql("UPDATE \"user\" SET totp_last_step = 0").await;
    let of_a_join = stage.id_token(MEGAN).await;
    let refused = stage.register_key(&of_a_join, &key).await;
    assert_eq!(refusal(&refused), (401, "error_missing_device"));
    assert!(stage.keys(&[]).is_empty());
    // Where devices may be joined by device code, keys may be registered by it.
    stage
        .tenant
        .run(&["policy", "set", "--device-code-join", "on"]);
    let mut by_code = good.clone();
    by_code["flow"] = json!("device_code");
    let by_code = stage.signed(|_| {}, by_code.to_string().as_bytes()).await;
    assert_eq!(stage.register_key(&by_code, &key).await.0, 200);

    // What the key signs on with is a second factor, and no fresh one: neither at once nor by way of the sign-in page.
    let prt = key.prt(&stage, &device, MEGAN).await;
    let by_key = stage.key_token(&prt).await;
    assert_eq!(claims(&by_key)["amr"], json!(["rsa", "mfa"]));
    let another = SoftKey::new();
    let refused = stage.register_key(&by_key, &another).await;
    assert_eq!(refusal(&refused), (401, factor));
    let cookie = prt.cookie(2, Some(&stage.nonce().await));
    let mut browser = stage.visitor();
    let credential = [("x-ms-RefreshTokenCredential", cookie.as_str())];
    let page = stage.tenant.value("page");
    let silent = |more: &[(&str, &str)]| {
        let fields = [&[("resource", DRS), ("redirect_uri", page)], more].concat();
        stage.code_request(&fields)
    };
    let answer = browser.get_with(silent(&[]), &credential).await;
    let back = answer.headers()["location"].to_str().unwrap();
    assert!(back.contains("code="), "signed in by the key: {back}");
    let fresh = stage
        .answered(&mut browser, silent(&[("amr_values", "ngcmfa")]))
        .await;
    assert_eq!(fresh["error"], "interaction_required", "{fresh:?}");
}

/// [DR-04] [DR-10] A key is one person's on one device: nobody else's, and no other device's. There is room for ten of a person's
/// on a device; a known one is still known then, and others have room of their own.
#[tokio::test]
async fn a_key_is_one_persons_on_one_device() {
    let stage = Stage::new();
    let (device, token) = megan(&stage).await;
    let other = SoftDevice::join(&stage, ADELE).await;
    let adeles_own = SoftDevice::join_with(&stage, ADELE, |request| {
        request["JoinType"] = json!(4);
    })
    .await;
    let people: Value =
        serde_json::from_str(&stage.tenant.run(&["user", "list", "--json"])).unwrap();
    let person = |upn: &str| {
        let people = people.as_array().unwrap();
        let person = people.iter().find(|person| person["upn"] == upn);
        person.unwrap()["id"].clone()
    };
    let token_for = async |upn: &str, device: &SoftDevice| {
        let mut said = claims(&token);
        said["oid"] = person(upn);
        said["upn"] = json!(upn);
        said["deviceid"] = json!(device.id);
        stage.signed(|_| {}, said.to_string().as_bytes()).await
    };
    let key = SoftKey::new();
    let (status, first) = stage.register_key(&token, &key).await;
    assert_eq!(status, 200, "{first}");
    for (upn, device) in [(ADELE, &device), (MEGAN, &other), (ADELE, &other)] {
        let token = token_for(upn, device).await;
        let refused = stage.register_key(&token, &key).await;
        assert_eq!(refusal(&refused), (400, "error_key_in_use"), "{upn}");
    }
    let others = token_for(MEGAN, &adeles_own).await;
    let refused = stage.register_key(&others, &SoftKey::new()).await;
    assert_eq!(refusal(&refused), (401, "error_device_owner"));
    // It vouches for its person on its device.
    assert_eq!(number(&key.ask(&stage, &other, MEGAN).await), 135_010);
    assert_eq!(number(&key.ask(&stage, &device, ADELE).await), 135_010);

    for _ in 1..10 {
        let (status, answer) = stage.register_key(&token, &SoftKey::new()).await;
        assert_eq!(status, 200, "{answer}");
    }
    let refused = stage.register_key(&token, &SoftKey::new()).await;
    assert_eq!(refusal(&refused), (400, "error_key_limit"));
    let (status, again) = stage.register_key(&token, &key).await;
    assert_eq!((status, again), (200, first));
    for (upn, device) in [(ADELE, &device), (MEGAN, &other)] {
        let token = token_for(upn, device).await;
        assert_eq!(stage.register_key(&token, &SoftKey::new()).await.0, 200);
    }
    assert_eq!(stage.keys(&[]).len(), 12);
    assert_eq!(stage.keys(&["--upn", MEGAN]).len(), 11);
    assert_eq!(stage.keys(&["--device", &device.id]).len(), 11);
    assert_eq!(
        stage.keys(&["--upn", ADELE, "--device", &other.id]).len(),
        0
    );
}

/// [DR-07] [DR-08] Twenty at once of the same key are one key; twenty different ones are as many as there is room for.
#[tokio::test]
async fn a_crowd_registers_no_more_than_there_may_be() {
    let stage = Stage::new();
    let (_, token) = megan(&stage).await;
    let key = SoftKey::new();
    let same = futures_util::future::join_all((0..20).map(|_| stage.register_key(&token, &key)));
    let same = same.await;
    assert!(
        same.iter()
            .all(|answer| answer == &same[0] && answer.0 == 200),
        "{same:?}"
    );
    let keys: Vec<SoftKey> = (0..20).map(|_| SoftKey::new()).collect();
    let many = keys.iter().map(|key| stage.register_key(&token, key));
    let many = futures_util::future::join_all(many).await;
    let taken = many.iter().filter(|(status, _)| *status == 200).count();
    assert_eq!(taken, 9);
    for refused in many.iter().filter(|(status, _)| *status != 200) {
        assert_eq!(refusal(refused), (400, "error_key_limit"));
    }
    assert_eq!(stage.keys(&[]).len(), 10);
}

/// [DR-11] Refresh tokens and whatever else is no bearer of ours open nothing, and nothing of them is repeated.
#[tokio::test]
async fn what_is_no_bearer_is_not_repeated() {
    let stage = Stage::new();
    let refresh = stage.refresh_token(ADELE).await;
    let key = SoftKey::new();
    for token in [refresh.as_str(), "' OR '1'='1", "../../etc/passwd"] {
        let refused = stage.register_key(token, &key).await;
        assert_eq!(refusal(&refused), (401, "error_invalid_token"));
        assert!(!refused.1.to_string().contains(token));
    }
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", BROKER),
        ("refresh_token", &refresh),
    ];
    assert_eq!(stage.token(V1, &form).await.0, 200, "it was not used up");
    let url = stage.url("drs", KEYS);
    assert_eq!(
        stage
            .visitor()
            .ask("GET", url, &[], None)
            .await
            .status()
            .as_u16(),
        405
    );
}
