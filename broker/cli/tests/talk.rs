//! The commands that talk to the daemon: words, JSON and exit codes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop where its story cannot go on"
)]

#[path = "lab/play.rs"]
#[allow(dead_code, reason = "not every test needs all of it")]
mod lab;

use lab::{Daemon, command, report, status};
use serde_json::{Value, json};

const JOIN_ID: &str = "11111111-2222-4333-8444-555555555555";

fn of_status(joined: bool) -> Daemon {
    Daemon::start(move |_| Ok(status(joined)), vec![])
}

/// A joined machine with key files: dsregcmd's sections and names, and the truth about the keys.
#[test]
fn status_is_laid_out_as_people_know_it() {
    let run = of_status(true).run(&["status"]);
    assert_eq!(run.code, 0, "{}", run.err);
    for line in [
        "| Device State                                                         |",
        "             AzureAdJoined : YES",
        "               Device Name : ada-laptop",
        "                  DeviceId : 30b1c8ce-79a8-4a3c-9d8b-2a6f5d3f0001",
        " DeviceCertificateValidity : [ 2016-01-09 02:02:12.000 UTC -- 2026-01-06 02:02:12.000 UTC ]",
        "               KeyProvider : Key files (not hardware-bound)",
        "              TpmProtected : NO",
        "                TenantName : Contoso",
        "           WorkplaceJoined : NO",
    ] {
        assert!(
            run.out.lines().any(|have| have == line),
            "{line}\n{}",
            run.out
        );
    }
    let not = of_status(false).run(&["status"]);
    assert!(not.out.contains("AzureAdJoined : NO"));
    assert!(!not.out.contains("Device Details"));
}

/// A managed machine that lacks something: the section says who manages it, the verdict, and what mends it.
fn managed() -> Value {
    let mut managed = status(true);
    managed["management"] = json!({
        "state": "enrolled", "service": "manage.contoso.example", "mdm_url": "https://manage.contoso.example/d",
        "compliance": "noncompliant", "reasons": ["The disk is not encrypted.\u{1b}[2J"], "last_sync": 1_452_304_932, "next_sync": 1_452_333_732, "certificate_not_after": 1_767_664_932,
        "policies": [
            {"name": "screen_lock", "wanted": "after 15 minutes", "actual": "after 10 minutes", "met": true},
            {"name": "disk_encryption", "wanted": "on", "actual": "off", "met": false, "cure": "Encrypt the disk\u{1b}[2J."},
        ],
    });
    managed
}

/// Management has its section, with every policy and what mends it; nothing in it commands the terminal.
#[test]
fn management_has_its_section() {
    let run = Daemon::start(|_| Ok(managed()), vec![]).run(&["status"]);
    for line in [
        "| Management                                                           |",
        "                   Managed : YES",
        "                   Service : manage.contoso.example",
        "                Compliance : noncompliant",
        "                    Reason : The disk is not encrypted.[2J",
        "                  LastSync : 2016-01-09 02:02:12.000 UTC",
        "               screen_lock : MET (wanted: after 15 minutes; here: after 10 minutes)",
        "           disk_encryption : NOT MET (wanted: on; here: off)",
    ] {
        assert!(
            run.out.lines().any(|have| have == line),
            "{line}\n{}",
            run.out
        );
    }
    assert!(run.out.contains("Encrypt the disk") && !run.out.contains('\u{1b}'));
    assert!(!of_status(true).run(&["status"]).out.contains("Management"));
}

/// `sync` says what is missing, and exits as whatever went wrong can be mended; `unenroll` wants a yes.
#[test]
fn syncing_tells_what_is_missing() {
    let daemon = Daemon::start(|_| Ok(managed()), vec![]);
    let run = daemon.run(&["sync"]);
    assert_eq!(
        (run.code, daemon.asked()),
        (0, vec!["sync".to_owned()]),
        "{}",
        run.err
    );
    assert!(
        run.out.contains("not as your organisation wants it")
            && run.out.contains("disk_encryption")
    );
    assert!(!run.out.contains("screen_lock"));
    assert_eq!(daemon.run(&["sync", "--json"]).json(), managed());
    for (code, exit) in [("0x80180010", 4), ("JOIN-425", 1), ("0x80180018", 3)] {
        let run = Daemon::start(move |_| Err(code), vec![]).run(&["sync"]);
        assert_eq!(run.code, exit, "{code}: {}", run.err);
    }
    let removed = Daemon::start(
        |_| {
            let mut removed = status(false);
            removed["management"] = managed()["management"].clone();
            removed["management"]["state"] = json!("removed");
            removed["management"]["report"] = report("JOIN-432");
            Ok(removed)
        },
        vec![],
    );
    assert_eq!(removed.run(&["sync"]).code, 3);
    assert_eq!(daemon.run(&["unenroll"]).code, 1);
    assert_eq!(daemon.run(&["unenroll", "--yes"]).code, 0);
    assert_eq!(daemon.last()["type"], "unenroll");
}

