//! Whole sessions against a made-up machine: what a server does, and what comes of it.

use dovetail_shared::Code;
use dovetail_shared::status::PolicyState;

use super::{Machine, chr, uri};
use crate::config::Applying;
use crate::mdm::node::{Status, Tree, Value, reapply, undo_all};
use crate::mdm::policy::Class;

const LOCK: &str = "./Device/Vendor/MSFT/Policy/Config/DeviceLock";
const RESULT: &str = "./Device/Vendor/MSFT/Policy/Result/DeviceLock";

/// A machine on which everything that a server may demand can be met: a Debian server with LUKS, ufw and our PAM profile.
fn good() -> Machine {
    Machine::new()
        .with("/etc/passwd", "root:x:0:0::/root:/bin/bash\n")
        .with(
            "/etc/os-release",
            "PRETTY_NAME=\"Debian 12\"\nVERSION_ID=\"12\"\n",
        )
        .with(
            "/etc/pam.d/common-password",
            "password requisite pam_pwquality.so retry=3\n",
        )
        .with(
            "/etc/pam.d/common-auth",
            "auth [default=die] pam_faillock.so authfail conf=/etc/dovetail/policy/faillock.conf\n",
        )
        .with("/etc/ufw/ufw.conf", "ENABLED=yes\n")
        .with(
            "/etc/systemd/system/multi-user.target.wants/ufw.service",
            "",
        )
        .with(
            "/proc/self/mountinfo",
            "22 1 254:0 / / rw - ext4 /dev/mapper/luks rw\n",
        )
        .with("/sys/dev/block/254:0/dm/uuid", "CRYPT-LUKS2-1\n")
        .with("/sys/class/tpm/tpm0/tpm_version_major", "2\n")
}

fn pin(machine: &Machine, name: &str) -> String {
    format!(
        "./Device/Vendor/MSFT/PassportForWork/{}/Policies/{name}",
        machine.facts.tenant_id
    )
}

fn set(tree: &mut Tree<'_>, at: &str, value: Value) {
    tree.replace(&uri(at), value)
        .unwrap_or_else(|status| panic!("{at}: {status}"));
}

/// Everything at once.
fn demand(tree: &mut Tree<'_>, machine: &Machine) {
    for (name, value) in [
        ("DevicePasswordEnabled", 0),
        ("MinDevicePasswordLength", 12),
        ("MinDevicePasswordComplexCharacters", 3),
        ("MaxDevicePasswordFailedAttempts", 8),
        ("MaxInactivityTimeDeviceLock", 10),
    ] {
        set(tree, &format!("{LOCK}/{name}"), Value::Int(value));
    }
    set(
        tree,
        "./Device/Vendor/MSFT/Policy/Config/Security/RequireDeviceEncryption",
        Value::Int(1),
    );
    set(
        tree,
        "./Vendor/MSFT/Firewall/MdmStore/PublicProfile/EnableFirewall",
        Value::Bool(true),
    );
    set(
        tree,
        "./Vendor/Dovetail/Policy/OsVersion/Minimum",
        chr("11"),
    );
    set(
        tree,
        &pin(machine, "PINComplexity/MinimumPINLength"),
        Value::Int(6),
    );
}

fn unmet(states: &[PolicyState]) -> Vec<&str> {
    states
        .iter()
        .filter(|state| !state.met)
        .map(|state| state.name.as_str())
        .collect()
}

