//! Joining and leaving.

use std::process::Command;

use dovetail_shared::Step;
use dovetail_shared::link::{JoinState, StepState};
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::{Lab, Setup, talk};

/// Joins as `upn` and gives the last view.
pub(crate) async fn join(lab: &Lab, upn: &str) -> dovetail_shared::link::JoinView {
    let mut client = talk::connect(&lab.daemon).await;
    let began = talk::begin(&mut client).await;
    let token = Visitor::new(&lab.tenant)
        .id_token(&lab.tenant, &began, upn)
        .await;
    let view = talk::token(&mut client, &began, token).await.unwrap();
    assert_eq!(view.state, JoinState::WaitingForConfirmation);
    talk::confirm(&mut client, &view).await;
    talk::standing(&lab.daemon, &[JoinState::Joined, JoinState::Failed]).await
}

fn openssl(args: &[&str]) -> String {
    let output = Command::new("openssl").args(args).output().unwrap();
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "openssl {args:?}: {text}");
    text
}

/// A machine with a TPM joins, proves its keys, is known by its certificate, and leaves.
#[tokio::test(flavor = "multi_thread")]
async fn a_machine_joins_with_keys_in_the_tpm_and_leaves() {
    let Some(lab) = Lab::start("pair_join") else {
        return;
    };
    let view = join(&lab, "adele@contoso.com").await;
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    let device = view.device.unwrap();
    assert!(device.attested);
    for step in &view.steps {
        // Nobody manages this person's devices.
        let wanted = match step.step {
            Step::Terms | Step::Enroll | Step::Sync | Step::SignOn => StepState::Skipped,
            _ => StepState::Done,
        };
        assert_eq!(step.state, wanted, "{step:?}");
    }

    let objects = lab.tenant.devices();
    assert_eq!(objects.len(), 1);
    assert_eq!(objects[0]["DeviceId"], device.device_id.to_string());
    assert_eq!(objects[0]["Attested"], true);
    assert_eq!(objects[0]["DisplayName"], "Lab laptop");
    let security_id = objects[0]["AlternativeSecurityIds"][0].as_str().unwrap();
    assert!(security_id.starts_with(&format!("X509:<SHA1-TP-PUBKEY>{}", device.thumbprint)));

    let certificate = lab.daemon.state().join("device.pem").display().to_string();
    openssl(&[
        "verify",
        "-CAfile",
        lab.tenant.value("device_ca"),
        &certificate,
    ]);
    let subject = openssl(&["x509", "-in", &certificate, "-noout", "-subject"]);
    assert!(subject.contains(&device.device_id.to_string()), "{subject}");
    let information: serde_json::Value =
        serde_json::from_slice(&lab.daemon.file("join.json")).unwrap();
    assert_eq!(information["device_id"], device.device_id.to_string());

    let (code, text, _) = lab.daemon.cli(&["status"]);
    assert_eq!(code, 0);
    assert!(
        text.contains("AzureAdJoined") && text.contains(&device.device_id.to_string()),
        "{text}"
    );
    let (code, _, complaint) = lab.daemon.cli(&["leave", "--yes"]);
    assert_eq!(code, 0, "{complaint}");
    assert_eq!(lab.tenant.devices(), Vec::<serde_json::Value>::new());
    assert!(!lab.daemon.state().join("device.pem").exists());
    assert!(!lab.daemon.state().join("keys/tpm.json").exists());
}

/// The second factor ends up in the token, and a tenant that wants it is content.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_wants_a_second_factor_gets_one() {
    let Some(lab) = Lab::start("pair_mfa") else {
        return;
    };
    lab.tenant
        .run(&["policy", "set", "--require-mfa-to-join", "true"]);
    let refused = join(&lab, "adele@contoso.com").await;
    assert_eq!(refused.state, JoinState::Failed);
    assert_eq!(refused.report.unwrap().code.to_string(), "0x801c0003");
    let mut client = talk::connect(&lab.daemon).await;
    drop(talk::begin(&mut client).await);
    let joined = join(&lab, "megan@contoso.com").await;
    assert_eq!(joined.state, JoinState::Joined, "{:?}", joined.report);
}

/// [TP-12] Without a TPM keys are in files only where that is allowed, and nobody calls it attested.
#[tokio::test(flavor = "multi_thread")]
async fn keys_in_files_are_called_what_they_are() {
    let Some(lab) = Lab::with(
        "pair_soft",
        Setup {
            soft_keys: true,
            ..Setup::default()
        },
    ) else {
        return;
    };
    let view = join(&lab, "adele@contoso.com").await;
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    assert!(!view.device.unwrap().attested);
    assert!(
        view.steps
            .iter()
            .any(|step| step.step == Step::Attest && step.state == StepState::Skipped)
    );
    assert_eq!(lab.tenant.devices()[0]["Attested"], false);
    let (_, text, _) = lab.daemon.cli(&["status"]);
    assert!(text.to_lowercase().contains("not hardware-bound"), "{text}");
}

/// A tenant that insists on attestation refuses keys in files.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_insists_on_attestation_refuses_keys_in_files() {
    let Some(lab) = Lab::with(
        "pair_insist",
        Setup {
            soft_keys: true,
            ..Setup::default()
        },
    ) else {
        return;
    };
    lab.tenant
        .run(&["policy", "set", "--attestation", "required"]);
    let view = join(&lab, "adele@contoso.com").await;
    assert_eq!(view.state, JoinState::Failed);
    assert_eq!(view.report.unwrap().code.to_string(), "0x801c0011");
    assert!(lab.tenant.devices().is_empty());
}

/// The TPM is of a maker whom the tenant does not know.
#[tokio::test(flavor = "multi_thread")]
async fn a_tpm_of_an_unknown_maker_is_refused() {
    let Some(lab) = Lab::start("pair_maker") else {
        return;
    };
    std::fs::remove_dir_all(lab.dir().join("tenant/ek-roots")).unwrap();
    let view = join(&lab, "adele@contoso.com").await;
    assert_eq!(view.state, JoinState::Failed);
    assert_eq!(view.report.unwrap().code.to_string(), "0x801c0010");
}

/// The user has as many devices as the tenant allows.
#[tokio::test(flavor = "multi_thread")]
async fn the_device_limit_is_told_with_its_code() {
    let Some(lab) = Lab::start("pair_limit") else {
        return;
    };
    lab.tenant.run(&["policy", "set", "--device-limit", "0"]);
    let view = join(&lab, "adele@contoso.com").await;
    assert_eq!(view.report.unwrap().code.to_string(), "0x801c000e");
}
