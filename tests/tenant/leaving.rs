//! Leaving by client certificate.

use dovetail_shared::encode::from_b64;

use crate::stage::{Machine, Stage, register};

/// [DR-10] A device takes out itself and no other. [DR-11] A bearer does not do in place of a certificate, nor a certificate in place of a bearer.
#[tokio::test]
async fn only_the_device_itself_leaves() {
    let stage = Stage::new();
    let token = stage.id_token("adele@contoso.com").await;
    let (first, second) = (Machine::new(), Machine::new());
    let mut certificates = Vec::new();
    for machine in [&first, &second] {
        let (_, answer) = register(&stage, &token, &machine.request(|_| {})).await;
        certificates.push(from_b64(answer["Certificate"]["RawBody"].as_str().unwrap()).unwrap());
    }
    // The certificate's subject is the device's id; the order of a list would be somebody else's promise.
    let ids: Vec<String> = certificates.iter().map(|der| subject(der)).collect();
    let url = |id: &str| {
        stage.url(
            "drs",
            &format!("/EnrollmentServer/device/{id}?api-version=2.0"),
        )
    };

    assert_eq!(
        stage
            .visitor()
            .delete(url(&ids[0]), Some(&token))
            .await
            .status()
            .as_u16(),
        401,
        "a bearer is no certificate"
    );
    let mut device = stage.visitor_with(&certificates[0], &first.device);
    assert_eq!(
        device.delete(url(&ids[1]), None).await.status().as_u16(),
        401,
        "another device"
    );
    assert_eq!(
        device
            .delete(url("11111111-1111-1111-1111-111111111111"), None)
            .await
            .status()
            .as_u16(),
        401,
        "no device"
    );
    assert_eq!(
        device
            .register(
                stage.url("drs", "/EnrollmentServer/device/?api-version=2.0"),
                "",
                Vec::new()
            )
            .await
            .status()
            .as_u16(),
        401,
        "a certificate is no bearer"
    );
    assert_eq!(stage.tenant.devices().len(), 2);
    let mut forged = stage.visitor_with_foreign_certificate(&ids[0]);
    assert_eq!(
        forged.delete(url(&ids[0]), None).await.status().as_u16(),
        401,
        "somebody else's certificate of that name"
    );
    assert_eq!(
        device.delete(url(&ids[0]), None).await.status().as_u16(),
        200
    );
    assert_eq!(stage.tenant.devices().len(), 1);
    assert_eq!(
        device.delete(url(&ids[0]), None).await.status().as_u16(),
        401,
        "gone already"
    );
}

fn subject(der: &[u8]) -> String {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).unwrap();
    let name = certificate.subject().iter_common_name().next().unwrap();
    name.as_str().unwrap().to_owned()
}

/// [DR-09] [DR-11] A device that an administrator has disabled does not take itself out of sight; enabled again, it may leave.
#[tokio::test]
async fn a_disabled_device_stays() {
    let stage = Stage::new();
    let token = stage.id_token("adele@contoso.com").await;
    let machine = Machine::new();
    let (_, answer) = register(&stage, &token, &machine.request(|_| {})).await;
    let certificate = from_b64(answer["Certificate"]["RawBody"].as_str().unwrap()).unwrap();
    let id = subject(&certificate);
    let url = stage.url(
        "drs",
        &format!("/EnrollmentServer/device/{id}?api-version=2.0"),
    );
    let mut device = stage.visitor_with(&certificate, &machine.device);
    for (command, status, left) in [("disable", 403, 1), ("enable", 200, 0)] {
        stage.tenant.run(&["device", command, &id]);
        let answer = device.delete(url.clone(), None).await;
        assert_eq!(answer.status().as_u16(), status, "{command}");
        assert_eq!(stage.tenant.devices().len(), left, "{command}");
    }
}
