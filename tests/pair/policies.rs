//! Policies: demanded by the tenant, put in force and judged on a made-up machine, gone when the device leaves.

use dovetail_shared::link::JoinState;
use dovetail_shared::status::{Compliance, ManagementDetails};
use dovetail_tests::{Lab, Setup};

use crate::mdm::{managed, status};

const STRICT: &[&str] = &[
    "policy",
    "mdm",
    "create",
    "Strict",
    "--password-min-length",
    "12",
    "--password-complexity",
    "3",
    "--max-failed-attempts",
    "6",
    "--max-inactivity-minutes",
    "10",
    "--require-encryption",
    "true",
    "--require-firewall",
    "true",
    "--min-os-version",
    "11",
];

async fn synced(lab: &Lab) -> ManagementDetails {
    let (code, _, complaint) = lab.daemon.cli(&["sync"]);
    assert_eq!(code, 0, "{complaint}");
    status(lab).await.management.unwrap()
}

fn unmet(details: &ManagementDetails) -> Vec<&str> {
    let unmet = details.policies.iter().filter(|policy| !policy.met);
    unmet.map(|policy| policy.name.as_str()).collect()
}

/// A machine that can hold to everything is compliant after its first session, with the rules in its files. Its owner
/// loosens two things: the next session says so on both sides, with reasons. Mended, it is compliant again. When it leaves,
/// its files are as they were before.
#[tokio::test(flavor = "multi_thread")]
async fn policies_come_into_force_and_are_judged() {
    let setup = Setup {
        soft_keys: true,
        ..Setup::default()
    };
    let Some(lab) = Lab::with("pair_policies", setup) else {
        return;
    };
    lab.protect();
    let before = lab.files();
    lab.tenant.run(STRICT);
    lab.tenant
        .run(&["policy", "mdm", "assign", "Strict", "--group", "Managed"]);
    let (_, view) = managed(&lab).await;
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    let now = status(&lab).await.management.unwrap();
    assert_eq!(unmet(&now), Vec::<&str>::new(), "{:#?}", now.policies);
    assert_eq!(now.policies.len(), 9, "{:#?}", now.policies);
    assert_eq!(now.compliance, Compliance::Compliant, "{:?}", now.reasons);
    assert_eq!(lab.tenant.devices()[0]["IsCompliant"], true);
    let dropin = lab
        .machine()
        .join("etc/security/pwquality.conf.d/90-dovetail-minlen.conf");
    let text = std::fs::read_to_string(&dropin).unwrap();
    assert!(text.ends_with("minlen = 12\n"), "{text}");

    lab.put("etc/ufw/ufw.conf", "ENABLED=no\n");
    lab.put("etc/security/pwquality.conf", "minlen = 6\n");
    let now = synced(&lab).await;
    assert_eq!(unmet(&now), ["min_password_length", "firewall"]);
    assert_eq!(now.compliance, Compliance::Noncompliant);
    assert_eq!(
        now.reasons,
        [
            "The firewall is off.",
            "The setting MinDevicePasswordLength is 6, and 12 is demanded."
        ]
    );
    assert_eq!(lab.tenant.devices()[0]["IsCompliant"], false);

    lab.put("etc/ufw/ufw.conf", "ENABLED=yes\n");
    std::fs::remove_file(lab.machine().join("etc/security/pwquality.conf")).unwrap();
    let now = synced(&lab).await;
    assert_eq!(now.compliance, Compliance::Compliant, "{:?}", now.reasons);
    assert!(now.reasons.is_empty());

    // The organisation lets go of the strict rules: what they wrote follows.
    lab.tenant.run(&["policy", "mdm", "delete", "Strict"]);
    synced(&lab).await;
    let text = std::fs::read_to_string(&dropin).unwrap();
    assert!(text.ends_with("minlen = 8\n"), "{text}");

    let (code, _, complaint) = lab.daemon.cli(&["leave", "--yes"]);
    assert_eq!(code, 0, "{complaint}");
    assert_eq!(lab.files(), before);
}
