//! Renewal of management certificates, with CMS made by OpenSSL.

use std::path::PathBuf;
use std::process::Command;

use dovetail_shared::encode::b64;
use dovetail_tests::wait;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};

use crate::mdm_client::{Answer, Enrolled, SOAP, csr, fixture, post};
use crate::stage::Stage;

const DIEGO: &str = "diego@contoso.com";

/// CMS SignedData around `content`, signed with that key, naming that certificate.
fn cms(stage: &Stage, content: &[u8], certificate: &[u8], key: &KeyPair, more: &[&str]) -> Vec<u8> {
    let file = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = stage.dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let (content, der) = (file("csr.der", content), file("signer.der", certificate));
    let key = file("signer.key", key.serialize_pem().as_bytes());
    let (pem, out) = (
        stage.dir.path().join("signer.pem"),
        stage.dir.path().join("cms.der"),
    );
    let run = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    run(Command::new("openssl")
        .args(["x509", "-inform", "DER", "-in"])
        .arg(der)
        .arg("-out")
        .arg(&pem));
    run(Command::new("openssl")
        .args([
            "cms",
            "-sign",
            "-binary",
            "-nodetach",
            "-nosmimecap",
            "-outform",
            "DER",
            "-md",
            "sha256",
        ])
        .args(more)
        .arg("-in")
        .arg(content)
        .arg("-signer")
        .arg(&pem)
        .arg("-inkey")
        .arg(key)
        .arg("-out")
        .arg(&out));
    std::fs::read(out).unwrap()
}

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap()
}

/// Asks for a new certificate over a connection that `peer` opens.
async fn renew(stage: &Stage, peer: Option<&Enrolled>, cms: &[u8]) -> Answer {
    let visitor = match peer {
        Some(peer) => stage.visitor_with(&peer.certificate, &peer.key),
        None => stage.visitor(),
    };
    let request = stage.fill(fixture!("rst-renew.xml"), &[("@REQUEST@", &b64(cms))]);
    post(
        &visitor,
        stage.url("manage", "/EnrollmentServer/Enrollment.svc"),
        SOAP,
        request,
    )
    .await
}

/// A certificate is renewed by the old key, over the old certificate; the old one ends when the new one is used.
#[tokio::test]
async fn a_certificate_is_renewed_by_the_old_key() {
    let stage = Stage::new();
    for (old_key, session) in [
        (key(), "1"),
        (
            KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap(),
            "2",
        ),
    ] {
        let device = stage.device(DIEGO).await;
        let token = stage.mdm_token(DIEGO, |_| {}).await;
        let old = stage.enroll(&token, &device, old_key).await;
        let new_key = key();
        let request = csr(&new_key);
        let answer = renew(
            &stage,
            Some(&old),
            &cms(&stage, &request, &old.certificate, &old.key, &[]),
        )
        .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let new = Enrolled::read(&answer, &device, new_key);
        assert_eq!(new.id, old.id);
        assert_ne!(new.certificate, old.certificate);
        assert!(
            !new.document.contains("type=\"Root\""),
            "only the new certificate"
        );
        let before = old.session(&stage, session);
        assert_eq!(
            before.send(before.package1()).await.status,
            200,
            "the old one is good until the new one is used"
        );
        new.session(&stage, "9").run().await;
        let after = old.session(&stage, "10");
        assert_eq!(after.send(after.package1()).await.status, 401);
        new.session(&stage, "11").run().await;
    }
}

/// Without the attributes that a signer may leave out it is the same.
#[tokio::test]
async fn a_bare_signature_does() {
    let stage = Stage::new();
    let old = stage.enrolled(DIEGO).await;
    let bare = cms(
        &stage,
        &csr(&key()),
        &old.certificate,
        &old.key,
        &["-noattr"],
    );
    assert_eq!(renew(&stage, Some(&old), &bare).await.status, 200);
}

/// [MD-01] M12: expired, revoked, foreign or missing certificates renew nothing; nor does a CMS that another key signed, or whose content was changed.
#[tokio::test]
async fn what_is_not_the_devices_renews_nothing() {
    let stage = Stage::new();
    let (own, other) = (stage.enrolled(DIEGO).await, stage.enrolled(DIEGO).await);
    let request = csr(&key());
    let good = cms(&stage, &request, &own.certificate, &own.key, &[]);
    let refused = |answer: Answer| answer.fault();
    assert_eq!(
        refused(renew(&stage, None, &good).await).1,
        "NotEligibleToRenew",
        "no client certificate"
    );
    assert_eq!(
        refused(renew(&stage, Some(&other), &good).await).0,
        "s:CertificateRequest",
        "another device's CMS"
    );
    let stranger = key();
    let by_stranger = cms(
        &stage,
        &request,
        self_signed(&stranger).as_slice(),
        &stranger,
        &[],
    );
    assert_eq!(
        refused(renew(&stage, Some(&own), &by_stranger).await).0,
        "s:CertificateRequest"
    );
    for at in [good.len() - 1, good.len() / 2, 200] {
        let mut changed = good.clone();
        changed[at] ^= 1;
        let answer = renew(&stage, Some(&own), &changed).await;
        // The embedded certificate is not looked at: the connection proves the key.
        assert!(answer.status == 500 || answer.text.contains("RequestedSecurityToken"));
    }
    let mut content = request.clone();
    *content.last_mut().unwrap() ^= 1;
    let bad_request = cms(&stage, &content, &own.certificate, &own.key, &[]);
    assert_eq!(
        refused(renew(&stage, Some(&own), &bad_request).await).0,
        "s:CertificateRequest"
    );
    let taken = cms(&stage, &csr(&other.key), &own.certificate, &own.key, &[]);
    assert_eq!(
        refused(renew(&stage, Some(&own), &taken).await).0,
        "s:CertificateRequest",
        "another device's key"
    );
    let sha1 = cms(
        &stage,
        &request,
        &own.certificate,
        &own.key,
        &["-md", "sha1"],
    );
    assert_eq!(
        refused(renew(&stage, Some(&own), &sha1).await).0,
        "s:CertificateRequest"
    );
    for junk in [&b""[..], b"hello", &request] {
        assert_eq!(
            refused(renew(&stage, Some(&own), junk).await).0,
            "s:CertificateRequest"
        );
    }
    assert_eq!(
        renew(&stage, Some(&own), &good).await.status,
        200,
        "the good one"
    );

    stage
        .tenant
        .run(&["mdm", "device", "unenroll", "--now", &other.id]);
    let late = cms(&stage, &csr(&key()), &other.certificate, &other.key, &[]);
    assert_eq!(
        refused(renew(&stage, Some(&other), &late).await).1,
        "NotEligibleToRenew",
        "revoked"
    );

    stage
        .tenant
        .run(&["mdm", "settings", "set", "certificate_life_secs", "1"]);
    let short = stage.enrolled(DIEGO).await;
    let late = cms(&stage, &csr(&key()), &short.certificate, &short.key, &[]);
    let answer = wait::until_async("the certificate to expire", || async {
        let session = short.session(&stage, "1");
        (session.send(session.package1()).await.status == 401).then_some(())
    })
    .await;
    answer.unwrap();
    assert_eq!(
        refused(renew(&stage, Some(&short), &late).await).1,
        "NotEligibleToRenew",
        "expired"
    );
}

fn self_signed(key: &KeyPair) -> Vec<u8> {
    let params = rcgen::CertificateParams::default();
    params.self_signed(key).unwrap().der().to_vec()
}
