//! What happens on a real terminal.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop where its story cannot go on"
)]
#![allow(dead_code, reason = "the lab is shared with other tests")]

#[path = "lab/play.rs"]
mod lab;

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use lab::{Daemon, command, status};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

/// The two ends of a terminal.
fn terminal() -> (File, File) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave = File::options()
        .read(true)
        .write(true)
        .open(name.to_str().unwrap())
        .unwrap();
    (File::from(master), slave)
}

/// Types `keys` when asked for the password: exit code, what the terminal showed, and the terminal's other end.
fn type_it(daemon: &Daemon, keys: &[u8]) -> (i32, String, File, File) {
    let join = ["join", "--user", "adele@contoso.com"];
    type_them(daemon, &join, &[("Password of adele@contoso.com:", keys)])
}

/// Types an answer to each question.
fn type_them(
    daemon: &Daemon,
    further: &[&str],
    answers: &[(&str, &[u8])],
) -> (i32, String, File, File) {
    let (mut master, slave) = terminal();
    let socket = daemon.socket();
    let mut arguments = vec!["--socket", socket.to_str().unwrap()];
    arguments.extend(further);
    let mut child = command(daemon.dir.path(), &arguments)
        .stdin(Stdio::from(slave.try_clone().unwrap()))
        .stderr(Stdio::from(slave.try_clone().unwrap()))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut shown = Vec::new();
    let mut some = [0; 256];
    for (question, keys) in answers {
        while !String::from_utf8_lossy(&shown).contains(question) {
            let read = master.read(&mut some).unwrap();
            shown.extend(some.iter().take(read));
        }
        master.write_all(keys).unwrap();
    }
    let code = child.wait().unwrap().code().unwrap();
    // All of it is there: the program has ended, and the terminal is read until it has nothing more.
    rustix::io::ioctl_fionbio(&master, true).unwrap();
    while let Ok(read @ 1..) = master.read(&mut some) {
        shown.extend(some.iter().take(read));
    }
    (code, String::from_utf8(shown).unwrap(), master, slave)
}

fn daemon() -> Daemon {
    let answer = |request: &serde_json::Value| match request["type"].as_str() {
        Some("join.direct") => Err("AADSTS50126"),
        Some("status") => Ok(status(false)),
        _ => Ok(serde_json::json!({})),
    };
    Daemon::start(answer, vec![])
}

/// The password is typed unseen, corrected as people are used to, and goes to the daemon; then the terminal is as before.
#[test]
fn a_password_is_typed_unseen() {
    let daemon = daemon();
    let (code, shown, _master, slave) = type_it(&daemon, b"hunter3\x7f2\r");
    assert_eq!(code, 1);
    assert_eq!(daemon.last()["body"]["password"], "hunter2");
    assert!(!shown.contains("hunter"), "{shown}");
    assert!(shown.contains("AADSTS50126"), "{shown}");
    let modes = tcgetattr(&slave).unwrap().local_modes;
    assert!(modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG));
}

/// Ctrl-C gives up: nothing is sent, and the terminal shows again what is typed.
#[test]
fn giving_up_leaves_the_terminal_as_it_was() {
    let daemon = daemon();
    let (code, shown, _master, slave) = type_it(&daemon, b"hunter2\x03");
    assert_ne!(code, 0);
    assert!(!shown.contains("hunter"), "{shown}");
    assert!(!daemon.asked().contains(&"join.direct".to_owned()));
    assert!(
        tcgetattr(&slave)
            .unwrap()
            .local_modes
            .contains(LocalModes::ECHO)
    );
}

