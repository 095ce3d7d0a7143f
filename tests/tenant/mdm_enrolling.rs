//! Enrollment over MS-MDE2, by published messages.

use std::process::Command;

use dovetail_shared::encode::b64;
use dovetail_shared::jose::signing_input;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::json;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::mdm_client::{SOAP, all_between, between, csr, fixture, post, too_long};
use crate::stage::{Machine, Stage, register};

const DIEGO: &str = "diego@contoso.com";

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap()
}

/// The published requests are taken and answered in the published shapes: discovery, policies, enrollment. Answers name the
/// message they answer, and have a length.
#[tokio::test]
async fn a_device_enrolls_by_the_published_messages() {
    let stage = Stage::new();
    let url = stage.url("manage", "/EnrollmentServer/Discovery.svc");
    let empty = stage.visitor().get(url).await;
    assert_eq!(empty.status().as_u16(), 200);
    assert!(empty.bytes().await.unwrap().is_empty());

    let discovered = stage
        .soap(
            "Discovery",
            stage.fill(fixture!("discover-request.xml"), &[]),
        )
        .await;
    assert_eq!(discovered.status, 200, "{}", discovered.text);
    assert_eq!(discovered.headers["content-type"], SOAP);
    let length = discovered.headers["content-length"]
        .parse::<usize>()
        .unwrap();
    assert_eq!(length, discovered.text.len());
    assert!(!discovered.headers.contains_key("transfer-encoding"));
    let manage = stage.tenant.value("manage");
    for (before, expected) in [
        ("<AuthPolicy>", "Federated".to_owned()),
        ("<EnrollmentVersion>", "4.0".to_owned()),
        (
            "<EnrollmentPolicyServiceUrl>",
            format!("{manage}/EnrollmentServer/Policy.svc"),
        ),
        (
            "<EnrollmentServiceUrl>",
            format!("{manage}/EnrollmentServer/Enrollment.svc"),
        ),
        (
            "<a:RelatesTo>",
            "urn:uuid:748132ec-a575-4329-b01b-6171a9cf8478".to_owned(),
        ),
    ] {
        assert_eq!(
            between(&discovered.text, before, "<"),
            Some(expected.as_str())
        );
    }
    assert!(discovered.text.contains("CorrelationId="));
    same_elements(fixture!("discover-response.xml"), &discovered.text);

    let token = stage.mdm_token(DIEGO, |_| {}).await;
    let policies = stage
        .soap(
            "Policy",
            stage.fill(
                fixture!("getpolicies-request.xml"),
                &[("@TOKEN@", &b64(&token))],
            ),
        )
        .await;
    assert_eq!(policies.status, 200, "{}", policies.text);
    same_elements(fixture!("getpolicies-response.xml"), &policies.text);

    let enrolled = stage.enrolled(DIEGO).await;
    let (_, certificate) = X509Certificate::from_der(&enrolled.certificate).unwrap();
    assert_eq!(
        certificate.subject().to_string(),
        format!("CN={}", enrolled.id)
    );
    assert_ne!(enrolled.id, enrolled.device, "an id of its own");
    assert!(!certificate.is_ca());
    let usage = certificate.extended_key_usage().unwrap().unwrap();
    assert!(usage.value.client_auth && !usage.value.server_auth);
    assert!(certificate.raw_serial().len() >= 8);
    for oid in ["4", "6", "10", "14"] {
        let oid = format!("1.2.840.113556.5.{oid}");
        assert!(
            certificate
                .extensions()
                .iter()
                .any(|e| e.oid.to_id_string() == oid),
            "{oid}"
        );
    }
    assert_eq!(
        certificate.public_key().subject_public_key.data.as_ref(),
        enrolled.key.public_key_raw()
    );
    let (der, pem) = (
        stage.dir.path().join("mdm.der"),
        stage.dir.path().join("mdm.pem"),
    );
    std::fs::write(&der, &enrolled.certificate).unwrap();
    let converted = Command::new("openssl")
        .args(["x509", "-inform", "DER", "-in"])
        .arg(&der)
        .arg("-out")
        .arg(&pem)
        .status();
    assert!(converted.unwrap().success());
    let verified = Command::new("openssl")
        .args([
            "verify",
            "-purpose",
            "sslclient",
            "-CAfile",
            stage.tenant.value("mdm_ca"),
        ])
        .arg(&pem)
        .output()
        .unwrap();
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );
    document(&stage, &enrolled.document, &enrolled.thumbprint());
    let shown = stage.managed(&enrolled.device);
    assert_eq!(shown["id"], enrolled.id.as_str());
    assert_eq!(shown["name"], "MY_WINDOWS_DEVICE");
}