/// Programs get the daemon's status, whole and nothing else.
#[test]
fn status_for_programs_is_what_the_daemon_said() {
    for joined in [true, false] {
        let run = of_status(joined).run(&["status", "--json"]);
        assert_eq!((run.code, run.json()), (0, status(joined)));
    }
}

/// A tenant whose name would paint the terminal.
#[test]
fn a_name_from_elsewhere_cannot_command_the_terminal() {
    let mut painted = status(false);
    painted["tenant"]["tenant_name"] =
        json!("Con\u{1b}]0;evil\u{7}toso\u{202e}\nAzureAdJoined : YES");
    let run = Daemon::start(move |_| Ok(painted.clone()), vec![]).run(&["status"]);
    assert!(!run.out.contains(['\u{1b}', '\u{7}', '\u{202e}']));
    assert!(
        !run.out
            .lines()
            .any(|line| line.trim_start().starts_with("AzureAdJoined : YES"))
    );
}

/// No daemon: two sentences, code and id, and the exit code that says "administrator".
#[test]
fn a_missing_daemon_is_told_in_two_sentences() {
    let home = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| -> lab::Run {
        command(home.path(), arguments).output().unwrap().into()
    };
    let told = run(&["status", "--socket", "/nonexistent/sock"]);
    assert_eq!(told.code, 3);
    let lines: Vec<&str> = told.err.lines().collect();
    assert_eq!(lines[0], "The Dovetail service is not running.");
    assert!(lines[1].starts_with("Run `sudo systemctl start dovetaild`"));
    assert!(lines[2].starts_with("JOIN-303 · "));
    assert_eq!(lines.len(), 3);
    let more = run(&["status", "--socket", "/nonexistent/sock", "-v"]);
    assert!(more.err.contains("/nonexistent/sock"));
    let json = run(&["status", "--socket", "/nonexistent/sock", "--json"]);
    assert_eq!(json.json()["error"]["code"], "JOIN-303");
    assert!(json.err.is_empty());
}

/// Each kind of refusal has its exit code; a wrong command line has clap's.
#[test]
fn exit_codes_say_who_can_mend_it() {
    for (code, exit) in [
        ("JOIN-309", 1),
        ("JOIN-305", 3),
        ("JOIN-205", 4),
        ("JOIN-501", 70),
    ] {
        let run = Daemon::start(move |_| Err(code), vec![]).run(&["status"]);
        assert_eq!(run.code, exit, "{code}");
        assert!(
            run.err.contains(&format!("{code} · 6bff0bd9-")),
            "{}",
            run.err
        );
    }
    assert_eq!(of_status(false).run(&["stat"]).code, 2);
}

