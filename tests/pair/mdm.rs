//! Management: daemon and tenant, from the silent code to the last goodbye.

use dovetail_shared::link::{JoinState, JoinView, StepState};
use dovetail_shared::status::{Compliance, ManagementState, Status};
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::{Lab, Setup, talk, wait};
use serde_json::Value;

const DIEGO: &str = "diego@contoso.com";
const ENROLLMENT: &str = "/enrollmentserver/enrollment";
const SESSION: &str = "/dm";

/// Joins as somebody whose devices are managed, as far as it goes.
pub(crate) async fn managed(lab: &Lab) -> (Visitor, JoinView) {
    let mut visitor = Visitor::new(&lab.tenant);
    let mut client = talk::connect(&lab.daemon).await;
    let began = talk::begin(&mut client).await;
    let token = visitor.id_token(&lab.tenant, &began, DIEGO).await;
    let view = talk::token(&mut client, &began, token).await.unwrap();
    assert_eq!(view.state, JoinState::WaitingForConfirmation);
    talk::confirm(&mut client, &view).await;
    let stops = [JoinState::WaitingForManagement, JoinState::Failed];
    let view = talk::standing(&lab.daemon, &stops).await;
    assert_eq!(
        view.state,
        JoinState::WaitingForManagement,
        "{:?}",
        view.report
    );
    assert!(view.device.is_some(), "the device is joined by now");
    let view = fetch(lab, &mut visitor, &view).await;
    (visitor, view)
}

/// What the page does by itself: the code, and what comes of it.
async fn fetch(lab: &Lab, visitor: &mut Visitor, view: &JoinView) -> JoinView {
    let mut client = talk::connect(&lab.daemon).await;
    let ask = talk::manage(&mut client, view).await;
    let fields = visitor.code(&lab.tenant, &ask).await;
    talk::code(&mut client, view, &fields).await;
    talk::standing(&lab.daemon, &[JoinState::Joined, JoinState::Failed]).await
}

/// Tries again, and fetches another code where that is asked for.
async fn retry(lab: &Lab, visitor: &mut Visitor, view: &JoinView) -> JoinView {
    let mut client = talk::connect(&lab.daemon).await;
    let view = talk::retry(&mut client, view).await;
    if view.state == JoinState::WaitingForManagement {
        return fetch(lab, visitor, &view).await;
    }
    talk::standing(&lab.daemon, &[JoinState::Joined, JoinState::Failed]).await
}

pub(crate) async fn status(lab: &Lab) -> Status {
    talk::status(&mut talk::connect(&lab.daemon).await).await
}

fn fault(lab: &Lab, kind: &str, path: &str, count: &str) {
    lab.tenant
        .run(&["fault", "set", kind, "--path", path, "--count", count]);
}

/// The tenant's view of the one managed device.
fn seen(lab: &Lab) -> Option<Value> {
    let list: Vec<Value> =
        serde_json::from_str(&lab.tenant.run(&["mdm", "device", "list", "--json"])).unwrap();
    list.into_iter().find(|device| device["retired"].is_null())
}