/// The provisioning document: root before own, key container, renewal, account, client, sign-in policy.
fn document(stage: &Stage, document: &str, thumbprint: &str) {
    let manage = stage.tenant.value("manage");
    let order: Vec<usize> = [
        "type=\"Root\"",
        "type=\"My\"",
        "type=\"APPLICATION\"",
        "type=\"DMClient\"",
        "type=\"PassportForWork\"",
    ]
    .iter()
    .map(|part| {
        document
            .find(part)
            .unwrap_or_else(|| panic!("{part} is missing: {document}"))
    })
    .collect();
    assert!(order.is_sorted());
    let own = document.split_once("type=\"My\"").unwrap().1;
    assert!(own.contains(&format!(
        "type=\"System\"><characteristic type=\"{thumbprint}\">"
    )));
    for part in [
        "<characteristic type=\"PrivateKeyContainer\"/>",
        "name=\"ROBOSupport\" value=\"true\" datatype=\"boolean\"",
        "name=\"RenewPeriod\" value=\"60\" datatype=\"integer\"",
        "name=\"APPID\" value=\"w7\"",
        &format!("name=\"ADDR\" value=\"{manage}/dm\""),
        "name=\"BACKCOMPATRETRYDISABLED\"/>",
        "name=\"DEFAULTENCODING\" value=\"application/vnd.syncml.dm+xml\"",
        "&amp;Stores=My%5CSystem",
        "name=\"UPN\" value=\"diego@contoso.com\"",
        "name=\"NumberOfFirstRetries\" value=\"8\"",
        "name=\"MinimumPINLength\" value=\"6\"",
    ] {
        assert!(document.contains(part), "{part}: {document}");
    }
}

/// Both have the same elements in the same order; their values are their own.
fn same_elements(published: &str, ours: &str) {
    let names = |text: &str| -> Vec<String> {
        let text = text.split_once("<s:Body").unwrap().1;
        all_between(text, "<", ">")
            .into_iter()
            .map(|tag| {
                tag.trim_end_matches('/')
                    .split([' ', ':'])
                    .next_back()
                    .map(|_| {
                        let name = tag
                            .trim_end_matches('/')
                            .split(' ')
                            .next()
                            .unwrap_or_default()
                            .to_owned();
                        name.rsplit(':').next().unwrap_or_default().to_owned()
                    })
                    .unwrap_or_default()
            })
            .filter(|name| !name.starts_with('/') && !name.is_empty() && name != "provider")
            .collect()
    };
    assert_eq!(names(published), names(ours));
}

/// [MD-09] Protocols below the floor are refused; so are devices and ways of signing in that are not spoken here.
#[tokio::test]
async fn older_protocols_and_other_devices_are_refused() {
    let stage = Stage::new();
    let request = stage.fill(fixture!("discover-request.xml"), &[]);
    for (old, new, expected) in [
        (">4.0<", ">3.0<", "NotSupported"),
        (">4.0<", ">1.0<", "NotSupported"),
        ("CIMClient_Windows", "WindowsPhone", "DeviceNotSupported"),
        (">Federated<", ">Certificate<", "NotSupported"),
    ] {
        let answer = stage.soap("Discovery", request.replace(old, new)).await;
        assert_eq!(answer.fault().1, expected, "{new}");
    }
    for (old, new) in [
        (">4.0<", ">four<"),
        (">4.0<", "><"),
        (
            "<EmailAddress>",
            "<EmailAddress>x</EmailAddress><EmailAddress>",
        ),
    ] {
        let answer = stage.soap("Discovery", request.replace(old, new)).await;
        assert_eq!(answer.fault().0, "s:MessageFormat", "{new}");
    }
    let newer = stage
        .soap("Discovery", request.replace(">4.0<", ">7.0<"))
        .await;
    assert_eq!(
        between(&newer.text, "<EnrollmentVersion>", "<"),
        Some("5.0")
    );
}