/// `leave` does not go on without a yes, and says what it did.
#[test]
fn leaving_wants_a_yes() {
    let daemon = of_status(true);
    let run = daemon.run(&["leave"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("--yes"));
    assert_eq!(daemon.asked(), ["status"]);
    assert_eq!(daemon.run(&["leave", "--yes", "--forget"]).code, 0);
    assert_eq!(daemon.last()["body"], json!({"forget": true}));
    let not = of_status(false);
    assert_eq!(not.run(&["leave", "--yes"]).code, 1);
    assert_eq!(not.asked(), ["status"]);
}

/// What waits is shown with tenant, account and device, and answered.
#[test]
fn approving_shows_what_is_approved() {
    let daemon = Daemon::start(
        |request| match request["type"].as_str().unwrap() {
            "approval.list" => Ok(json!({"waiting":[{"join_id": JOIN_ID, "tenant": "Contoso",
                "upn": "ada@contoso.example", "device_name": "ada-laptop"}]})),
            _ => Ok(json!({})),
        },
        vec![],
    );
    let run = daemon.run(&["approve", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.err);
    for part in ["Contoso", "ada@contoso.example", "ada-laptop", "Approved."] {
        assert!(run.out.contains(part), "{part}");
    }
    assert_eq!(
        daemon.last()["body"],
        json!({"join_id": JOIN_ID, "approve": true})
    );
    assert_eq!(daemon.run(&["approve", "--no"]).code, 0);
    assert_eq!(daemon.last()["body"]["approve"], false);
    let before = daemon.asked().len();
    // Nobody to ask: nothing is answered.
    assert_eq!(daemon.run(&["approve"]).code, 1);
    assert_eq!(daemon.asked().len(), before + 1);
}

fn view(state: &str, step: &str, report: Option<Value>) -> Value {
    let mut view = json!({
        "join_id": JOIN_ID, "state": state, "join_type": "joined", "mode": "settings",
        "device_name": "ada-laptop", "keys": "tpm", "started": 1_452_304_932,
        "steps": [{"step": "register", "state": step, "ms": 7}],
    });
    if let Some(report) = report {
        view["report"] = report;
    }
    json!({"v":1,"event":"join.changed","body":view})
}

/// A join is watched to its good end; each step is told once.
#[test]
fn a_join_is_followed_to_its_end() {
    let events = vec![
        view("running", "running", None),
        view("running", "running", None),
        view("joined", "done", None),
    ];
    let daemon = Daemon::start(
        |request| {
            Ok(if request["type"] == "status" {
                status(false)
            } else {
                json!({})
            })
        },
        events,
    );
    let run = daemon.run(&[
        "join",
        "--no-browser",
        "--device-name",
        "Ada 1",
        "--mode",
        "oobe",
    ]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        run.out
            .contains("/WebApp/CloudDomainJoin/4?mode=oobe&device_name=Ada+1"),
        "{}",
        run.out
    );
    assert_eq!(run.out.matches("… The device is registered").count(), 1);
    assert!(run.out.contains("✓ The device is registered (7 ms)"));
    assert_eq!(daemon.asked(), ["subscribe", "status"]);
}

/// A join that fails ends the command with the join's own report and exit code.
#[test]
fn a_failed_join_ends_with_its_report() {
    let failed = view("failed", "failed", Some(report("0x801c000e")));
    let daemon = Daemon::start(
        |request| {
            Ok(if request["type"] == "status" {
                status(false)
            } else {
                json!({})
            })
        },
        vec![failed],
    );
    let run = daemon.run(&["join", "--no-browser"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("0x801c000e · 6bff0bd9-"));
}

/// A joined machine does not join again.
#[test]
fn a_joined_machine_does_not_join_again() {
    let daemon = Daemon::start(
        |request| {
            Ok(if request["type"] == "status" {
                status(true)
            } else {
                json!({})
            })
        },
        vec![],
    );
    let run = daemon.run(&["join", "--no-browser"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("JOIN-107"));
}

/// The doctor runs the daemon's checks and its own, and its exit code follows the first failure.
#[test]
fn the_doctor_tells_the_daemons_checks_and_its_own() {
    let daemon = Daemon::start(
        |request| match request["type"].as_str().unwrap() {
            "hello" => {
                Ok(json!({"protocol":1,"broker":env!("CARGO_PKG_VERSION"),"max_frame":1_048_576}))
            }
            "doctor" => Ok(json!({"checks":[
                {"name":"tpm","outcome":"failed","message":"No TPM.","report":report("JOIN-101")}]})),
            _ => Ok(status(false)),
        },
        vec![],
    );
    let run = daemon.run(&["doctor", "--json"]);
    assert_eq!(run.code, 3);
    let answer = run.json();
    let named = |name: &str| {
        let checks = answer["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).unwrap()["outcome"].clone()
    };
    assert_eq!(named("socket"), "passed");
    assert_eq!(named("tpm"), "failed");
    assert_eq!(named("local-clock"), "passed");
    assert_eq!(named("dns"), "passed");
    assert_eq!(named("extension"), "warning");
    let words = daemon.run(&["doctor"]);
    assert!(words.out.contains("FAIL tpm"), "{}", words.out);
    assert!(!words.out.contains('\u{1b}'), "colour without a terminal");
}

/// A manifest that points nowhere is found, with its path; so is a browser that knows no host.
#[test]
fn the_doctor_finds_a_manifest_that_points_nowhere() {
    let daemon = of_status(false);
    let home = daemon.dir.path();
    let path = home.join(".mozilla/native-messaging-hosts/dovetail.host.json");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::create_dir_all(home.join(".config/vivaldi")).unwrap();
    let manifest = |program: &str| {
        json!({"name":"dovetail.host","path":program,"type":"stdio",
               "allowed_extensions":["dovetail@extension"]})
        .to_string()
    };
    std::fs::write(&path, manifest("/nonexistent/dovetail-host")).unwrap();
    let run = daemon.run(&["doctor"]);
    assert!(run.out.contains("FAIL manifest:firefox"), "{}", run.out);
    assert!(run.out.contains("/nonexistent/dovetail-host cannot be run"));
    assert!(run.out.contains("look manifest:vivaldi"));
    let program = home.join("dovetail-host");
    std::fs::copy("/bin/true", &program).unwrap();
    std::fs::write(&path, manifest(program.to_str().unwrap())).unwrap();
    let run = daemon.run(&["doctor"]);
    assert!(run.out.contains("  ok manifest:firefox"), "{}", run.out);
}

/// Ctrl-C ends the watching; the daemon is asked for nothing more.
#[test]
fn ctrl_c_leaves_the_join_alone() {
    use std::io::{BufRead as _, BufReader};
    let daemon = Daemon::start(
        |request| {
            Ok(if request["type"] == "status" {
                status(false)
            } else {
                json!({})
            })
        },
        vec![view("waiting_for_sign_in", "pending", None)],
    );
    let socket = daemon.socket();
    let mut child = command(
        daemon.dir.path(),
        &["join", "--no-browser", "--socket", socket.to_str().unwrap()],
    )
    .stdout(std::process::Stdio::piped())
    .spawn()
    .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The event has been shown, so the signal is listened for.
    lines
        .by_ref()
        .find(|line| line.as_ref().unwrap().contains("sign in on the page"))
        .unwrap()
        .unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(daemon.asked(), ["subscribe", "status"]);
}

/// No browser knows the host: one failure says so, however many browsers there are.
#[test]
fn a_missing_host_in_every_browser_is_a_failure_of_its_own() {
    let daemon = of_status(false);
    let answer = daemon.run(&["doctor", "--json"]).json();
    let checks = answer["checks"].as_array().unwrap();
    let told = checks.iter().find(|check| check["name"] == "manifests");
    // On a machine where Dovetail is installed for everybody, there is nothing to tell.
    if let Some(told) = told {
        assert_eq!(told["report"]["code"], "JOIN-302");
    } else {
        assert!(checks.iter().any(|check| {
            check["name"].as_str().unwrap().starts_with("manifest:") && check["outcome"] == "passed"
        }));
    }
}

/// A daemon that gives out a code and then tells these states.
fn coding(states: &[&str]) -> Daemon {
    let events = states
        .iter()
        .map(|state| view(state, "done", None))
        .collect();
    let answer = |request: &Value| {
        Ok(match request["type"].as_str() {
            Some("status") => status(false),
            Some("join.device_code") => json!({
                "join": view("waiting_for_sign_in", "pending", None)["body"], "user_code": "F5KZ-7QRT",
                "verification_uri": "https://login.dovetail.localhost:8443/common/oauth2/deviceauth", "message": "", "expires_in": 900,
            }),
            Some("join.confirm" | "join.cancel") => {
                view("running", "running", None)["body"].clone()
            }
            _ => json!({}),
        })
    };
    Daemon::start(answer, events)
}

/// On a machine without a browser, in a script: two plain lines say where to sign in, and no picture; then the device joins.
#[test]
fn a_code_is_told_in_plain_lines_where_there_is_no_terminal() {
    let daemon = coding(&["waiting_for_confirmation", "joined"]);
    let run = daemon.run(&["join", "--device-code", "--yes", "--device-name", "Rack 7"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    for line in [
        "  Address : https://login.dovetail.localhost:8443/common/oauth2/deviceauth",
        "  Code    : F5KZ-7QRT",
        "The code is good for 15 minutes.",
    ] {
        assert!(run.out.lines().any(|have| have == line), "{}", run.out);
    }
    assert!(!run.out.contains(['\u{2580}', '\u{2584}', '\u{2588}']));
    assert!(!run.out.contains("on the page"), "{}", run.out);
    assert_eq!(
        daemon.asked(),
        ["subscribe", "status", "join.device_code", "join.confirm"]
    );
}

/// For programs: the code as one JSON value, then the join as it moves.
#[test]
fn a_code_for_programs_is_json() {
    let daemon = coding(&["waiting_for_confirmation", "joined"]);
    let run = daemon.run(&["--json", "join", "--device-code", "--yes"]);
    let values: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(values[0]["user_code"], "F5KZ-7QRT");
    assert_eq!(values.last().unwrap()["state"], "joined");
}

/// Without a terminal and without `--yes` nobody could say yes later, so no code is asked for.
#[test]
fn a_code_is_not_asked_for_where_nobody_could_say_yes() {
    let daemon = coding(&[]);
    let run = daemon.run(&["join", "--device-code"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("--yes"), "{}", run.err);
    assert_eq!(daemon.asked(), ["subscribe", "status"]);
    assert_eq!(daemon.run(&["join", "--yes"]).code, 2);
    assert_eq!(
        daemon
            .run(&["join", "--device-code", "--user", "a@b.c"])
            .code,
        2
    );
}

/// Ctrl-C while the code waits: the join is given up, and the code is good for nothing.
#[test]
fn ctrl_c_takes_the_code_back() {
    use std::io::{BufRead as _, BufReader};
    let daemon = coding(&["running"]);
    let socket = daemon.socket();
    let arguments = [
        "join",
        "--device-code",
        "--yes",
        "--socket",
        socket.to_str().unwrap(),
    ];
    let mut child = command(daemon.dir.path(), &arguments)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The event has been shown, so the signal is listened for.
    lines
        .by_ref()
        .find(|line| line.as_ref().unwrap().contains("The device is registered"))
        .unwrap()
        .unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(
        daemon.asked(),
        ["subscribe", "status", "join.device_code", "join.cancel"]
    );
}
