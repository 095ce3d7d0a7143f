//! What goes on all day long: thousands of cookies in a row, a network that comes and goes. Nothing grows.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod support;

#[path = "../../../tests/src/swtpm.rs"]
mod swtpm;

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;
use support::machine::{Machine, spawn_further};
use support::relay::Relay;
use support::sign_on::{sign_in, until};
use support::wait;
use swtpm::Swtpm;

/// Cookies to warm up with, and cookies that must leave no trace. `DOVETAIL_TESTS_COOKIES` asks for more.
const WARM: u32 = 300;
const MANY: u32 = 2500;
/// KiB by which resident memory may differ: pages come and go with what runs beside.
const SLACK: i64 = 768;

/// The TPM's handles of a kind (TPM 2.0 Part 3, 30.2; `TPM_CAP_HANDLES`), asked past the daemon.
fn handles(tpm: &Swtpm, first: u32) -> Vec<u32> {
    let mut stream = TcpStream::connect(("127.0.0.1", tpm.port())).unwrap();
    let mut command = vec![0x80, 0x01, 0, 0, 0, 22, 0, 0, 0x01, 0x7a];
    for number in [1, first, 64] {
        command.extend_from_slice(&u32::to_be_bytes(number));
    }
    stream.write_all(&command).unwrap();
    let mut head = [0; 10];
    stream.read_exact(&mut head).unwrap();
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
    assert_eq!(number(&head[6..]), 0, "TPM2_GetCapability");
    let mut rest = vec![0; number(&head[2..6]) as usize - 10];
    stream.read_exact(&mut rest).unwrap();
    rest[9..].chunks(4).map(number).collect()
}

/// Transient objects, loaded and saved sessions, persistent objects.
fn held(tpm: &Swtpm) -> [Vec<u32>; 4] {
    [0x8000_0000, 0x0200_0000, 0x0300_0000, 0x8100_0000].map(|first| handles(tpm, first))
}

/// Resident memory in KiB.
fn resident(machine: &Machine) -> i64 {
    let path = format!("/proc/{}/status", machine.child.id());
    let text = std::fs::read_to_string(path).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let line = line.unwrap().trim().trim_end_matches(" kB");
    line.parse().unwrap()
}

fn cookies(machine: &mut Machine, number: u32) {
    let url = format!("https://login.dovetail.localhost:{}/", machine.fake.port);
    let ask = json!({"url": url, "nonce": machine.fake.nonce()});
    for _ in 0..number {
        let answer = machine.ask("cookie", &ask).unwrap();
        assert_eq!(answer["ok"], true, "{answer}");
    }
}

/// [DM-26] A browser that asks for cookies all day long: after thousands of them the TPM holds the objects that it held after the
/// first, and the daemon's memory has not grown.
#[test]
fn cookies_leave_nothing_behind() {
    let Some(swtpm) = Swtpm::start() else { return };
    let mut machine = Machine::with(
        None,
        &format!(
            "tcti = \"{}\"\nexclusive_tpm = true\n[sso]\ngrants_per_minute = 4294967295\n",
            swtpm.tcti()
        ),
    );
    machine.drive();
    assert_eq!(sign_in(&mut machine).unwrap()["state"], "active");
    cookies(&mut machine, 1);
    // The daemon dies without a goodbye, so that the TPM is left as it was.
    machine.child.kill().unwrap();
    machine.child.wait().unwrap();
    let after_one = held(&swtpm);
    machine.start(None);
    cookies(&mut machine, WARM);
    let before = resident(&machine);
    let many = std::env::var("DOVETAIL_TESTS_COOKIES");
    let many = many.map_or(MANY, |many| many.parse().unwrap());
    cookies(&mut machine, many);
    let grown = resident(&machine) - before;
    machine.child.kill().unwrap();
    machine.child.wait().unwrap();
    let after_many = held(&swtpm);
    assert_eq!(
        after_one.each_ref().map(Vec::len),
        after_many.each_ref().map(Vec::len),
        "{after_one:x?} {after_many:x?}"
    );
    assert!(!after_one[0].is_empty(), "the TPM was not asked at all");
    assert!(grown <= SLACK, "{grown} KiB more after {many} cookies");
}

/// Open descriptors of the daemon.
fn descriptors(machine: &Machine) -> usize {
    let path = format!("/proc/{}/fd", machine.child.id());
    std::fs::read_dir(path).unwrap().count()
}

/// [DM-13] A laptop goes from network to network, two hundred times, while its token is being renewed: what is asked without a
/// network is refused as something to try again, with one it is given, nobody is signed out, and no connection stays behind.
#[test]
fn a_network_that_comes_and_goes_signs_nobody_out() {
    let mut machine = Machine::new(None);
    machine.drive();
    assert_eq!(sign_in(&mut machine).unwrap()["state"], "active");
    let relay = Relay::before(machine.fake.port);
    machine.child.kill().unwrap();
    machine.child.wait().unwrap();
    machine.further = "[sso]\nrenewal_seconds = 1\ngrants_per_minute = 100000\n".into();
    let further = machine.further.clone();
    machine.child = spawn_further(machine.dir.path(), relay.port, None, "waived", &further);
    let ask = json!({"resource": "https://graph.example"});
    assert_eq!(machine.ask("token", &ask).unwrap()["ok"], true);
    let before = descriptors(&machine);
    for number in 0..100 {
        relay.cut();
        let away = machine.ask("token", &ask).unwrap();
        assert_eq!(
            (&away["ok"], &away["error"]["retry"]),
            (&json!(false), &json!(true)),
            "{number}: {away}"
        );
        relay.mend();
        let there = machine.ask("token", &ask).unwrap();
        assert_eq!(there["ok"], true, "{number}: {there}");
    }
    let now = until(&mut machine, "active", |now| now["state"] == "active");
    assert!(now.get("report").is_none(), "{now}");
    wait::until(&format!("no more descriptors than {before}"), || {
        let now = descriptors(&machine);
        wait::when(now <= before, now)
    });
}