/// The whole list on a machine that can hold to it: all met, each told; and on a bare one: each with a sentence.
#[test]
fn demanded_policies_are_met_or_explained() {
    let machine = good();
    let mut tree = machine.tree();
    demand(&mut tree, &machine);
    let states = tree.settle().unwrap();
    assert_eq!(states.len(), 9);
    assert_eq!(unmet(&states), Vec::<&str>::new(), "{states:#?}");
    assert!(states.iter().all(|state| state.cure.is_empty()));

    let bare = Machine::new().with("/usr/share/xsessions/plasma.desktop", "");
    let mut tree = bare.tree();
    demand(&mut tree, &bare);
    let states = tree.settle().unwrap();
    assert_eq!(
        unmet(&states),
        [
            "min_password_length",
            "password_complexity",
            "max_failed_sign_ins",
            "screen_lock",
            "disk_encryption",
            "firewall",
            "os_version"
        ]
    );
    for state in states {
        let sentence = state.met || state.cure.ends_with('.') && state.cure.len() > 20;
        assert!(
            sentence && !state.wanted.is_empty() && !state.actual.is_empty(),
            "{state:?}"
        );
    }
}

/// In one session the server sets a policy and asks what came of it: it hears what is so on the machine.
#[test]
fn results_tell_what_is_so() {
    let machine = good();
    let mut tree = machine.tree();
    let at = uri(&format!("{RESULT}/MinDevicePasswordLength"));
    assert_eq!(tree.get(&at), Err(Status::NOT_FOUND), "not demanded");
    set(
        &mut tree,
        &format!("{LOCK}/MinDevicePasswordLength"),
        Value::Int(12),
    );
    assert_eq!(tree.get(&at), Ok(Value::Int(12)));
    machine.put("/etc/security/pwquality.conf", "minlen = 7\n");
    assert_eq!(
        tree.get(&at),
        Ok(Value::Int(7)),
        "an administrator overrules it"
    );
    let Ok(Value::Text(states)) = tree.get(&uri("./Vendor/Dovetail/Policy/States")) else {
        panic!("no states");
    };
    let states: Vec<PolicyState> = serde_json::from_str(&states).unwrap();
    assert_eq!(unmet(&states), ["min_password_length"]);
}

/// Management ends: every file is as it was, and the record is gone. Twice is once.
#[test]
fn undoing_leaves_no_trace() {
    let machine = good().with(
        "/etc/security/pwquality.conf.d/50-site.conf",
        "minlen = 9\n",
    );
    let before = machine.files();
    let mut tree = machine.tree();
    demand(&mut tree, &machine);
    tree.settle().unwrap();
    assert_ne!(machine.files(), before);
    for _ in 0..2 {
        undo_all(&machine.store, &machine.config).unwrap();
        assert_eq!(machine.files(), before);
        assert!(machine.tree().settle().unwrap().is_empty());
        undo_all(&machine.store, &machine.config).unwrap();
        assert!(!machine.store.path("management.json").exists());
    }
}

/// A policy is taken back by the server, or switched off: what it wrote goes, the rest stays.
#[test]
fn a_policy_that_is_deleted_is_undone() {
    let machine = good();
    let mut tree = machine.tree();
    let length = format!("{LOCK}/MinDevicePasswordLength");
    let classes = format!("{LOCK}/MinDevicePasswordComplexCharacters");
    set(&mut tree, &length, Value::Int(12));
    tree.settle().unwrap();
    let one = machine.files();
    set(&mut tree, &classes, Value::Int(3));
    tree.settle().unwrap();
    assert_ne!(machine.files(), one);
    tree.delete(&uri(&classes)).unwrap();
    assert_eq!(tree.delete(&uri(&classes)), Err(Status::NOT_FOUND));
    tree.settle().unwrap();
    assert_eq!(machine.files(), one);
    set(
        &mut tree,
        &format!("{LOCK}/DevicePasswordEnabled"),
        Value::Int(1),
    );
    assert!(tree.settle().unwrap().is_empty());
    assert_ne!(machine.files(), one);
    tree.delete(&uri(LOCK)).unwrap();
    assert_eq!(tree.get(&uri(&length)), Err(Status::NOT_FOUND));
}

