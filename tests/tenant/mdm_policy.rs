//! Policy sets: who they apply to, how they meet, what comes of them at a device and in the directory.

use std::process::Command;

use dovetail_tests::place::program;
use serde_json::{Value, json};

use crate::mdm_client::{Enrolled, Session};
use crate::stage::Stage;

const DIEGO: &str = "diego@contoso.com";

impl Stage {
    fn policy(&self, args: &[&str]) -> String {
        self.tenant.run(&[&["policy", "mdm"], args].concat())
    }

    /// A command that must fail: what it says.
    fn refused(&self, args: &[&str]) -> String {
        let output = Command::new(program("dovetail-tenant"))
            .args(["policy", "mdm"])
            .args(args)
            .arg("--data")
            .arg(self.dir.path().join("tenant"))
            .output()
            .unwrap();
        assert!(!output.status.success(), "{args:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

async fn report<'a>(
    stage: &'a Stage,
    device: &'a Enrolled,
    id: &str,
    change: impl FnOnce(&mut Session<'a>),
) -> Session<'a> {
    let mut session = device.session(stage, id);
    change(&mut session);
    session.run().await;
    session
}

/// Sets apply to users, groups or all; the stricter of two wins; what no longer applies is taken back from the device.
#[tokio::test]
async fn sets_meet_at_the_device() {
    let stage = Stage::new();
    let device = stage.enrolled(DIEGO).await;
    let listed: Value = serde_json::from_str(&stage.policy(&["list", "--json"])).unwrap();
    assert_eq!(listed[0]["name"], "Baseline");
    assert_eq!(
        listed[0]["assigned"],
        json!([{ "to": "group", "name": "Managed" }])
    );

    stage.policy(&[
        "create",
        "Strict",
        "--password-min-length",
        "12",
        "--max-failed-attempts",
        "5",
        "--require-firewall",
        "true",
    ]);
    let session = report(&stage, &device, "1", |_| {}).await;
    assert_eq!(
        session.set("MinDevicePasswordLength").unwrap().data,
        "8",
        "not assigned yet"
    );
    stage.policy(&["assign", "strict", "--user", DIEGO]);
    let session = report(&stage, &device, "2", |_| {}).await;
    assert_eq!(session.set("MinDevicePasswordLength").unwrap().data, "12");
    assert_eq!(
        session.set("MaxDevicePasswordFailedAttempts").unwrap().data,
        "5"
    );
    assert_eq!(
        session
            .set("MinDevicePasswordComplexCharacters")
            .unwrap()
            .data,
        "2",
        "the other set's"
    );
    assert_eq!(
        session.set("PublicProfile/EnableFirewall").unwrap().data,
        "true"
    );
    stage.policy(&["unassign", "Strict", "--user", DIEGO]);
    let session = report(&stage, &device, "3", |_| {}).await;
    assert_eq!(session.set("MinDevicePasswordLength").unwrap().data, "8");
    let gone: Vec<&str> = session
        .log
        .iter()
        .filter(|c| c.verb == "Delete")
        .map(|c| c.uri.as_str())
        .collect();
    assert_eq!(
        gone,
        ["./Vendor/MSFT/Firewall/MdmStore/PublicProfile/EnableFirewall"]
    );
    let session = report(&stage, &device, "4", |_| {}).await;
    assert!(
        !session.log.iter().any(|c| c.verb == "Delete"),
        "taken back once"
    );
    stage.policy(&["delete", "Baseline"]);
    let session = report(&stage, &device, "5", |_| {}).await;
    assert!(session.set("MinDevicePasswordLength").is_none());
    assert!(session.log.iter().filter(|c| c.verb == "Delete").count() >= 5);
    assert_eq!(session.set("Compliance/State").unwrap().data, "compliant");
}

/// M15: a set that contradicts itself is refused with the reason; two that contradict each other are named at the device, and neither
/// is told to it.
#[tokio::test]
async fn contradictions_are_named() {
    let stage = Stage::new();
    let device = stage.enrolled(DIEGO).await;
    for (args, reason) in [
        (
            &["--pin-min-length", "8", "--pin-max-length", "6"][..],
            "the shortest PIN is longer than the longest",
        ),
        (&["--pin-digits", "forbid"], "may hold no characters at all"),
        (
            &["--min-os-version", "13", "--max-os-version", "12"],
            "the oldest system allowed is newer than the newest",
        ),
        (
            &["--hello", "false", "--hello-require-tpm", "true"],
            "but none is to be made",
        ),
        (
            &["--min-os-version", "twelve"],
            "a version is one to four numbers",
        ),
        (&["--pin-min-length", "3"], "4..=127"),
        (&[], "demands something"),
    ] {
        let said = stage.refused(&[&["create", "Bad"], args].concat());
        assert!(said.contains(reason), "{said}");
    }
    assert!(
        stage
            .refused(&["assign", "Bad", "--all"])
            .contains("there is no policy set Bad")
    );
    assert!(
        stage
            .refused(&["assign", "Baseline", "--user", "x@y"])
            .contains("there is no user")
    );
    assert!(
        stage
            .refused(&["create", "baseline", "--hello", "true"])
            .contains("already")
    );

    stage.policy(&[
        "create",
        "Short",
        "--pin-max-length",
        "5",
        "--hello",
        "false",
    ]);
    stage.policy(&["assign", "Short", "--all"]);
    let session = report(&stage, &device, "1", |_| {}).await;
    assert!(
        session.set("MinimumPINLength").is_none() && session.set("UsePassportForWork").is_none()
    );
    assert!(
        session.set("PINComplexity/Digits").is_some(),
        "the rest is told"
    );
    assert_eq!(
        session.set("Compliance/State").unwrap().data,
        "noncompliant"
    );
    let reasons: Vec<String> =
        serde_json::from_str(&session.set("Compliance/Reasons").unwrap().data).unwrap();
    assert_eq!(
        reasons,
        [
            "Policy sets contradict each other: hello.",
            "Policy sets contradict each other: pin_length."
        ]
    );
}

/// What a device says is held against what is demanded; the verdict, with its reasons, goes to the device and to its object in the directory,
/// and changes with the device.
#[tokio::test]
async fn the_verdict_reaches_the_directory() {
    let stage = Stage::new();
    let device = stage.enrolled(DIEGO).await;
    let object = stage.object(&device.device);
    assert_eq!(
        (&object["IsManaged"], &object["IsCompliant"]),
        (&json!(true), &Value::Null),
        "not judged yet"
    );
    stage.policy(&[
        "create",
        "Safe",
        "--require-encryption",
        "true",
        "--require-firewall",
        "true",
        "--min-os-version",
        "12",
    ]);
    stage.policy(&["assign", "Safe", "--group", "Managed"]);
    let session = report(&stage, &device, "1", |session| {
        session.values.insert(
            "./Vendor/MSFT/DeviceStatus/Compliance/EncryptionCompliance".into(),
            "0".into(),
        );
        session.values.insert(
            "./Vendor/MSFT/DeviceStatus/Firewall/Status".into(),
            "1".into(),
        );
        session
            .values
            .insert("./DevDetail/SwV".into(), "11.9".into());
        session.values.insert(
            "./Device/Vendor/MSFT/Policy/Result/DeviceLock/MinDevicePasswordLength".into(),
            "6".into(),
        );
        session.statuses.insert(
            "./Device/Vendor/MSFT/Policy/Config/DeviceLock/MaxInactivityTimeDeviceLock".into(),
            500,
        );
    })
    .await;
    let reasons: Vec<String> =
        serde_json::from_str(&session.set("Compliance/Reasons").unwrap().data).unwrap();
    for part in [
        "disk is not encrypted",
        "firewall is off",
        "11.9 is older than 12",
        "MinDevicePasswordLength is 6",
        "MaxInactivityTimeDeviceLock could not be applied (500)",
    ] {
        assert!(
            reasons.iter().any(|reason| reason.contains(part)),
            "{part}: {reasons:?}"
        );
    }
    assert_eq!(reasons.len(), 5, "{reasons:?}");
    let object = stage.object(&device.device);
    assert_eq!(object["IsCompliant"], false);
    assert_eq!(object["ComplianceReasons"], json!(reasons));
    assert_eq!(object["MdmName"], "Dovetail management");

    let session = report(&stage, &device, "2", |_| {}).await;
    assert_eq!(session.set("Compliance/State").unwrap().data, "compliant");
    let object = stage.object(&device.device);
    assert_eq!(
        (&object["IsCompliant"], &object["ComplianceReasons"]),
        (&json!(true), &json!([]))
    );
    let silent = report(&stage, &device, "3", |session| session.values.clear()).await;
    let reasons = &silent.set("Compliance/Reasons").unwrap().data;
    assert!(
        reasons.contains("not known"),
        "silence is not consent: {reasons}"
    );

    stage
        .tenant
        .run(&["mdm", "device", "unenroll", "--now", &device.id]);
    let object = stage.object(&device.device);
    assert_eq!(
        (&object["IsManaged"], &object["IsCompliant"]),
        (&json!(false), &Value::Null)
    );
}
