//! What the daemon guards: its secrets, its users from each other, and whom it believes.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use dovetail_client::ClientError;
use dovetail_shared::link::JoinState;
use dovetail_tests::bus::Bus;
use dovetail_tests::place::program;
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::{Lab, Setup, talk};

/// [DM-08] At the highest log level, neither the token nor what opens it is anywhere: logs, records, audit.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_written_down() {
    let Some(lab) = Lab::with(
        "guard_secrets",
        Setup {
            log: "trace",
            ..Setup::default()
        },
    ) else {
        return;
    };
    let mut client = talk::connect(&lab.daemon).await;
    let began = talk::begin(&mut client).await;
    let token = Visitor::new(&lab.tenant)
        .id_token(&lab.tenant, &began, "adele@contoso.com")
        .await;
    let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let view = talk::token(&mut client, &began, token).await.unwrap();
    talk::confirm(&mut client, &view).await;
    assert_eq!(
        talk::standing(&lab.daemon, &[JoinState::Joined, JoinState::Failed])
            .await
            .state,
        JoinState::Joined
    );
    let (password, _) = lab.tenant.person("adele@contoso.com");
    let secrets = [parts[1].as_str(), parts[2].as_str(), password.as_str()];
    let mut looked = 0;
    for file in [
        "daemon.log",
        "tenant.log",
        "state/record.json",
        "state/audit.log",
        "state/join.json",
        "state/keys/tpm.json",
    ] {
        let Ok(text) = std::fs::read_to_string(lab.dir().join(file)) else {
            continue;
        };
        looked += 1;
        for secret in secrets {
            assert!(!text.contains(secret), "{file} holds a secret");
        }
    }
    assert!(looked >= 5, "only {looked} files were looked at");
}

/// [DM-16] A server that cannot prove who it is gets nothing: the join stops with the code for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_another_ca_is_not_believed() {
    let Some(mut lab) = Lab::start("guard_tls") else {
        return;
    };
    let ours = lab.tenant.value("ca").to_owned();
    let other = lab.tenant.value("device_ca").to_owned();
    lab.daemon.reconfigure(|text| text.replace(&ours, &other));
    let mut client = talk::connect(&lab.daemon).await;
    let began = talk::begin(&mut client).await;
    let token = Visitor::new(&lab.tenant)
        .id_token(&lab.tenant, &began, "adele@contoso.com")
        .await;
    match talk::token(&mut client, &began, token).await {
        Err(ClientError::Refused(report)) => assert_eq!(report.code.to_string(), "JOIN-202"),
        other => panic!("{other:?}"),
    }
}

/// [ID-04] A sign-in that was made for another join starts nothing here, nor does one that was used.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_for_its_own_join_once() {
    let Some(lab) = Lab::start("guard_nonce") else {
        return;
    };
    let refused = |result: Result<dovetail_shared::link::JoinView, ClientError>| match result {
        Err(ClientError::Refused(report)) => report.code.to_string(),
        other => panic!("{other:?}"),
    };
    let mut client = talk::connect(&lab.daemon).await;
    let first = talk::begin(&mut client).await;
    let old = Visitor::new(&lab.tenant)
        .id_token(&lab.tenant, &first, "adele@contoso.com")
        .await;
    let second = talk::begin(&mut client).await;
    assert_ne!(first.nonce, second.nonce);
    assert_eq!(
        refused(talk::token(&mut client, &second, old).await),
        "JOIN-413"
    );
    let good = Visitor::new(&lab.tenant)
        .id_token(&lab.tenant, &second, "adele@contoso.com")
        .await;
    talk::token(&mut client, &second, good.clone())
        .await
        .unwrap();
    let third = talk::begin(&mut client).await;
    assert_eq!(
        refused(talk::token(&mut client, &third, good).await),
        "JOIN-413"
    );
}

/// [DM-01] Another user may look, but neither take part in a join nor take the machine out.
#[tokio::test(flavor = "multi_thread")]
async fn another_user_may_only_look() {
    let Some(lab) = Lab::start("guard_users") else {
        return;
    };
    if String::from_utf8(Command::new("id").arg("-u").output().unwrap().stdout)
        .unwrap()
        .trim()
        != "0"
    {
        eprintln!("skipped: only root can become another user");
        return;
    }
    crate::join::join(&lab, "adele@contoso.com").await;
    for dir in [lab.dir().to_owned(), lab.dir().join("run")] {
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    // The program lies where only its builder may look: a copy that everybody may run.
    let copy = lab.dir().join("dovetail");
    std::fs::copy(program("dovetail"), &copy).unwrap();
    let as_nobody = |args: &[&str]| {
        let output = Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(&copy)
            .arg("--socket")
            .arg(lab.daemon.socket())
            .args(args)
            .output()
            .unwrap();
        (
            output.status.code().unwrap(),
            format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ),
        )
    };
    let (code, text) = as_nobody(&["status"]);
    assert_eq!(code, 0, "{text}");
    assert!(!text.contains("JoinId"), "the join is its owner's: {text}");
    let (code, text) = as_nobody(&["leave", "--yes"]);
    assert_ne!(code, 0);
    assert!(text.contains("JOIN-309"), "{text}");
    assert_eq!(lab.tenant.devices().len(), 1);
}

/// [TP-07] Somebody listens in on the wire to the TPM: the secret that the TPM opens is not seen there.
#[tokio::test(flavor = "multi_thread")]
async fn the_opened_secret_is_not_seen_on_the_bus() {
    let Some(mut lab) = Lab::start("guard_bus") else {
        return;
    };
    let swtpm = lab.swtpm.as_ref().unwrap();
    let (direct, bus) = (swtpm.tcti(), Bus::before(swtpm.port()));
    lab.tenant.run(&["policy", "set", "--keep-evidence", "on"]);
    lab.daemon
        .reconfigure(|text| text.replace(&direct, &bus.tcti()));
    let view = crate::join::join(&lab, "adele@contoso.com").await;
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    let device = &lab.tenant.devices()[0];
    let proof = &device["Attestation"]["AttestationData"];
    let bytes = |value: &serde_json::Value| {
        dovetail_shared::encode::from_b64(value.as_str().unwrap()).unwrap()
    };
    assert!(
        bus.saw(&bytes(&proof["DeviceKey"]["Attest"])),
        "the recorder hears nothing"
    );
    let secret = bytes(&proof["Secret"]);
    assert_eq!(secret.len(), 32);
    assert!(
        !bus.saw(&secret),
        "the secret went over the wire in the clear"
    );
}