/// M1: tokens for another audience or tenant, expired, unsigned, without the scope, or of people who are not managed, enroll nothing.
#[tokio::test]
async fn tokens_that_do_not_hold_are_refused() {
    let stage = Stage::new();
    let device = stage.device(DIEGO).await;
    let request = csr(&key());
    let mut bad = Vec::new();
    for (claim, value) in [
        (
            "aud",
            json!("urn:ms-drs:enterpriseregistration.windows.net"),
        ),
        ("aud", json!("https://graph.microsoft.com/")),
        ("tid", json!("11111111-1111-1111-1111-111111111111")),
        (
            "iss",
            json!("https://sts.windows.net/11111111-1111-1111-1111-111111111111/"),
        ),
        ("exp", json!(1)),
        ("nbf", json!(4_000_000_000_u64)),
        ("scp", json!("user_impersonation")),
        ("scp", json!("mdm_delegation_x")),
        ("oid", json!("11111111-1111-1111-1111-111111111111")),
    ] {
        bad.push((
            claim,
            stage.mdm_token(DIEGO, |claims| claims[claim] = value).await,
        ));
    }
    let good = stage.mdm_token(DIEGO, |_| {}).await;
    let (rest, _) = good.rsplit_once('.').unwrap();
    let payload = dovetail_shared::encode::from_b64url(rest.split_once('.').unwrap().1).unwrap();
    let none = dovetail_shared::jose::JwsHeader {
        alg: "none".into(),
        ..Default::default()
    };
    bad.push(("alg none", format!("{}.", signing_input(&none, &payload))));
    bad.push(("no signature", format!("{rest}.")));
    bad.push(("an ID token", stage.id_token(DIEGO).await));
    bad.push(("nothing", String::new()));
    for (what, token) in bad {
        let answer = stage
            .soap("Enrollment", stage.rst(&token, &device, &request, ""))
            .await;
        assert_eq!(answer.fault().0, "s:Authentication", "{what}");
    }
    let answer = stage
        .soap(
            "Enrollment",
            stage
                .rst(&good, &device, &request, "")
                .replace("<wsse:Security", "<wsse:X")
                .replace("</wsse:Security", "</wsse:X"),
        )
        .await;
    assert_eq!(
        answer.fault().0,
        "s:MessageFormat",
        "a header that is not known"
    );
    let adele = stage.mdm_token("adele@contoso.com", |_| {}).await;
    let answer = stage
        .soap("Enrollment", stage.rst(&adele, &device, &request, ""))
        .await;
    assert_eq!(answer.fault().0, "s:Authorization", "not in the scope");
    let answer = stage
        .soap(
            "Policy",
            stage.fill(
                fixture!("getpolicies-request.xml"),
                &[("@TOKEN@", &b64(&adele))],
            ),
        )
        .await;
    assert_eq!(answer.fault().0, "s:Authorization");
    assert_eq!(
        stage
            .tenant
            .run(&["mdm", "device", "list", "--json"])
            .trim(),
        "[]"
    );
    let answer = stage
        .soap("Enrollment", stage.rst(&good, &device, &request, ""))
        .await;
    assert_eq!(answer.status, 200, "the good one: {}", answer.text);
}