/// A joined device with a TPM is enrolled, asked, told and judged; both sides say the same afterwards, and so do later talks.
#[tokio::test(flavor = "multi_thread")]
async fn a_joined_device_is_managed() {
    let Some(lab) = Lab::start("pair_mdm") else {
        return;
    };
    let (_, view) = managed(&lab).await;
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    assert!(
        view.steps
            .iter()
            .all(|step| matches!(step.state, StepState::Done | StepState::Skipped)),
        "{:?}",
        view.steps
    );
    let now = status(&lab).await;
    let management = now.management.unwrap();
    assert_eq!(management.state, ManagementState::Enrolled);
    assert_ne!(management.compliance, Compliance::Unknown);
    assert!(!management.policies.is_empty());
    assert!(management.next_sync > management.last_sync);
    let object = &lab.tenant.devices()[0];
    assert_eq!(object["IsManaged"], true, "{object}");
    assert_eq!(
        object["IsCompliant"],
        management.compliance == Compliance::Compliant,
        "{object}"
    );
    assert!(!lab.daemon.state().join("keys/mdm-2.json").exists());
    let key = String::from_utf8(lab.daemon.file("keys/mdm-1.json")).unwrap();
    assert!(key.contains("\"tpm\""), "its own key is in the TPM");

    let first = seen(&lab).unwrap();
    let (code, told, complaint) = lab.daemon.cli(&["sync"]);
    assert_eq!(code, 0, "{complaint}");
    assert!(told.contains("Talked with manage."), "{told}");
    assert!(seen(&lab).unwrap()["last_session"].as_i64() >= first["last_session"].as_i64());
    let (_, told, _) = lab.daemon.cli(&["status"]);
    assert!(
        told.contains("| Management") && told.contains("Managed : YES"),
        "{told}"
    );
    let (_, told, complaint) = lab.daemon.cli(&["doctor"]);
    assert!(told.contains("management"), "{told} {complaint}");
    let (code, _, _) = lab.daemon.cli(&["unenroll", "--yes"]);
    assert_eq!(code, 1, "the organisation's device is not taken out alone");

    let (code, _, complaint) = lab.daemon.cli(&["leave", "--yes"]);
    assert_eq!(code, 0, "{complaint}");
    assert!(lab.tenant.devices().is_empty());
    assert!(seen(&lab).is_none(), "the service was told");
    assert!(!lab.daemon.state().join("keys/mdm-1.json").exists());
}

/// Reference §1.13: every fault of the enrollment has its code here; the device stays joined, and one more try brings it through.
#[tokio::test(flavor = "multi_thread")]
async fn every_fault_has_its_code_and_a_retry() {
    let Some(lab) = Lab::with(
        "pair_mdm_faults",
        Setup {
            soft_keys: true,
            ..Setup::default()
        },
    ) else {
        return;
    };
    fault(&lab, "soap-message-format", ENROLLMENT, "1");
    let (mut visitor, mut view) = managed(&lab).await;
    let mut wanted = "0x80180001".to_owned();
    for (kind, path, code) in [
        ("soap-authentication", ENROLLMENT, "0x80180002"),
        ("soap-authorization", ENROLLMENT, "0x80180003"),
        ("soap-certificate-request", ENROLLMENT, "0x80180004"),
        ("soap-enrollment-server", ENROLLMENT, "0x80180005"),
        ("soap-internal-service-fault", ENROLLMENT, "0x80180006"),
        ("soap-invalid-security", ENROLLMENT, "0x80180007"),
        ("soap-device-cap-reached", ENROLLMENT, "0x80180013"),
        ("soap-device-not-supported", ENROLLMENT, "0x80180014"),
        ("soap-not-supported", ENROLLMENT, "0x80180015"),
        ("soap-in-maintenance", ENROLLMENT, "0x80180017"),
        ("soap-user-license", ENROLLMENT, "0x80180018"),
        ("soap-enrollment-data-invalid", ENROLLMENT, "0x80180019"),
        ("discover-http", "/enrollmentserver/discovery", "0x8018001a"),
        (
            "discover-foreign-host",
            "/enrollmentserver/discovery",
            "0x8018001a",
        ),
        ("redirect", "/enrollmentserver/policy", "0x8018001a"),
        ("provision-other-key", ENROLLMENT, "0x8018001e"),
        ("provision-http-address", ENROLLMENT, "0x8018001a"),
        ("provision-foreign-host", ENROLLMENT, "0x8018001a"),
        ("provision-duplicate-nodes", ENROLLMENT, "0x8018001f"),
        ("truncate", ENROLLMENT, "JOIN-428"),
        ("oversize", ENROLLMENT, "JOIN-204"),
        ("dm-wrong-msg-id", SESSION, "JOIN-428"),
        ("dm-endless", SESSION, "JOIN-428"),
        ("truncate", SESSION, "JOIN-428"),
        ("lost-answer", SESSION, ""),
        ("", "", ""),
    ] {
        if view.state == JoinState::Joined && wanted.is_empty() {
            break;
        }
        let report = view.report.clone().unwrap();
        if !wanted.is_empty() {
            assert_eq!(report.code.to_string(), wanted, "{report:?}");
        }
        assert_eq!(view.state, JoinState::Failed);
        assert!(view.device.is_some(), "still joined: {report:?}");
        if !kind.is_empty() {
            let count = if kind == "dm-endless" { "60" } else { "1" };
            fault(&lab, kind, path, count);
        }
        view = retry(&lab, &mut visitor, &view).await;
        lab.tenant.run(&["fault", "clear"]);
        code.clone_into(&mut wanted);
    }
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    assert_eq!(lab.tenant.devices().len(), 1);
}