/// [MD-08] Killed between writing down and putting in force, or half-way through: the next start, and the next session,
/// come to the same end.
#[test]
fn a_killed_daemon_comes_to_the_same_end() {
    let texts = |machine: &Machine| -> Vec<(String, String)> {
        let top = machine.config.root.to_str().unwrap().to_owned();
        machine
            .files()
            .into_iter()
            .map(|(path, text)| (path.replace(&top, ""), text))
            .collect()
    };
    let whole = good();
    let mut tree = whole.tree();
    demand(&mut tree, &whole);
    tree.settle().unwrap();
    let end = texts(&whole);

    let saved_only = good();
    let mut tree = saved_only.tree();
    demand(&mut tree, &saved_only);
    tree.save().unwrap();
    drop(tree);
    assert_ne!(texts(&saved_only), end);
    reapply(&saved_only.store, &saved_only.config).unwrap();
    assert_eq!(texts(&saved_only), end);

    let half = good();
    let mut tree = half.tree();
    demand(&mut tree, &half);
    tree.save().unwrap();
    // The first drop-in is written, the second was being written.
    let dir = "/etc/security/pwquality.conf.d";
    let first = whole
        .root()
        .text(&format!("{dir}/90-dovetail-minlen.conf"))
        .unwrap();
    half.put(
        &format!("{dir}/90-dovetail-minlen.conf"),
        &format!("{first}\n"),
    );
    half.put(&format!("{dir}/90-dovetail-minclass.conf.new"), "# Wri");
    drop(tree);
    half.tree().settle().unwrap();
    assert_eq!(texts(&half), end);
    half.tree().settle().unwrap();
    assert_eq!(texts(&half), end);
}

/// The disk is full when the wish is to be written down: nothing is put in force that nobody would know of later.
#[test]
fn nothing_is_in_force_that_is_not_written_down() {
    let machine = good();
    let before = machine.files();
    let mut tree = machine.tree();
    demand(&mut tree, &machine);
    machine.store.fail_from(1);
    assert_eq!(tree.settle(), Err(Code::STORE_FAILED));
    assert_eq!(machine.files(), before);
    machine.store.fail_from(0);
    tree.settle().unwrap();
    assert_ne!(machine.files(), before);
}

/// The administrator wants reports only: nothing is written, and the truth is told.
#[test]
fn a_machine_that_only_reports_is_left_alone() {
    let mut machine = good();
    machine.config.apply = Applying::Never;
    let before = machine.files();
    let mut tree = machine.tree();
    demand(&mut tree, &machine);
    let states = tree.settle().unwrap();
    assert_eq!(machine.files(), before);
    assert!(unmet(&states).contains(&"min_password_length"));
}

/// Somebody else's file has our name: the policy fails, is told as failed, and the others are in force.
#[test]
fn what_fails_is_told_and_stops_nothing_else() {
    let machine = good().with(
        "/etc/security/pwquality.conf.d/90-dovetail-minlen.conf",
        "minlen = 6\n",
    );
    let mut tree = machine.tree();
    demand(&mut tree, &machine);
    assert_eq!(tree.settle(), Err(Code::POLICY_FAILED));
    assert_eq!(unmet(&tree.standing()), ["min_password_length"]);
    assert_eq!(
        machine
            .root()
            .text("/etc/security/pwquality.conf.d/90-dovetail-minlen.conf")
            .unwrap(),
        "minlen = 6"
    );
}

/// An Atomic whose second command fails: the first one's value is as before (reference M10).
#[test]
fn a_failed_atomic_restores_every_value() {
    let machine = good();
    let mut tree = machine.tree();
    let length = uri(&format!("{LOCK}/MinDevicePasswordLength"));
    let lock = uri(&format!("{LOCK}/MaxInactivityTimeDeviceLock"));
    tree.replace(&length, Value::Int(8)).unwrap();
    tree.begin();
    tree.replace(&length, Value::Int(16)).unwrap();
    tree.add(&lock, Value::Int(5)).unwrap();
    assert_eq!(
        tree.replace(&lock, Value::Int(5000)),
        Err(Status::MALFORMED)
    );
    tree.rollback().unwrap();
    assert_eq!(tree.get(&length), Ok(Value::Int(8)));
    assert_eq!(tree.get(&lock), Err(Status::NOT_FOUND));
    tree.begin();
    tree.replace(&length, Value::Int(16)).unwrap();
    tree.commit().unwrap();
    tree.rollback().unwrap();
    assert_eq!(
        tree.get(&length),
        Ok(Value::Int(16)),
        "a rollback after the end undoes nothing"
    );
}

