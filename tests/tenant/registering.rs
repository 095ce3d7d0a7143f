//! Registrations.

use std::process::Command;

use dovetail_shared::encode::{b64, from_b64, hex_upper};
use serde_json::json;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::stage::{Machine, Stage, register, register_raw};

fn device_id(der: &[u8]) -> String {
    let (_, certificate) = X509Certificate::from_der(der).unwrap();
    certificate
        .subject()
        .iter_common_name()
        .next()
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

/// [DR-02] The certificate has the real service's shape, and of the request only its key.
#[tokio::test]
async fn the_certificate_is_ours_whatever_the_request_wishes_for() {
    let stage = Stage::new();
    let token = stage.id_token("adele@contoso.com").await;
    let machine = Machine::new();
    let csr = machine.csr(|params| {
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "administrator");
        params
            .distinguished_name
            .push(rcgen::DnType::OrganizationName, "Evil");
        params.subject_alt_names.push(rcgen::SanType::DnsName(
            "login.microsoftonline.com".try_into().unwrap(),
        ));
        params
            .extended_key_usages
            .push(rcgen::ExtendedKeyUsagePurpose::ServerAuth);
        params.key_usages.push(rcgen::KeyUsagePurpose::KeyCertSign);
    });
    let (status, answer) = register(
        &stage,
        &token,
        &machine.request(|request| request["CertificateRequest"]["Data"] = json!(b64(&csr))),
    )
    .await;
    assert_eq!(status, 200, "{answer}");
    let der = from_b64(answer["Certificate"]["RawBody"].as_str().unwrap()).unwrap();
    let (_, certificate) = X509Certificate::from_der(&der).unwrap();
    assert_eq!(certificate.subject().iter_attributes().count(), 1);
    assert_eq!(
        certificate.subject().to_string(),
        format!("CN={}", device_id(&der))
    );
    assert_eq!(certificate.issuer().iter_rdn().count(), 1);
    assert_eq!(certificate.issuer().iter_attributes().count(), 4);
    assert!(!certificate.is_ca());
    assert!(
        certificate.subject_alternative_name().unwrap().is_none()
            && certificate.key_usage().unwrap().is_none()
    );
    let usage = certificate.extended_key_usage().unwrap().unwrap();
    assert!(usage.critical && usage.value.client_auth && !usage.value.server_auth);
    assert!(certificate.raw_serial().len() == 16 && certificate.raw_serial()[0] < 0x80);
    for oid in ["2", "3", "5", "7", "8"] {
        let oid = format!("1.2.840.113556.1.5.284.{oid}");
        assert!(
            certificate
                .extensions()
                .iter()
                .any(|extension| extension.oid.to_id_string() == oid && !extension.critical),
            "{oid}"
        );
    }
    let file = stage.dir.path().join("device.der");
    std::fs::write(&file, &der).unwrap();
    let pem = stage.dir.path().join("device.pem");
    assert!(
        Command::new("openssl")
            .args(["x509", "-inform", "DER", "-in"])
            .arg(&file)
            .arg("-out")
            .arg(&pem)
            .status()
            .unwrap()
            .success()
    );
    let verified = Command::new("openssl")
        .args(["verify", "-CAfile", stage.tenant.value("device_ca")])
        .arg(&pem)
        .output()
        .unwrap();
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );
    let object = &stage.tenant.devices()[0];
    for name in [
        "Enabled",
        "ObjectId",
        "DeviceId",
        "DisplayName",
        "DeviceObjectVersion",
        "DeviceOsType",
        "DeviceOsVersion",
        "DeviceTrustType",
        "DeviceTrustLevel",
        "DevicePhysicalIds",
        "ApproximateLastLogonTimestamp",
        "AlternativeSecurityIds",
        "DirSyncEnabled",
        "LastDirSyncTime",
        "RegisteredOwners",
        "GraphDeviceObject",
    ] {
        assert!(object.get(name).is_some(), "{name}");
    }
    let security_id = object["AlternativeSecurityIds"][0].as_str().unwrap();
    assert_eq!(security_id.len(), 105);
    assert!(security_id.contains(answer["Certificate"]["Thumbprint"].as_str().unwrap()));
}

/// [DR-08] The same key of the same user is the same device. [DR-04] Of another user it is refused.
#[tokio::test]
async fn a_key_is_one_device() {
    let stage = Stage::new();
    let (adele, megan) = (
        stage.id_token("adele@contoso.com").await,
        stage.id_token("megan@contoso.com").await,
    );
    let machine = Machine::new();
    let id = |answer: &serde_json::Value| {
        device_id(&from_b64(answer["Certificate"]["RawBody"].as_str().unwrap()).unwrap())
    };
    let (_, first) = register(&stage, &adele, &machine.request(|_| {})).await;
    let (_, second) = register(
        &stage,
        &adele,
        &machine.request(|request| request["DeviceDisplayName"] = json!("renamed")),
    )
    .await;
    assert_eq!(id(&first), id(&second));
    let (status, refusal) = register(&stage, &megan, &machine.request(|_| {})).await;
    assert_eq!(
        (status, refusal["subcode"].as_str()),
        (409, Some("error_key_in_use"))
    );
    assert_eq!(stage.tenant.devices().len(), 1);
    assert_eq!(stage.tenant.devices()[0]["DisplayName"], "renamed");
}

