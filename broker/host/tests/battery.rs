//! The real host over real pipes, with a daemon that behaves as each row of the catalogue needs.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop where its story cannot go on"
)]

#[path = "driver/play.rs"]
mod driver;

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use driver::{Daemon, Host, frame, request};
use serde_json::{Value, json};

const MIB: usize = 1024 * 1024;

/// A host that waited for the daemon first would take the ten seconds of a request; a busy machine takes less than this.
const SOON: Duration = Duration::from_secs(8);

fn code(reply: &Value) -> &str {
    reply["error"]["code"].as_str().unwrap()
}

/// A request goes down as it is, the reply comes up as it is, and the host has said who it is before.
#[test]
fn a_request_is_relayed_and_its_reply_comes_back() {
    let daemon = Daemon::answering();
    let mut host = Host::start(&daemon.socket);
    let asked = json!({"v":1,"id":"a","type":"status","body":{"x":[1,{"y":"\u{e9}"}]},"new":true});
    host.send(asked.to_string().as_bytes());
    assert_eq!(
        host.read(),
        json!({"v":1,"id":"a","ok":true,"body":{"echo":"status"}})
    );
    let hello = daemon.seen();
    assert_eq!(hello["type"], "hello.host");
    assert_eq!(hello["body"]["caller"], "dovetail@extension");
    assert_eq!(daemon.seen(), asked);
    host.leave();
}

/// [NH-01] Three kinds of broken JSON are each answered, and the good request after them is served.
#[test]
fn broken_json_is_answered_and_the_next_request_served() {
    let daemon = Daemon::answering();
    let mut host = Host::start(&daemon.socket);
    for broken in [&b"{"[..], b"{\"v\":1,", b"not json"] {
        host.send(broken);
        let reply = host.read();
        assert_eq!((code(&reply), &reply["id"]), ("JOIN-307", &json!("")));
    }
    host.ask("good");
    assert_eq!(host.read()["id"], "good");
}

/// [NH-02] Bytes that are no text, and no bytes at all.
#[test]
fn no_text_and_empty_frames_are_answered() {
    let daemon = Daemon::answering();
    let mut host = Host::start(&daemon.socket);
    for broken in [&b"\xff\xfe{}"[..], b""] {
        host.send(broken);
        assert_eq!(code(&host.read()), "JOIN-307");
    }
    host.ask("good");
    assert_eq!(host.read()["ok"], true);
}

/// [NH-03] Arrays, null and numbers where an object belongs.
#[test]
fn what_is_no_object_is_answered() {
    let daemon = Daemon::answering();
    let mut host = Host::start(&daemon.socket);
    for broken in [
        &b"[]"[..],
        b"null",
        b"7",
        br#"[1,"a","status",null,null,{}]"#,
    ] {
        host.send(broken);
        assert_eq!(code(&host.read()), "JOIN-307");
    }
}