/// A PIN policy that nobody could obey is refused, whole; the earlier one stays in force (reference M15). In an Atomic at
/// its end, otherwise when the session settles.
#[test]
fn a_contradictory_pin_policy_is_refused() {
    let machine = good();
    let mut tree = machine.tree();
    let at = |name: &str| pin(&machine, &format!("PINComplexity/{name}"));
    set(&mut tree, &at("MinimumPINLength"), Value::Int(6));
    set(&mut tree, &at("LowercaseLetters"), Value::Int(1));
    tree.settle().unwrap();
    let earlier = tree.pin_policy().unwrap();
    assert_eq!(
        (earlier.length.clone(), earlier.lowercase),
        (6..=127, Class::Required)
    );

    // Minimum above maximum.
    set(&mut tree, &at("MinimumPINLength"), Value::Int(20));
    set(&mut tree, &at("MaximumPINLength"), Value::Int(10));
    set(
        &mut tree,
        &format!("{LOCK}/MinDevicePasswordLength"),
        Value::Int(12),
    );
    assert_eq!(tree.settle(), Err(Code::POLICY_CONFLICT));
    assert_eq!(tree.pin_policy(), Some(earlier.clone()));
    assert_eq!(
        tree.get(&uri(&at("MaximumPINLength"))),
        Err(Status::NOT_FOUND)
    );
    assert!(unmet(&tree.standing()).is_empty(), "the rest is in force");

    // Nothing allowed.
    tree.begin();
    for name in [
        "Digits",
        "LowercaseLetters",
        "UppercaseLetters",
        "SpecialCharacters",
    ] {
        set(&mut tree, &at(name), Value::Int(2));
    }
    assert_eq!(tree.commit(), Err(Status::FAILED));
    assert_eq!(tree.pin_policy(), Some(earlier.clone()));
    tree.settle().unwrap();
    assert_eq!(machine.tree().pin_policy(), Some(earlier));

    // In whatever order two good numbers come, what counts is the end.
    set(&mut tree, &at("MinimumPINLength"), Value::Int(8));
    set(&mut tree, &at("MaximumPINLength"), Value::Int(7));
    set(&mut tree, &at("MinimumPINLength"), Value::Int(5));
    tree.settle().unwrap();
    assert_eq!(tree.pin_policy().unwrap().length, 5..=7);
}

/// The oldest accepted system is newer than the newest.
#[test]
fn contradictory_versions_are_refused() {
    let machine = good();
    let mut tree = machine.tree();
    set(
        &mut tree,
        "./Vendor/Dovetail/Policy/OsVersion/Minimum",
        chr("13"),
    );
    set(
        &mut tree,
        "./Vendor/Dovetail/Policy/OsVersion/Maximum",
        chr("12.9"),
    );
    assert_eq!(tree.settle(), Err(Code::POLICY_CONFLICT));
    assert!(tree.standing().is_empty());
    assert!(tree.settle().unwrap().is_empty());
}

/// [MD-03] A policy for another tenant is not found here, whatever the letter case of our own.
#[test]
fn a_policy_of_another_tenant_is_not_found() {
    let machine = good();
    let mut tree = machine.tree();
    let other = uri(
        "./Device/Vendor/MSFT/PassportForWork/22222222-2222-4222-8222-222222222222/Policies/UsePassportForWork",
    );
    assert_eq!(
        tree.replace(&other, Value::Bool(true)),
        Err(Status::NOT_FOUND)
    );
    assert_eq!(tree.add(&other, Value::Bool(true)), Err(Status::NOT_FOUND));
    let own = pin(&machine, "RequireSecurityDevice").replace("aaaa", "AAAA");
    set(&mut tree, &own, Value::Bool(true));
    assert!(tree.pin_policy().unwrap().needs_tpm);
    assert_eq!(
        tree.get(&uri(&pin(&machine, "RequireSecurityDevice"))),
        Ok(Value::Bool(true))
    );
}

