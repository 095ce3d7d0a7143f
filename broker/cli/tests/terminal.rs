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
    let (mut master, slave) = terminal();
    let socket = daemon.socket();
    let arguments = [
        "--socket",
        socket.to_str().unwrap(),
        "join",
        "--user",
        "adele@contoso.com",
    ];
    let mut child = command(daemon.dir.path(), &arguments)
        .stdin(Stdio::from(slave.try_clone().unwrap()))
        .stderr(Stdio::from(slave.try_clone().unwrap()))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut shown = Vec::new();
    let mut some = [0; 256];
    while !String::from_utf8_lossy(&shown).contains("Password of adele@contoso.com:") {
        let read = master.read(&mut some).unwrap();
        shown.extend(some.iter().take(read));
    }
    master.write_all(keys).unwrap();
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