/// M4: requests whose signature, key or hash is not good are refused.
#[tokio::test]
async fn certificate_requests_that_are_not_good_are_refused() {
    let stage = Stage::new();
    let device = stage.device(DIEGO).await;
    let token = stage.mdm_token(DIEGO, |_| {}).await;
    let make = |args: &[&str]| -> Vec<u8> {
        let (key, request) = (
            stage.dir.path().join("k.pem"),
            stage.dir.path().join("r.der"),
        );
        let made = Command::new("openssl")
            .args(["req", "-new", "-nodes", "-subj", "/CN=x", "-outform", "DER"])
            .args(args)
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&request)
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        std::fs::read(&request).unwrap()
    };
    let mut tampered = csr(&key());
    *tampered.last_mut().unwrap() ^= 1;
    let bad = [
        ("1024 bit", make(&["-newkey", "rsa:1024", "-sha256"])),
        ("SHA-1", make(&["-newkey", "rsa:2048", "-sha1"])),
        (
            "another curve",
            make(&[
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:secp384r1",
                "-sha384",
            ]),
        ),
        ("a changed signature", tampered),
        ("nothing", Vec::new()),
        ("no PKCS#10", b"hello".to_vec()),
    ];
    for (what, request) in bad {
        let answer = stage
            .soap("Enrollment", stage.rst(&token, &device, &request, ""))
            .await;
        assert_eq!(answer.fault().0, "s:CertificateRequest", "{what}");
    }
    let rsa = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let answer = stage
        .soap("Enrollment", stage.rst(&token, &device, &csr(&rsa), ""))
        .await;
    assert_eq!(answer.status, 200, "RSA is good, too: {}", answer.text);
}

/// [MD-01] A device enrolls for itself: not another's id, not another's key, not a disabled or absent device. M3: not over the limit.
#[tokio::test]
async fn a_device_enrolls_for_itself_only() {
    let stage = Stage::new();
    stage
        .tenant
        .run(&["group", "member-add", "Managed", "adele@contoso.com"]);
    let token = stage.mdm_token(DIEGO, |_| {}).await;
    let own = stage.device(DIEGO).await;
    let others = stage.device("adele@contoso.com").await;
    for (what, device) in [
        ("another's", others.as_str()),
        ("nobody's", "11111111-1111-1111-1111-111111111111"),
        ("no id", "x"),
        ("none", ""),
    ] {
        let answer = stage
            .soap("Enrollment", stage.rst(&token, device, &csr(&key()), ""))
            .await;
        assert_eq!(answer.fault().1, "EnrollmentDataInvalid", "{what}");
    }
    let enrolled = stage.enroll(&token, &own, key()).await;

    // Without hyphens it is the same device; enrolling again keeps the id and kills the old certificate.
    let again = stage.enroll(&token, &own.replace('-', ""), key()).await;
    assert_eq!(again.id, enrolled.id);
    let old = enrolled
        .session(&stage, "1")
        .send(enrolled.session(&stage, "1").package1())
        .await;
    assert_eq!(old.status, 401, "{}", old.text);

    // A key that is another device's, here or in the directory.
    let adele = stage.mdm_token("adele@contoso.com", |_| {}).await;
    let answer = stage
        .soap(
            "Enrollment",
            stage.rst(&adele, &others, &csr(&again.key), ""),
        )
        .await;
    assert_eq!(answer.fault().0, "s:CertificateRequest");
    let machine = Machine::new();
    let id_token = stage.id_token(DIEGO).await;
    assert_eq!(
        register(&stage, &id_token, &machine.request(|_| {}))
            .await
            .0,
        200
    );
    let answer = stage
        .soap(
            "Enrollment",
            stage.rst(&adele, &others, &csr(&machine.device), ""),
        )
        .await;
    assert_eq!(
        answer.fault().0,
        "s:CertificateRequest",
        "a device key of the directory"
    );

    stage
        .tenant
        .run(&["mdm", "settings", "set", "device_limit", "1"]);
    let second = stage.device(DIEGO).await;
    let answer = stage
        .soap("Enrollment", stage.rst(&token, &second, &csr(&key()), ""))
        .await;
    assert_eq!(answer.fault().1, "DeviceCapReached");
    let again = stage.enroll(&token, &own, key()).await;
    assert_eq!(
        again.id, enrolled.id,
        "the one that counts already may come again"
    );

    stage.tenant.run(&["device", "disable", &own]);
    let answer = stage
        .soap("Enrollment", stage.rst(&token, &own, &csr(&key()), ""))
        .await;
    assert_eq!(answer.fault().1, "EnrollmentDataInvalid", "disabled");
    let session = again.session(&stage, "1");
    assert_eq!(
        session.send(session.package1()).await.status,
        401,
        "and its certificate is dead"
    );
    stage.tenant.run(&["device", "enable", &own]);
    assert_eq!(
        session.send(session.package1()).await.status,
        401,
        "and stays dead"
    );
}

