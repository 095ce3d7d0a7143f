//! Joining a machine without a browser: a code here, the sign-in elsewhere.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use dovetail_shared::Step;
use dovetail_shared::link::{JoinState, StepState};
use dovetail_tests::place::program;
use dovetail_tests::{Lab, Setup, talk};
use serde_json::Value;

fn lab(story: &str) -> Lab {
    let setup = Setup {
        soft_keys: true,
        log: "trace",
        ..Setup::default()
    };
    Lab::with(story, setup).unwrap()
}

/// `dovetail join --device-code`, until it has shown its code.
fn begin(lab: &Lab) -> (Child, BufReader<ChildStdout>, Value) {
    let mut child = Command::new(program("dovetail"))
        .arg("--socket")
        .arg(lab.daemon.socket())
        .args(["--json", "join", "--device-code", "--yes"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    (child, lines, serde_json::from_str(&first).unwrap())
}

fn end(mut child: Child, mut lines: BufReader<ChildStdout>) -> (i32, String) {
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    (child.wait().unwrap().code().unwrap(), rest)
}

/// An administrator has allowed it: the machine shows a code, somebody signs in with it elsewhere, and it joins and is managed without
/// a page.
#[tokio::test(flavor = "multi_thread")]
async fn a_machine_without_a_browser_joins() {
    let lab = lab("device_code");
    lab.tenant
        .run(&["policy", "set", "--device-code-join", "on"]);
    let (child, lines, shown) = begin(&lab);
    let code = shown["user_code"].as_str().unwrap();
    let address = shown["verification_uri"].as_str().unwrap();
    assert!(address.starts_with(lab.tenant.value("login")), "{address}");
    lab.tenant
        .run(&["device-code", "approve", code, "--upn", "diego@contoso.com"]);
    let (exit, rest) = end(child, lines);
    assert_eq!(exit, 0, "{rest}");
    let view = talk::standing(&lab.daemon, &[JoinState::Joined]).await;
    assert_eq!(view.account.unwrap().upn, "diego@contoso.com");
    let done = |step| {
        view.steps
            .iter()
            .any(|view| view.step == step && view.state == StepState::Done)
    };
    assert!(done(Step::Enroll) && done(Step::Sync), "{:?}", view.steps);
    assert_eq!(lab.tenant.devices().len(), 1);
    let record = String::from_utf8(lab.daemon.file("record.json")).unwrap();
    assert!(!record.contains("eyJ") && !record.contains(code));
}

/// [DR-06] Nobody has allowed it: no code is given out, the refusal says what an administrator can do, and nothing has begun.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_off_until_an_administrator_allows_it() {
    let lab = lab("device_code_off");
    let (exit, _, complaint) = lab.daemon.cli(&["join", "--device-code", "--yes"]);
    assert_eq!(exit, 3, "{complaint}");
    assert!(complaint.contains("JOIN-451"), "{complaint}");
    assert!(complaint.contains("ask your administrator"), "{complaint}");
    let mut client = talk::connect(&lab.daemon).await;
    assert!(talk::status(&mut client).await.join.is_none());
    assert!(lab.tenant.devices().is_empty());
}

/// [DR-06] The administrator takes it back while a code is out: whoever signs in with it joins nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_from_before_joins_nothing_after() {
    let lab = lab("device_code_back");
    lab.tenant
        .run(&["policy", "set", "--device-code-join", "on"]);
    let (child, lines, shown) = begin(&lab);
    lab.tenant
        .run(&["policy", "set", "--device-code-join", "off"]);
    let code = shown["user_code"].as_str().unwrap();
    let approve = ["device-code", "approve", code, "--upn", "adele@contoso.com"];
    lab.tenant.run(&approve);
    let (exit, rest) = end(child, lines);
    assert_eq!(exit, 3, "{rest}");
    assert!(lab.tenant.devices().is_empty());
}