/// The service is down when the device joins; later one `sync` does it all.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_was_down_is_synced_later() {
    let Some(lab) = Lab::with(
        "pair_mdm_down",
        Setup {
            soft_keys: true,
            ..Setup::default()
        },
    ) else {
        return;
    };
    fault(&lab, "unavailable", "/enrollmentserver/discovery", "9");
    let (_, view) = managed(&lab).await;
    assert_eq!(view.state, JoinState::Failed);
    assert!(view.device.is_some());
    let (code, _, complaint) = lab.daemon.cli(&["sync"]);
    assert_eq!(code, 4, "it is a matter of waiting: {complaint}");
    lab.tenant.run(&["fault", "clear"]);
    let (code, told, complaint) = lab.daemon.cli(&["sync"]);
    assert_eq!(code, 0, "{told}{complaint}");
    assert_eq!(
        status(&lab).await.management.unwrap().state,
        ManagementState::Enrolled
    );
}

/// M11 The organisation ends the management of its device: the device leaves the directory with it and says why.
#[tokio::test(flavor = "multi_thread")]
async fn the_organisation_ends_it() {
    let Some(lab) = Lab::with(
        "pair_mdm_removed",
        Setup {
            soft_keys: true,
            ..Setup::default()
        },
    ) else {
        return;
    };
    let (_, view) = managed(&lab).await;
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    let id = view.device.unwrap().device_id.to_string();
    lab.tenant.run(&["mdm", "device", "unenroll", &id]);
    let (code, _, complaint) = lab.daemon.cli(&["sync"]);
    assert_eq!(code, 3, "{complaint}");
    assert!(complaint.contains("JOIN-432"), "{complaint}");
    let now = status(&lab).await;
    assert!(now.details.is_none());
    assert_eq!(now.management.unwrap().state, ManagementState::Removed);
    assert!(lab.tenant.devices().is_empty() && seen(&lab).is_none());
}

/// In its last days the certificate is renewed by itself; the next talk is by the new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_renewed_in_time() {
    let Some(lab) = Lab::start("pair_mdm_renewal") else {
        return;
    };
    // The last third of twenty seconds begins soon; the next certificate lives a year.
    lab.tenant
        .run(&["mdm", "settings", "set", "certificate_life_secs", "20"]);
    let (_, view) = managed(&lab).await;
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    lab.tenant.run(&[
        "mdm",
        "settings",
        "set",
        "certificate_life_secs",
        "31536000",
    ]);
    let before = status(&lab)
        .await
        .management
        .unwrap()
        .certificate_not_after
        .unwrap();
    let renewed = wait::until_async("the renewal", || async {
        let now = status(&lab).await.management.unwrap();
        now.certificate_not_after
            .filter(|end| end.since(before) > 86_400)
    });
    renewed.await.unwrap();
    let (code, _, complaint) = lab.daemon.cli(&["sync"]);
    assert_eq!(code, 0, "{complaint}");
}