/// [MD-02] M5: document types, entities, deep nesting, ten megabytes, other encodings: refused at every service, and it goes on answering.
#[tokio::test]
async fn hostile_documents_are_refused() {
    let stage = Stage::new();
    let good = stage.fill(fixture!("discover-request.xml"), &[]);
    let (_, envelope) = good.split_once("?>").unwrap();
    let bombs = [
        format!(
            "<!DOCTYPE x [<!ENTITY a \"{}\"><!ENTITY b \"&a;&a;&a;&a;\">]>{envelope}",
            "x".repeat(10_000)
        ),
        format!(
            "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>{}",
            envelope.replace("alex", "&a;")
        ),
        envelope.replace("alex", "&b;"),
        envelope.replace(
            "<EmailAddress>",
            &format!("{}<EmailAddress>", "<x>".repeat(10_000)),
        ),
        "<a>".repeat(60_000),
        format!("<?xml version=\"1.0\" encoding=\"utf-16\"?>{envelope}"),
        format!("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>{envelope}"),
        envelope.replace("<s:Body>", "<s:Body><?x y?>"),
        format!("{envelope}{envelope}"),
    ];
    for service in ["Discovery", "Policy", "Enrollment"] {
        for bomb in &bombs {
            let answer = stage.soap(service, bomb.clone()).await;
            let shown: String = bomb.chars().take(60).collect();
            assert_eq!(answer.fault().0, "s:MessageFormat", "{shown}");
            assert!(!answer.text.contains("root:"), "{shown}");
        }
        let url = stage.url("manage", &format!("/EnrollmentServer/{service}.svc"));
        too_long(&stage.visitor(), url, SOAP).await;
        let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(
            stage.soap(service, utf16).await.fault().0,
            "s:MessageFormat"
        );
        let answer = post(
            &stage.visitor(),
            stage.url("manage", &format!("/EnrollmentServer/{service}.svc")),
            "text/xml",
            good.clone(),
        )
        .await;
        assert_eq!(answer.fault().0, "s:MessageFormat", "another content type");
    }
    assert_eq!(stage.soap("Discovery", good).await.status, 200);
}

/// Parts that are critical and unknown, or stand twice, are refused.
#[tokio::test]
async fn requests_that_are_not_understood_are_refused() {
    let stage = Stage::new();
    let device = stage.device(DIEGO).await;
    let token = stage.mdm_token(DIEGO, |_| {}).await;
    let rst = stage.rst(&token, &device, &csr(&key()), "");
    let item =
        format!("<ac:ContextItem Name=\"DeviceID\"><ac:Value>{device}</ac:Value></ac:ContextItem>");
    for (old, new) in [
        (item.as_str(), format!("{item}{item}")),
        (
            "<wst:TokenType>",
            "<wst:Surprise/><wst:TokenType>".to_owned(),
        ),
        ("200512/Issue", "200512/Cancel".to_owned()),
        ("200512/Issue", "200512/Renew".to_owned()),
        ("enrollment#PKCS10", "enrollment#PKCS7".to_owned()),
        ("RST/wstep", "RST/other".to_owned()),
        (
            "<a:MessageID>",
            "<a:MessageID>urn:uuid:1</a:MessageID><a:MessageID>".to_owned(),
        ),
        ("DeviceEnrollmentToken", "OtherToken".to_owned()),
        (
            "</s:Header>",
            "<x s:mustUnderstand=\"1\"/></s:Header>".to_owned(),
        ),
    ] {
        let changed = rst.replace(old, &new);
        assert_ne!(changed, rst, "{old}");
        assert_eq!(
            stage.soap("Enrollment", changed).await.fault().0,
            "s:MessageFormat",
            "{new}"
        );
    }
    let two = rst.replace(
        "</wsse:BinarySecurityToken>\n    </wsse:Security>",
        "</wsse:BinarySecurityToken><wsse:BinarySecurityToken/></wsse:Security>",
    );
    assert_ne!(two, rst);
    assert_eq!(
        stage.soap("Enrollment", two).await.fault().0,
        "a:InvalidSecurity"
    );
}
