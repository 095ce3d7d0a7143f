//! The real program over its real socket.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::format_push_string,
    unreachable_pub,
    missing_docs,
    reason = "a test may fail loudly"
)]

#[path = "support/wait.rs"]
mod wait;

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command};

use serde_json::{Value, json};

struct Daemon {
    child: Child,
    dir: tempfile::TempDir,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn start(extra: &str) -> Daemon {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let child = spawn(dir.path(), extra);
    Daemon { child, dir }
}

fn spawn(dir: &Path, extra: &str) -> Child {
    let config = dir.join("dovetail.toml");
    let text = format!(
        "[tenant]\nauthority = \"https://login.dovetail.localhost:1/common\"\ndrs = \"https://drs.dovetail.localhost:1\"\n\
         [portal]\norigins = [\"https://portal.example\"]\n[daemon]\nsocket = \"{0}/s\"\nstate_dir = \"{0}/state\"\n{extra}",
        dir.display()
    );
    std::fs::write(&config, text).unwrap();
    Command::new(env!("CARGO_BIN_EXE_dovetaild"))
        .arg("--config")
        .arg(config)
        .spawn()
        .unwrap()
}

fn connect(dir: &Path) -> UnixStream {
    let socket = wait::until("the daemon's socket", || UnixStream::connect(dir.join("s")));
    socket.set_read_timeout(Some(wait::PATIENCE)).unwrap();
    socket
}

fn ask(socket: &mut UnixStream, frame: &Value) -> Value {
    send(socket, frame.to_string().as_bytes());
    receive(socket)
}

fn send(socket: &mut UnixStream, bytes: &[u8]) {
    socket
        .write_all(&u32::try_from(bytes.len()).unwrap().to_ne_bytes())
        .unwrap();
    socket.write_all(bytes).unwrap();
}

fn receive(socket: &mut UnixStream) -> Value {
    let mut length = [0; 4];
    socket.read_exact(&mut length).unwrap();
    let mut bytes = vec![0; u32::from_ne_bytes(length) as usize];
    socket.read_exact(&mut bytes).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// The first words between a client and the daemon, and what it does not know.
#[test]
fn every_request_gets_one_answer() {
    let daemon = start("allow_soft_keys = true\n");
    let mut socket = connect(daemon.dir.path());
    let hello = ask(
        &mut socket,
        &json!({"v":1,"id":"a","type":"hello","body":{"protocol":[1],"client":"test"}}),
    );
    assert_eq!(hello["body"]["protocol"], 1, "{hello}");
    let status = ask(&mut socket, &json!({"v":1,"id":"b","type":"status"}));
    assert_eq!(
        status["body"]["device"]["azure_ad_joined"], false,
        "{status}"
    );
    let unknown = ask(&mut socket, &json!({"v":1,"id":"c","type":"steal"}));
    assert_eq!(
        (unknown["id"].as_str(), unknown["error"]["code"].as_str()),
        (Some("c"), Some("JOIN-305"))
    );
    send(&mut socket, b"\xff\xfe");
    assert_eq!(receive(&mut socket)["error"]["code"], "JOIN-307");
}

/// A page that is not the portal asks, and the portal asks for what pages may not have.
#[test]
fn pages_are_held_to_their_origin() {
    let daemon = start("allow_soft_keys = true\n");
    let mut socket = connect(daemon.dir.path());
    for (origin, kind) in [
        ("https://portal.example.evil", "status"),
        ("http://portal.example", "status"),
        ("https://portal.example", "leave"),
        ("https://portal.example", "doctor"),
    ] {
        let answer = ask(
            &mut socket,
            &json!({"v":1,"id":"a","type":kind,"origin":origin}),
        );
        assert_eq!(answer["error"]["code"], "JOIN-306", "{origin} {kind}");
    }
    assert_eq!(
        ask(
            &mut socket,
            &json!({"v":1,"id":"a","type":"status","origin":"https://portal.example"})
        )["ok"],
        true
    );
}

/// A join begins, survives a kill of the daemon in the middle of the sign-in, and begins anew under the same id with another nonce.
#[test]
fn a_join_that_waits_for_sign_in_outlives_the_daemon() {
    let mut daemon = start("allow_soft_keys = true\n");
    let begin = json!({"v":1,"id":"a","type":"join.begin","origin":"https://portal.example","body":{"join_type":"joined"}});
    let mut socket = connect(daemon.dir.path());
    let began = ask(&mut socket, &begin);
    assert_eq!(
        began["body"]["join"]["state"], "waiting_for_sign_in",
        "{began}"
    );
    assert_eq!(began["body"]["nonce"].as_str().unwrap().len(), 43);
    daemon.child.kill().unwrap();
    daemon.child.wait().unwrap();
    daemon.child = spawn(daemon.dir.path(), "allow_soft_keys = true\n");
    let mut socket = connect(daemon.dir.path());
    let status = ask(&mut socket, &json!({"v":1,"id":"b","type":"status"}));
    assert_eq!(
        status["body"]["join"]["join_id"], began["body"]["join"]["join_id"],
        "{status}"
    );
    let again = ask(&mut socket, &begin);
    assert_eq!(
        again["body"]["join"]["join_id"],
        began["body"]["join"]["join_id"]
    );
    assert_ne!(again["body"]["nonce"], began["body"]["nonce"]);
    let token = ask(
        &mut socket,
        &json!({"v":1,"id":"c","type":"join.token","body":{"join_id":again["body"]["join"]["join_id"],"id_token":"e30.e30."}}),
    );
    assert_eq!(token["ok"], false);
}

/// [DM-21] The record was written by a newer daemon: it is neither misread nor overwritten, and the way out is named.
#[test]
fn a_newer_record_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let state = dir.path().join("state");
    std::fs::create_dir(&state).unwrap();
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::write(state.join("record.json"), r#"{"version":99}"#).unwrap();
    let child = spawn(dir.path(), "");
    let daemon = Daemon { child, dir };
    let mut socket = connect(daemon.dir.path());
    let status = ask(&mut socket, &json!({"v":1,"id":"b","type":"status"}));
    assert_eq!(
        status["body"]["diagnostics"]["code"], "JOIN-403",
        "{status}"
    );
    let begin = ask(
        &mut socket,
        &json!({"v":1,"id":"a","type":"join.begin","body":{"join_type":"joined"}}),
    );
    assert_eq!(begin["error"]["code"], "JOIN-403", "{begin}");
    assert_eq!(
        std::fs::read_to_string(state.join("record.json")).unwrap(),
        r#"{"version":99}"#
    );
}

/// [DM-09] One user opens connection after connection: the next ones are closed, the first go on.
#[test]
fn a_user_holds_a_limited_number_of_connections() {
    let daemon = start("allow_soft_keys = true\nmax_connections_per_uid = 3\n");
    let mut held: Vec<UnixStream> = (0..3).map(|_| connect(daemon.dir.path())).collect();
    let status = json!({"v":1,"id":"b","type":"status"});
    for socket in &mut held {
        assert_eq!(ask(socket, &status)["ok"], true);
    }
    let mut fourth = connect(daemon.dir.path());
    assert_eq!(fourth.read(&mut [0; 4]).unwrap_or(0), 0);
    assert_eq!(ask(held.first_mut().unwrap(), &status)["ok"], true);
}

/// Without a TPM and without leave to keep keys in files, the answer is a clear refusal and no key appears anywhere.
#[test]
fn a_machine_without_a_tpm_says_so() {
    let daemon = start("");
    let mut socket = connect(daemon.dir.path());
    let doctor = ask(&mut socket, &json!({"v":1,"id":"d","type":"doctor"}));
    let check = doctor["body"]["checks"][0].clone();
    assert_eq!(
        (check["name"].as_str(), check["outcome"].as_str()),
        (Some("tpm"), Some("failed")),
        "{doctor}"
    );
    assert!(!daemon.dir.path().join("state/keys").exists());
}

/// [DM-06] Names that could break a file, a log or a page are refused at the door.
#[test]
fn names_that_break_things_are_refused() {
    let daemon = start("allow_soft_keys = true\n");
    let mut socket = connect(daemon.dir.path());
    let long = "x".repeat(65_536);
    let names = [
        "",
        " ",
        "a\nb",
        "a\rb",
        "a\0b",
        "a\u{202e}b",
        "a\u{200b}",
        "\u{feff}a",
        "a\u{2028}b",
        "a\u{7f}",
        " a",
        "a ",
        &long,
    ];
    for (index, name) in names.iter().enumerate() {
        let frame = json!({"v": 1, "id": format!("{index}"), "type": "join.begin", "body": {"join_type": "joined", "device_name": name}});
        let answer = ask(&mut socket, &frame);
        assert_eq!(answer["error"]["code"], "JOIN-307", "{name:?}");
    }
    let answer = ask(
        &mut socket,
        &json!({"v": 1, "id": "status", "type": "status"}),
    );
    assert!(answer["body"]["join"].is_null(), "nothing was begun");
}