/// [DR-07] Many at once at a limit of two: two.
#[tokio::test(flavor = "multi_thread")]
async fn a_race_does_not_pass_the_limit() {
    let stage = Stage::new();
    stage.tenant.run(&["policy", "set", "--device-limit", "2"]);
    let token = stage.id_token("adele@contoso.com").await;
    let requests: Vec<_> = (0..12).map(|_| Machine::new().request(|_| {})).collect();
    let mut joins = tokio::task::JoinSet::new();
    for request in requests {
        let (mut visitor, url, token) = (
            stage.visitor(),
            stage.url("drs", "/EnrollmentServer/device/?api-version=2.0"),
            token.clone(),
        );
        joins.spawn(async move {
            visitor
                .register(url, &token, serde_json::to_vec(&request).unwrap())
                .await
                .status()
                .as_u16()
        });
    }
    let statuses = joins.join_all().await;
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        2,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 400).count(),
        10,
        "{statuses:?}"
    );
    assert_eq!(stage.tenant.devices().len(), 2);
}

/// Two requests at once with one new key: one device.
#[tokio::test(flavor = "multi_thread")]
async fn a_race_with_one_key_makes_one_device() {
    let stage = Stage::new();
    let token = stage.id_token("adele@contoso.com").await;
    let request = serde_json::to_vec(&Machine::new().request(|_| {})).unwrap();
    let mut joins = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (mut visitor, url, token, request) = (
            stage.visitor(),
            stage.url("drs", "/EnrollmentServer/device/?api-version=2.0"),
            token.clone(),
            request.clone(),
        );
        joins.spawn(async move {
            visitor
                .register(url, &token, request)
                .await
                .status()
                .as_u16()
        });
    }
    let statuses = joins.join_all().await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(stage.tenant.devices().len(), 1);
}

/// Who may join, and with what.
#[tokio::test]
async fn the_tenants_rules_hold() {
    let stage = Stage::new();
    let token = stage.id_token("adele@contoso.com").await;
    let request = Machine::new().request(|_| {});
    for (rule, subcode) in [
        (["--join", "none"], "error_not_authorized"),
        (["--require-mfa-to-join", "true"], "error_mfa_required"),
        (["--attestation", "required"], "error_attestation"),
    ] {
        stage.tenant.run(&["policy", "set", rule[0], rule[1]]);
        let (status, refusal) = register(&stage, &token, &request).await;
        assert!(status == 403 || status == 400);
        assert_eq!(refusal["subcode"], subcode);
        stage.tenant.run(&[
            "policy",
            "set",
            "--join",
            "all",
            "--require-mfa-to-join",
            "false",
            "--attestation",
            "optional",
        ]);
    }
    assert_eq!(register(&stage, &token, &request).await.0, 200);
}

/// [DR-12] Bodies that are too large, too deep, cut off or twisted are refused, and nothing is stored.
#[tokio::test]
async fn twisted_bodies_are_refused() {
    let stage = Stage::new();
    let token = stage.id_token("adele@contoso.com").await;
    let machine = Machine::new();
    let good = serde_json::to_string(&machine.request(|_| {})).unwrap();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies = [
        String::new(),
        "{".into(),
        "[]".into(),
        "null".into(),
        good[..good.len() / 2].to_owned(),
        format!("\u{feff}{good}"),
        good.replacen("\"JoinType\":0", "\"JoinType\":0,\"JoinType\":4", 1),
        good.replacen("\"JoinType\":0", &format!("\"JoinType\":{deep}"), 1),
        format!("{}{good}", " ".repeat(300_000)),
        good.replace("\"JoinType\":0", "\"JoinType\":6"),
        good.replace("\"JoinType\":0", "\"JoinType\":\"0\""),
        good.replace("pkcs10", "pkcs7"),
        good.replace("a machine", ""),
        good.replace("a machine", "a\\nmachine"),
        good.replace("a machine", &"x".repeat(65)),
        good.replace("a machine", "\\u202emachine"),
        good.replace("Debian 12", &"x".repeat(200)),
    ];
    for body in bodies {
        let (status, _) = register_raw(&stage, &token, body.clone().into_bytes()).await;
        assert!((400..500).contains(&status), "{status}: {body:.80}");
    }
    assert!(stage.tenant.devices().is_empty());
}