/// [NH-04] A request without a type is answered here; one of unknown type is the daemon's to answer, and gets there.
#[test]
fn a_missing_or_unknown_type_never_meets_silence() {
    let daemon = Daemon::answering();
    let mut host = Host::start(&daemon.socket);
    host.send(br#"{"v":1,"id":"a"}"#);
    let reply = host.read();
    assert_eq!((code(&reply), &reply["id"]), ("JOIN-307", &json!("a")));
    host.send(br#"{"v":1,"id":"b","type":"steal"}"#);
    assert_eq!(host.read()["body"]["echo"], "steal");
    host.send(br#"{"v":9,"id":"c","type":"status"}"#);
    assert_eq!(code(&host.read()), "JOIN-305");
}

/// [NH-05] Each member that a request needs is left out, or null, in turn: answered by id where there is one, and never passed on.
#[test]
fn a_request_without_what_it_needs_goes_no_further() {
    let daemon = Daemon::answering();
    let mut host = Host::start(&daemon.socket);
    for member in ["v", "id", "type"] {
        for missing in [true, false] {
            let mut asked = request("a");
            if missing {
                asked.as_object_mut().unwrap().remove(member);
            } else {
                asked[member] = Value::Null;
            }
            host.send(asked.to_string().as_bytes());
            let reply = host.read();
            let id = if member == "id" { "" } else { "a" };
            assert_eq!((code(&reply), &reply["id"]), ("JOIN-307", &json!(id)));
        }
    }
    assert!(daemon.heard_nothing());
}

/// [NH-06] A body nested two thousand and half a million deep is refused by name, and the host lives.
#[test]
fn deep_nesting_is_refused_and_the_host_lives() {
    let daemon = Daemon::answering();
    let mut host = Host::start(&daemon.socket);
    for depth in [2_000, 500_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        host.send(format!(r#"{{"v":1,"id":"d","type":"x","body":{deep}}}"#).as_bytes());
        let reply = host.read();
        assert_eq!((code(&reply), &reply["id"]), ("JOIN-307", &json!("d")));
    }
    host.ask("good");
    assert_eq!(host.read()["ok"], true);
}

/// [NH-07] Two and four GiB are announced: refused at once, and hardly any memory was used.
#[test]
fn an_absurd_length_is_refused_at_once_and_without_memory() {
    for length in [1_u32 << 31, u32::MAX] {
        let daemon = Daemon::answering();
        let mut host = Host::start(&daemon.socket);
        host.input().write_all(&length.to_ne_bytes()).unwrap();
        assert_eq!(code(&host.read()), "JOIN-308");
        assert!(host.peak_kib() < 8 * 1024, "{} KiB", host.peak_kib());
        assert!(host.ends_within(SOON));
    }
}

/// A request a little over the limit is refused by name, and the stream goes on.
#[test]
fn a_request_over_the_limit_is_refused_by_name() {
    let daemon = Daemon::answering();
    let mut host = Host::start(&daemon.socket);
    let long = "x".repeat(MIB);
    host.send(format!(r#"{{"v":1,"id":"big","type":"x","body":{{"a":"{long}"}}}}"#).as_bytes());
    let reply = host.read();
    assert_eq!((code(&reply), &reply["id"]), ("JOIN-308", &json!("big")));
    host.ask("good");
    assert_eq!(host.read()["ok"], true);
}

/// [NH-08] The browser ends, ends in the middle of a frame, stops reading, or the system says stop: the host is gone, and waits for
/// no daemon.
#[test]
fn the_host_goes_when_the_browser_goes() {
    let daemon = Daemon::silent();
    let started = || {
        let mut host = Host::start(&daemon.socket);
        host.ask("waits");
        assert_eq!(daemon.seen()["type"], "hello.host");
        assert_eq!(daemon.seen()["id"], "waits");
        host
    };
    let mut host = started();
    host.close_input();
    assert!(host.ends_within(SOON), "EOF");
    let mut host = started();
    host.input().write_all(&[9, 0, 0, 0, b'{']).unwrap();
    host.close_input();
    assert!(host.ends_within(SOON), "EOF in a frame");
    let mut host = started();
    host.close_output();
    assert!(host.ends_within(SOON), "nobody reads");
    let mut host = started();
    host.terminate();
    assert!(host.ends_within(SOON), "SIGTERM");
}

/// What was asked before the browser closed its end is still answered.
#[test]
fn answers_under_way_arrive_after_the_last_request() {
    let daemon = Daemon::answering();
    let mut host = Host::start(&daemon.socket);
    for number in 0..50 {
        host.ask(&number.to_string());
    }
    host.close_input();
    for number in 0..50 {
        assert_eq!(host.read()["id"], number.to_string());
    }
    assert!(host.ends_within(SOON));
}

/// [NH-09] There is no daemon: that is the answer, and when it comes later, the next request reaches it.
#[test]
fn a_missing_daemon_is_told_and_found_once_it_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("dovetail.sock");
    let mut host = Host::start(&socket);
    for id in ["a", "b"] {
        host.ask(id);
        let reply = host.read();
        assert_eq!((code(&reply), &reply["id"]), ("JOIN-303", &json!(id)));
        assert_eq!(reply["error"]["symbol"], "DAEMON_NOT_RUNNING");
    }
    let _daemon = Daemon::answering_at(&socket);
    host.ask("c");
    assert_eq!(host.read()["event"], "broker.reconnected");
    assert_eq!(host.read()["id"], "c");
}

/// [NH-10] The daemon is restarted in the middle of a request: that one is told so, the next one works, and the extension learns of it.
#[test]
fn a_restarted_daemon_costs_one_answer() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("dovetail.sock");
    let first = Daemon::silent_at(&socket);
    let mut host = Host::start(&socket);
    host.ask("lost");
    first.seen();
    first.seen();
    first.die();
    let reply = host.read();
    assert_eq!((code(&reply), &reply["id"]), ("JOIN-311", &json!("lost")));
    let second = Daemon::answering_at(&socket);
    host.ask("next");
    assert_eq!(
        host.read(),
        json!({"v":1,"event":"broker.reconnected","body":{}})
    );
    assert_eq!(host.read()["id"], "next");
    assert_eq!(second.seen()["type"], "hello.host");
}

/// [NH-11] The daemon hangs: each request is given up at its own deadline, and the late answer goes nowhere.
#[test]
fn a_hanging_daemon_costs_the_deadline_and_no_more() {
    let daemon = Daemon::silent();
    let mut host = Host::start(&daemon.socket);
    let start = Instant::now();
    host.send(br#"{"v":1,"id":"slow","type":"status","deadline_ms":400}"#);
    host.send(br#"{"v":1,"id":"fast","type":"status","deadline_ms":100}"#);
    for id in ["fast", "slow"] {
        let reply = host.read();
        assert_eq!((code(&reply), &reply["id"]), ("JOIN-304", &json!(id)));
    }
    assert!(start.elapsed() >= Duration::from_millis(400));
    daemon.say(&json!({"v":1,"id":"slow","ok":true,"body":"late"}));
    daemon.say(&json!({"v":1,"event":"join.changed","body":{}}));
    assert_eq!(host.read()["event"], "join.changed");
}

/// [NH-11] The daemon takes not one byte while megabytes are asked of it: what was read is answered in time, memory stays
/// bounded, and the browser's end is still noticed.
#[test]
fn a_deaf_daemon_neither_fills_the_memory_nor_holds_the_host() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("dovetail.sock");
    // Connections queue here, and nobody takes them.
    let _deaf = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let mut host = Host::start(&socket);
    let mut input = host.take_input();
    let writer = std::thread::spawn(move || {
        let padding = "x".repeat(64 * 1024);
        for number in 0..100 {
            let asked = json!({"v":1,"id":number.to_string(),"type":"status",
                "deadline_ms":200,"body":{"padding":padding}});
            // The host goes away before all of it is taken.
            if input
                .write_all(&frame(asked.to_string().as_bytes()))
                .is_err()
            {
                break;
            }
        }
    });
    let reply = host.read();
    assert_eq!((code(&reply), &reply["id"]), ("JOIN-304", &json!("0")));
    assert!(host.peak_kib() < 8 * 1024, "{} KiB", host.peak_kib());
    // A browser that is closed: nobody reads, nobody writes.
    host.close_output();
    assert!(host.ends_within(SOON));
    writer.join().unwrap();
}

/// [NH-08] The browser closes its end while the daemon is deaf and the host could not read on.
#[test]
fn the_browsers_end_is_noticed_behind_a_deaf_daemon() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("dovetail.sock");
    let _deaf = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let mut host = Host::start(&socket);
    let padding = "x".repeat(64 * 1024);
    for number in 0..8 {
        let asked =
            json!({"v":1,"id":number.to_string(),"type":"status","body":{"padding":padding}});
        host.send(asked.to_string().as_bytes());
    }
    host.close_input();
    assert!(host.ends_within(SOON));
}

/// [NH-12] A reply over the browser's limit becomes a refusal with the same id, and the port stays open.
#[test]
fn a_reply_over_the_limit_becomes_a_refusal() {
    let daemon = Daemon::silent();
    let mut host = Host::start(&daemon.socket);
    host.ask("a");
    daemon.seen();
    daemon.seen();
    daemon.say(&json!({"v":1,"body":"x".repeat(MIB),"id":"a","ok":true}));
    let reply = host.read();
    assert_eq!((code(&reply), &reply["id"]), ("JOIN-308", &json!("a")));
    host.ask("b");
    daemon.seen();
    daemon.say(&json!({"v":1,"id":"b","ok":true,"body":{}}));
    assert_eq!(host.read()["ok"], true);
}

/// [NH-14] Other extensions, and nobody at all, start the host: it says why and goes, and the daemon hears nothing.
#[test]
fn an_unknown_caller_is_sent_away() {
    let daemon = Daemon::answering();
    let foreign = format!("chrome-extension://{}/", "p".repeat(32));
    for arguments in [
        vec![],
        vec![foreign.as_str()],
        vec!["/m.json", "other@extension"],
        vec!["dovetail@extension"],
    ] {
        let mut host = Host::start_as(&daemon.socket, &arguments);
        assert_eq!(code(&host.read()), "JOIN-310");
        assert_eq!(host.exit_code(), Some(1));
    }
    assert!(daemon.heard_nothing());
}

/// [DM-04] Another user got to the socket's place first: for the host there is no daemon, and the stranger hears nothing.
#[test]
fn a_strangers_socket_is_not_talked_to() {
    if !rustix::process::geteuid().is_root() {
        // Only root can play another user.
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("dovetail.sock");
    let script = "import os,socket,sys\n\
        s=socket.socket(socket.AF_UNIX);s.bind(sys.argv[1]);os.setuid(65534);s.listen(1)\n\
        print('ready',flush=True)\n\
        c,_=s.accept();sys.exit(1 if c.recv(1) else 0)";
    let mut stranger = std::process::Command::new("python3")
        .args(["-c", script])
        .arg(&socket)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = [0; 6];
    stranger
        .stdout
        .take()
        .unwrap()
        .read_exact(&mut ready)
        .unwrap();
    let mut host = Host::start(&socket);
    host.ask("a");
    assert_eq!(code(&host.read()), "JOIN-303");
    assert!(stranger.wait().unwrap().success(), "something was sent");
}

/// [NH-16] A thousand requests without waiting for an answer are answered in order.
#[test]
fn a_thousand_requests_at_once_are_answered_in_order() {
    let daemon = Daemon::answering();
    let mut host = Host::start(&daemon.socket);
    let all: Vec<u8> = (0..1000)
        .flat_map(|number| frame(request(&number.to_string()).to_string().as_bytes()))
        .collect();
    let mut input = host.take_input();
    let writer = std::thread::spawn(move || {
        input.write_all(&all).unwrap();
        input
    });
    for number in 0..1000 {
        assert_eq!(host.read()["id"], number.to_string());
    }
    drop(writer.join().unwrap());
    assert!(host.ends_within(SOON));
}

/// [NH-16] The browser stops reading while a daemon floods: the host holds a bounded amount, and all of it arrives afterwards.
#[test]
fn a_browser_that_does_not_read_is_waited_for_in_bounded_memory() {
    const EVENTS: usize = 300;
    let daemon = Daemon::silent();
    let mut host = Host::start(&daemon.socket);
    host.ask("a");
    daemon.seen();
    let flood = daemon.flood(EVENTS, 64 * 1024);
    // The flood cannot end before somebody reads; what the host holds meanwhile is what it will ever hold.
    driver::until(|| daemon.is_held_up());
    assert!(host.peak_kib() < 8 * 1024, "{} KiB", host.peak_kib());
    for _ in 0..EVENTS {
        assert_eq!(host.read()["event"], "flood");
    }
    flood.join().unwrap();
    assert!(host.peak_kib() < 8 * 1024, "{} KiB", host.peak_kib());
}

/// [NH-17] Whatever the daemon says that is no reply and no event, a browser does not get to see.
#[test]
fn nothing_but_frames_of_ours_reaches_the_browser() {
    let daemon = Daemon::silent();
    let mut host = Host::start(&daemon.socket);
    host.ask("a");
    daemon.seen();
    daemon.seen();
    for noise in [
        &b"thread 'main' panicked at"[..],
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"{\"id\":7}",
    ] {
        daemon.say_bytes(noise);
    }
    daemon.say(&json!({"v":1,"id":"nobody","ok":true,"body":{}}));
    daemon.say(&json!({"v":1,"id":"a","ok":true,"body":{}}));
    assert_eq!(host.read()["id"], "a");
    host.close_input();
    assert!(host.rest().is_empty());
}

/// [NH-17] Frames of random bytes: every byte that comes back belongs to a frame of ours.
#[test]
fn random_frames_bring_back_frames() {
    let daemon = Daemon::answering();
    let mut host = Host::start(&daemon.socket);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..500 {
        let mut bytes = Vec::new();
        for _ in 0..(state % 40) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.push(b"{}[]\",:1avidtype\\\xff\0 "[usize::try_from(state % 20).unwrap()]);
        }
        state = state.rotate_left(5) ^ 0x9e37_79b9;
        host.send(&bytes);
        let reply = host.read();
        assert_eq!(reply["v"], 1);
        assert_eq!(code(&reply), "JOIN-307");
    }
    host.close_input();
    assert!(host.rest().is_empty());
}

/// The same id twice at once would make two answers look alike.
#[test]
fn an_id_that_waits_cannot_be_used_again() {
    let daemon = Daemon::silent();
    let mut host = Host::start(&daemon.socket);
    host.ask("a");
    host.ask("a");
    let reply = host.read();
    assert_eq!((code(&reply), &reply["id"]), ("JOIN-307", &json!("a")));
}
