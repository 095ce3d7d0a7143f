//! Misbehaving on request: what clients are tried with.

use rcgen::KeyPair;

use crate::mdm_client::{Enrolled, between, commands, csr, fixture};
use crate::stage::Stage;

const DIEGO: &str = "diego@contoso.com";

impl Stage {
    fn fault(&self, kind: &str, path: &str) {
        self.tenant.run(&["fault", "set", kind, "--path", path]);
    }
}

/// Every SOAP fault of the reference comes out by its name, once.
#[tokio::test]
async fn every_soap_fault_can_be_asked_for() {
    let stage = Stage::new();
    let request = stage.fill(fixture!("discover-request.xml"), &[]);
    for (kind, code, error) in [
        ("soap-message-format", "s:MessageFormat", ""),
        ("soap-authentication", "s:Authentication", ""),
        ("soap-authorization", "s:Authorization", ""),
        ("soap-certificate-request", "s:CertificateRequest", ""),
        ("soap-enrollment-server", "s:EnrollmentServer", ""),
        ("soap-internal-service-fault", "a:InternalServiceFault", ""),
        ("soap-invalid-security", "a:InvalidSecurity", ""),
        (
            "soap-device-cap-reached",
            "s:Authorization",
            "DeviceCapReached",
        ),
        (
            "soap-device-not-supported",
            "s:EnrollmentServer",
            "DeviceNotSupported",
        ),
        ("soap-not-supported", "s:EnrollmentServer", "NotSupported"),
        (
            "soap-not-eligible-to-renew",
            "s:CertificateRequest",
            "NotEligibleToRenew",
        ),
        ("soap-in-maintenance", "s:EnrollmentServer", "InMaintenance"),
        ("soap-user-license", "s:Authorization", "UserLicense"),
        (
            "soap-enrollment-data-invalid",
            "s:EnrollmentServer",
            "EnrollmentDataInvalid",
        ),
    ] {
        stage.fault(kind, "/enrollmentserver/discovery.svc");
        let answer = stage.soap("Discovery", request.clone()).await;
        assert_eq!(
            answer.fault(),
            (code.to_owned(), error.to_owned()),
            "{kind}"
        );
        assert_eq!(
            between(&answer.text, "<a:RelatesTo>", "<"),
            Some("urn:uuid:748132ec-a575-4329-b01b-6171a9cf8478")
        );
        assert!(
            answer
                .text
                .contains("<s:Reason><s:Text xml:lang=\"en-US\">")
        );
        assert_eq!(answer.text.contains("<TraceId>"), !error.is_empty());
        assert_eq!(
            stage.soap("Discovery", request.clone()).await.status,
            200,
            "once"
        );
    }
}

/// Discovery and provisioning documents that no client may follow.
#[tokio::test]
async fn documents_can_be_wrong() {
    let stage = Stage::new();
    let request = stage.fill(fixture!("discover-request.xml"), &[]);
    for (kind, part) in [
        ("discover-http", "<EnrollmentServiceUrl>http://"),
        (
            "discover-foreign-host",
            "<EnrollmentServiceUrl>https://mdm.elsewhere.example/",
        ),
    ] {
        stage.fault(kind, "/enrollmentserver");
        let answer = stage.soap("Discovery", request.clone()).await;
        assert!(answer.text.contains(part), "{}", answer.text);
    }
    let device = stage.device(DIEGO).await;
    let token = stage.mdm_token(DIEGO, |_| {}).await;
    let enroll = |kind: &'static str| {
        let (stage, device, token) = (&stage, &device, &token);
        async move {
            stage.fault(kind, "/enrollmentserver/enrollment.svc");
            let key = KeyPair::generate().unwrap();
            let answer = stage
                .soap("Enrollment", stage.rst(token, device, &csr(&key), ""))
                .await;
            Enrolled::read(&answer, device, key)
        }
    };
    let other = enroll("provision-other-key").await;
    let (_, certificate) = x509_parser::parse_x509_certificate(&other.certificate).unwrap();
    assert_ne!(
        certificate.public_key().subject_public_key.data.as_ref(),
        other.key.public_key_raw()
    );
    assert!(
        enroll("provision-unknown-nodes")
            .await
            .document
            .contains("type=\"Surprise\"")
    );
    assert_eq!(
        enroll("provision-duplicate-nodes")
            .await
            .document
            .matches("type=\"APPLICATION\"")
            .count(),
        2
    );
    assert!(
        enroll("provision-http-address")
            .await
            .document
            .contains("name=\"ADDR\" value=\"http://")
    );
    assert!(
        enroll("provision-foreign-host")
            .await
            .document
            .contains("name=\"ADDR\" value=\"https://mdm.elsewhere.example/dm\"")
    );
}

/// Sessions that a client must bear or end; afterwards it goes on as if nothing had been.
#[tokio::test]
async fn sessions_can_be_wrong() {
    let stage = Stage::new();
    let device = stage.enrolled(DIEGO).await;
    let begin = |id: &'static str, kind: &'static str| {
        let (stage, device) = (&stage, &device);
        async move {
            stage.fault(kind, "/dm");
            let session = device.session(stage, id);
            session.send(session.package1()).await.text
        }
    };
    assert!(
        begin("1", "dm-wrong-msg-id")
            .await
            .contains("<MsgID>8</MsgID>")
    );
    assert!(!begin("2", "dm-no-final").await.contains("<Final/>"));
    let outside = begin("3", "dm-outside-tree").await;
    assert!(outside.contains("<LocURI>/etc/passwd</LocURI>") && outside.len() > 65_536);
    stage.tenant.run(&[
        "fault",
        "set",
        "dm-endless",
        "--path",
        "/dm",
        "--count",
        "100",
    ]);
    let mut session = device.session(&stage, "4");
    session.msg = 1;
    let mut answer = session.send(session.package1()).await;
    for _ in 0..20 {
        let sent = commands(&answer.text);
        assert!(!sent.is_empty(), "always one more");
        let reply = session.reply(&answer.text, &sent);
        answer = session.send(reply).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    stage.tenant.run(&["fault", "clear"]);
    device.session(&stage, "5").run().await;
}

/// The general faults work on both of the management's names.
#[tokio::test]
async fn general_faults_work_here_too() {
    let stage = Stage::new();
    let request = stage.fill(fixture!("discover-request.xml"), &[]);
    for (kind, status) in [
        ("status500", 500),
        ("throttle", 429),
        ("unavailable", 503),
        ("nonsense", 200),
        ("truncate", 200),
        ("redirect", 302),
    ] {
        stage.fault(kind, "/enrollmentserver");
        let answer = stage.soap("Discovery", request.clone()).await;
        assert_eq!(answer.status, status, "{kind}");
        assert!(!answer.text.contains("DiscoverResult"), "{kind}");
        stage.fault(kind, "/termsofuse");
        let page = stage
            .visitor()
            .get(stage.url("manage_portal", "/TermsOfUse"))
            .await;
        assert_eq!(page.status().as_u16(), status, "{kind}");
    }
    stage.fault("reset", "/enrollmentserver");
    let url = stage.url("manage", "/EnrollmentServer/Discovery.svc");
    let cut = stage
        .visitor()
        .send(
            url,
            "application/soap+xml",
            &[],
            request.clone().into_bytes(),
        )
        .await;
    assert!(match cut {
        Ok(response) => response.bytes().await.is_err(),
        Err(_) => true,
    });
    assert_eq!(stage.soap("Discovery", request).await.status, 200);
}