/// [DR-08] [DR-15] An answer that was lost comes again: the same certificate to the last byte, and no second row in the log.
/// What the request says beside the key counts anew; another kind of join takes another certificate.
#[tokio::test]
async fn the_same_request_is_answered_with_the_same_certificate() {
    let stage = Stage::new();
    let token = stage.id_token("adele@contoso.com").await;
    let machine = Machine::new();
    let mut certificates = Vec::new();
    for (name, join_type) in [("one", 0), ("two", 0), ("three", 4), ("four", 4)] {
        let request = machine.request(|request| {
            request["DeviceDisplayName"] = json!(name);
            request["JoinType"] = json!(join_type);
        });
        let (status, answer) = register(&stage, &token, &request).await;
        assert_eq!(status, 200, "{answer}");
        let device = &stage.tenant.devices()[0];
        assert_eq!(device["DisplayName"], name);
        assert_eq!(device["Thumbprint"], answer["Certificate"]["Thumbprint"]);
        certificates.push(answer["Certificate"]["RawBody"].clone());
    }
    assert_eq!(certificates[0], certificates[1]);
    assert_ne!(certificates[1], certificates[2]);
    assert_eq!(certificates[2], certificates[3]);
    assert_eq!(stage.tenant.devices().len(), 1);
    assert_eq!(stage.count("SELECT count(*) FROM issuance").await, 2);
}

/// What a device showed is kept where the tenant wants it, and no longer.
#[tokio::test]
async fn evidence_is_kept_on_demand() {
    let stage = Stage::new();
    let token = stage.id_token("adele@contoso.com").await;
    let machine = Machine::new();
    let request = machine.request(|_| {});
    for (word, kept) in [
        ("off", json!(null)),
        ("on", request["CertificateRequest"]["Data"].clone()),
        ("off", json!(null)),
    ] {
        stage
            .tenant
            .run(&["policy", "set", "--keep-evidence", word]);
        assert_eq!(register(&stage, &token, &request).await.0, 200);
        assert_eq!(stage.tenant.devices()[0]["CertificateRequest"], kept);
    }
}

/// [DR-13] Every certificate has a row in the log, and each row vouches for the one before.
#[tokio::test]
async fn the_issuance_log_is_whole() {
    use sqlx::Row as _;
    let stage = Stage::new();
    let token = stage.id_token("adele@contoso.com").await;
    for _ in 0..3 {
        let request = Machine::new().request(|_| {});
        assert_eq!(register(&stage, &token, &request).await.0, 200);
    }
    let pool = stage.tenant.pool().await;
    let rows = sqlx::query(
        "SELECT serial, device_id, thumbprint, issued, chain FROM issuance ORDER BY number",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(rows.len(), 3);
    let mut last: Vec<u8> = Vec::new();
    for row in rows {
        let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        context.update(&last);
        for field in [
            hex_upper(row.get(0)),
            row.get(1),
            hex_upper(row.get(2)),
            row.get::<i64, _>(3).to_string(),
        ] {
            context.update(format!("{field}\n").as_bytes());
        }
        last = row.get(4);
        assert_eq!(context.finish().as_ref(), last);
    }
}

/// [DR-18] Two devices whose names look the same are two devices: each is shown with its id, and what is done to one by its id is
/// not done to the other. Nothing takes a name for an id.
#[tokio::test]
async fn names_that_look_alike_are_told_apart() {
    let stage = Stage::new();
    let names = ["ADMIN-PC", "ADMIN\u{2010}PC", "\u{410}DMIN-PC"];
    for (upn, name) in [
        "adele@contoso.com",
        "diego@contoso.com",
        "diego@contoso.com",
    ]
    .into_iter()
    .zip(names)
    {
        let token = stage.id_token(upn).await;
        let request = Machine::new().request(|request| request["DeviceDisplayName"] = json!(name));
        let (status, answer) = register(&stage, &token, &request).await;
        assert_eq!(status, 200, "{answer}");
    }
    let listed = stage.tenant.run(&["device", "list"]);
    let devices = stage.tenant.devices();
    for name in names {
        let device = devices.iter().find(|device| device["DisplayName"] == name);
        let id = device.unwrap()["DeviceId"].as_str().unwrap();
        let line = listed.lines().find(|line| line.contains(name)).unwrap();
        assert!(line.starts_with(id), "{line}");
        assert!(
            stage
                .tenant
                .refuses(&["device", "disable", name])
                .contains(name)
        );
    }
    let id = devices[0]["DeviceId"].as_str().unwrap();
    stage.tenant.run(&["device", "disable", id]);
    let disabled = stage.tenant.devices();
    let disabled = disabled.iter().filter(|device| device["Enabled"] == false);
    let ids: Vec<_> = disabled.map(|device| device["DeviceId"].clone()).collect();
    assert_eq!(ids, [json!(id)]);
}