/// What a terminal of this many columns shows of `dovetail join --device-code`, until the device has joined.
fn watch(columns: u16, more: &[&str], variables: &[(&str, &str)]) -> String {
    let address = "https://login.dovetail.localhost:8443/common/oauth2/deviceauth";
    let view = |state: &str| {
        serde_json::json!({
            "join_id": "11111111-2222-4333-8444-555555555555", "state": state, "join_type": "joined", "mode": "settings",
            "device_name": "rack-7", "keys": "tpm", "started": 1_452_304_932, "steps": [],
        })
    };
    let shown = serde_json::json!({"join": view("waiting_for_sign_in"), "user_code": "F5KZ-7QRT", "verification_uri": address, "expires_in": 60});
    let answer = move |request: &serde_json::Value| match request["type"].as_str() {
        Some("status") => Ok(status(false)),
        Some("join.device_code") => Ok(shown.clone()),
        _ => Ok(serde_json::json!({})),
    };
    let event = serde_json::json!({"v": 1, "event": "join.changed", "body": view("joined")});
    let daemon = Daemon::start(answer, vec![event]);
    let (mut master, slave) = terminal();
    let size = rustix::termios::Winsize {
        ws_row: 50,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    rustix::termios::tcsetwinsize(&slave, size).unwrap();
    let socket = daemon.socket();
    let mut arguments = vec![
        "--socket",
        socket.to_str().unwrap(),
        "join",
        "--device-code",
    ];
    arguments.extend(more);
    let mut child = command(daemon.dir.path(), &arguments)
        .envs(variables.iter().copied())
        .stdin(Stdio::from(slave.try_clone().unwrap()))
        .stdout(Stdio::from(slave.try_clone().unwrap()))
        .stderr(Stdio::from(slave))
        .spawn()
        .unwrap();
    let mut shown = Vec::new();
    let mut some = [0; 4096];
    // The terminal's reading end fails once nobody has the other end any more.
    while let Ok(read @ 1..) = master.read(&mut some) {
        shown.extend(some.iter().take(read));
    }
    assert!(child.wait().unwrap().success());
    String::from_utf8(shown).unwrap()
}

/// The picture on a terminal is a QR code of that address: read back by the same rules, light and dark as a camera sees them.
#[test]
fn the_address_is_a_picture_on_a_terminal() {
    use qrcode::{Color, EcLevel, QrCode};
    let address = "https://login.dovetail.localhost:8443/common/oauth2/deviceauth";
    let code = QrCode::with_error_correction_level(address, EcLevel::L).unwrap();
    let plain = watch(80, &["--yes"], &[("NO_COLOR", "1")]);
    let coloured = watch(80, &["--yes"], &[]);
    let half = |c: char, upper: bool| match c {
        '\u{2588}' => true,
        '\u{2580}' => upper,
        '\u{2584}' => !upper,
        _ => false,
    };
    for (text, block_is) in [(&plain, Color::Light), (&coloured, Color::Dark)] {
        assert!(text.contains("  Code    : F5KZ-7QRT"), "{text}");
        let rows: Vec<Vec<char>> = text
            .lines()
            .map(|line| {
                line.trim_end_matches('\r')
                    .replace("\u{1b}[30;107m", "")
                    .replace("\u{1b}[0m", "")
            })
            .filter(|line| line.chars().count() == code.width() + 8)
            .filter(|line| {
                line.chars()
                    .all(|c| " \u{2580}\u{2584}\u{2588}".contains(c))
            })
            .map(|line| line.chars().collect())
            .collect();
        assert_eq!(rows.len(), (code.width() + 8).div_ceil(2), "{text}");
        for y in 0..code.width() {
            for x in 0..code.width() {
                let (row, column) = (y + 4, x + 4);
                let block = half(rows[row / 2][column], row % 2 == 0);
                assert_eq!(block, code[(x, y)] == block_is, "{x} {y}\n{text}");
            }
        }
    }
    assert!(coloured.contains("\u{1b}[30;107m") && !plain.contains("[30;107m"));
}

/// No room, or not wanted: address and code in words do.
#[test]
fn a_picture_that_does_not_fit_is_left_out() {
    let blocks = ['\u{2580}', '\u{2584}', '\u{2588}'];
    for shown in [
        watch(30, &["--yes"], &[]),
        watch(80, &["--yes", "--no-qr"], &[]),
    ] {
        assert!(!shown.contains(blocks), "{shown}");
        assert!(shown.contains("F5KZ-7QRT"), "{shown}");
    }
}

/// A new PIN is typed twice, unseen; two that differ change nothing. Where the second factor has to be seen first, the set-up goes on once
/// the person signed in on the portal.
#[test]
fn a_pin_is_typed_twice_and_waits_for_the_second_factor() {
    let rules = serde_json::json!({"allowed": true, "min": 6, "max": 127, "digits": "required", "lowercase": "forbidden",
        "uppercase": "forbidden", "special": "forbidden", "history": 0, "expires_days": 0});
    let view =
        serde_json::json!({"state": "ready", "username": "ada@contoso.example", "rules": rules});
    let (asked, looked) = (AtomicU32::new(0), AtomicI64::new(1));
    let answer = move |request: &serde_json::Value| match request["type"].as_str() {
        Some("pin.set_up") if asked.fetch_add(1, Ordering::SeqCst) == 0 => Err("JOIN-488"),
        Some("pin.set_up" | "pin.status") => Ok(view.clone()),
        Some("status") => {
            let mut status = status(true);
            let issued = looked.fetch_add(1, Ordering::SeqCst);
            status["sso"] = serde_json::json!({"state": "active", "upn": "ada@contoso.example", "issued": issued});
            Ok(status)
        }
        _ => Ok(serde_json::json!({})),
    };
    let event = serde_json::json!({"v": 1, "event": "status.changed", "body": status(true)});
    let daemon = Daemon::start(answer, vec![event]);
    let set_up = ["pin", "set-up"];
    let differ: [(&str, &[u8]); 2] = [("New PIN:", b"482916\r"), ("again:", b"482917\r")];
    let (code, shown, ..) = type_them(&daemon, &set_up, &differ);
    assert!(code == 1 && shown.contains("not the same"), "{shown}");
    assert!(!daemon.asked().contains(&"pin.set_up".to_owned()));
    let same: [(&str, &[u8]); 2] = [("New PIN:", b"482916\r"), ("again:", b"482916\r")];
    let (code, shown, ..) = type_them(&daemon, &set_up, &same);
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("4829"), "{shown}");
    let tries = daemon
        .asked()
        .iter()
        .filter(|kind| *kind == "pin.set_up")
        .count();
    assert_eq!(tries, 2);
    assert_eq!(daemon.last()["body"]["pin"], "482916");
}