/// [MD-04] Values with shell text, paths, line ends and format strings: refused where a number belongs, kept as they are
/// where a text does; nothing of them ever reaches a file of the machine.
#[test]
fn values_are_data() {
    let hostile = [
        "12; reboot",
        "$(reboot)",
        "`reboot`",
        "| sh",
        "&& rm -rf /",
        "> /etc/passwd",
        "../../etc/shadow",
        "/etc/shadow",
        "file:///etc/shadow",
        "12\n[org/gnome]\nx=1",
        "12\r\nminlen = 1",
        "\n",
        "\t",
        "\0",
        "12\0",
        "%s%s%n",
        "%d",
        "{}",
        "{0}",
        "${HOME}",
        "%{user}",
        "' or 1=1 --",
        "\"",
        "<![CDATA[x]]>",
        "<a/>",
        "&amp;",
        "0x7f",
        "1e9",
        "-1",
        "99999999999999999999",
        " 12",
        "１２",
        "NaN",
        "",
    ];
    let machine = good();
    let before = machine.files();
    let mut tree = machine.tree();
    let provider = "./Vendor/MSFT/DMClient/Provider/MS%20DM%20Server";
    let typed = [
        format!("{LOCK}/MinDevicePasswordLength"),
        format!("{LOCK}/MaxInactivityTimeDeviceLock"),
        pin(&machine, "PINComplexity/History"),
        pin(&machine, "UsePassportForWork"),
        "./Vendor/Dovetail/Policy/OsVersion/Minimum".into(),
        "./Vendor/Dovetail/Compliance/State".into(),
        "./Vendor/Dovetail/Compliance/Reasons".into(),
        format!("{provider}/Poll/NumberOfFirstRetries"),
    ];
    for value in hostile {
        for at in &typed {
            let refused = tree.replace(&uri(at), chr(value));
            assert_eq!(refused, Err(Status::MALFORMED), "{at} {value:?}");
        }
        let name = uri(&format!("{provider}/EntDeviceName"));
        if tree.replace(&name, chr(value)).is_ok() {
            assert_eq!(tree.get(&name), Ok(chr(value)), "unchanged");
            assert!(!value.contains(char::is_control), "{value:?}");
        }
    }
    for value in [
        Value::Xml("<x/>".into()),
        Value::Base64(vec![1]),
        Value::Node(vec![]),
    ] {
        assert_eq!(tree.replace(&uri(&typed[0]), value), Err(Status::FORMAT));
    }
    tree.settle().unwrap();
    assert_eq!(machine.files(), before);
}

/// [MD-04] Addresses that look like paths of files that are there: none is opened, none is found (reference M9).
#[test]
fn addresses_reach_no_files() {
    let machine = good().with("/etc/secret", "do not tell");
    let mut tree = machine.tree();
    for address in [
        "./Device/etc/secret",
        "./Vendor/etc/secret",
        "./Vendor/MSFT/%2Fetc%2Fsecret",
        "./Vendor/MSFT/..%2F..%2Fetc%2Fsecret",
        "./Vendor/MSFT/DeviceStatus/NetworkIdentifiers/..%2F..%2Fetc/Type",
        "./Vendor/MSFT/DMClient/Provider/..%2F..%2Fetc%2Fsecret/UPN",
        "./Vendor/MSFT/Policy/Config/DeviceLock/%24(reboot)",
        "./Vendor/MSFT/%25s%25n",
    ] {
        let address = uri(address);
        assert_eq!(tree.get(&address), Err(Status::NOT_FOUND), "{address}");
        assert_eq!(tree.replace(&address, chr("x")), Err(Status::NOT_FOUND));
    }
}
