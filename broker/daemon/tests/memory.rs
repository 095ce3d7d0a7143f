//! What lies in the daemon's memory between two uses of a user's sign-on: neither the session key nor the token.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    unreachable_pub,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod support;

#[path = "../../../tests/src/swtpm.rs"]
mod swtpm;

use std::fs::File;
use std::num::NonZeroU32;
use std::os::unix::fs::FileExt;

use aws_lc_rs::pbkdf2::{self, PBKDF2_HMAC_SHA256};
use dovetail_shared::encode::{b64, b64url, from_b64};
use serde_json::json;
use support::machine::Machine;
use support::sign_on::sign_in;
use support::wait;
use swtpm::Swtpm;

/// A copy, and where it lies.
type Hit = (String, String);

/// All writable memory of a process; `None` where this user may not read it.
fn memory(pid: u32) -> Option<Vec<(String, Vec<u8>)>> {
    let mem = File::open(format!("/proc/{pid}/mem")).ok()?;
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
    let mut parts = Vec::new();
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (range, name) = line.split_once(' ').unwrap();
        let (from, to) = range.split_once('-').unwrap();
        let number = |text| u64::from_str_radix(text, 16).unwrap();
        let (from, to) = (number(from), number(to));
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        // What was unmapped meanwhile holds nothing.
        if mem.read_exact_at(&mut bytes, from).is_ok() {
            let place = name.split_whitespace().nth(4).unwrap_or("anonymous");
            parts.push((place.to_owned(), bytes));
        }
    }
    Some(parts)
}

fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    // The first byte is searched for, the rest compared.
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == wanted[0]) {
        rest = &rest[at..];
        if rest.starts_with(wanted) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

/// A secret as it is, and in the encodings that it travels in: base64 of it at the start of a text, and in the middle of one.
fn forms(secret: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut forms = vec![("as it is".to_owned(), secret.to_vec())];
    for skip in 0..3 {
        let inner = &secret[skip..skip + (secret.len() - skip) / 3 * 3];
        forms.push((format!("base64url from {skip}"), b64url(inner).into_bytes()));
        forms.push((format!("base64 from {skip}"), b64(inner).into_bytes()));
    }
    forms
}

fn hits(pid: u32, secrets: &[Vec<u8>]) -> Option<Vec<Hit>> {
    let parts = memory(pid)?;
    let mut hits = Vec::new();
    for secret in secrets {
        for (form, bytes) in forms(secret) {
            for (place, memory) in &parts {
                if has(memory, &bytes) {
                    let what = match secret.len() {
                        20 => "PIN",
                        32 => "session key, or what a PIN opens a key with",
                        _ => "token",
                    };
                    hits.push((format!("{what}, {form}"), place.clone()));
                }
            }
        }
    }
    Some(hits)
}

/// Waits until nothing is found any more: a connection takes a moment to close, and its buffers go with it.
fn nothing_is_found(machine: &Machine, after: &str) {
    let pid = machine.child.id();
    let secrets = machine.fake.sso.lock().unwrap().secrets.clone();
    assert!(secrets.len() >= 2, "the tenant knows no secret");
    let awaited = format!("a memory without secrets after {after}");
    wait::until(&awaited, || match hits(pid, &secrets) {
        Some(hits) if hits.is_empty() => Ok(()),
        Some(hits) => Err(format!("{hits:?}")),
        None => {
            assert!(
                std::env::var_os("CI").is_none(),
                "the memory of another process cannot be read"
            );
            eprintln!("skipped: the memory of another process cannot be read");
            Ok(())
        }
    });
}

/// [DM-08] Somebody dumps the daemon's memory after a sign-in, after tokens and cookies, after a renewal: the session key is in the TPM
/// alone, and the token is encrypted.
#[test]
fn neither_session_key_nor_token_stay_in_memory() {
    let Some(swtpm) = Swtpm::start() else { return };
    let further = format!("tcti = \"{}\"\nexclusive_tpm = true\n", swtpm.tcti());
    let mut machine = Machine::with(None, &further);
    machine.drive();
    let errand = machine.ask("sign_in.begin", &json!({})).unwrap();
    machine.fake.expect_sign_in(&errand["body"]);
    let signed_in = machine
        .ask("sign_in.code", &json!({"code": "code"}))
        .unwrap();
    assert_eq!(signed_in["body"]["sso"]["state"], "active", "{signed_in}");
    // What is looked for is found where it is: here.
    let ours = machine.fake.sso.lock().unwrap().secrets.clone();
    assert!(hits(std::process::id(), &ours).is_none_or(|hits| !hits.is_empty()));
    nothing_is_found(&machine, "the sign-in");
    let token = machine
        .ask("token", &json!({"resource": "https://graph.example"}))
        .unwrap();
    assert_eq!(token["ok"], true, "{token}");
    nothing_is_found(&machine, "a token");
    let url = format!("https://login.dovetail.localhost:{}/", machine.fake.port);
    let cookie = machine.ask("cookie", &json!({"url": url})).unwrap();
    assert_eq!(cookie["ok"], true, "{cookie}");
    nothing_is_found(&machine, "a cookie");
    machine.further.push_str("[sso]\nrenewal_seconds = 1\n");
    let file = machine.dir.path().join("state/sso/0/prt.json");
    let mut record: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    record["prt"]["next_renewal"] = json!(1);
    std::fs::write(&file, record.to_string()).unwrap();
    machine.restart(None);
    wait::until("a renewal", || {
        let renewals = machine.fake.sso.lock().unwrap().counts[1];
        wait::when(renewals > 0, renewals)
    });
    // No further one while it is looked at.
    machine.fake.sso.lock().unwrap().refuse = Some((503, 90_006));
    nothing_is_found(&machine, "a renewal");
}

/// [DM-08] The same after a PIN was set up, was wrong, and was right: neither it nor what opens the key stays.
#[test]
fn no_pin_stays_in_memory() {
    let Some(swtpm) = Swtpm::start() else { return };
    let further = format!("tcti = \"{}\"\nexclusive_tpm = true\n", swtpm.tcti());
    let mut machine = Machine::with(None, &further);
    machine.drive();
    assert_eq!(sign_in(&mut machine).unwrap()["state"], "active");
    let (right, wrong) = ("48291640357261894027", "90817263544536271809");
    let answer = machine.ask("pin.set_up", &json!({"pin": right})).unwrap();
    assert_eq!(answer["ok"], true, "{answer}");
    for (pin, ok) in [(wrong, false), (right, true)] {
        let answer = machine.ask("sign_in.pin", &json!({"pin": pin})).unwrap();
        assert_eq!(answer["ok"], ok, "{answer}");
    }
    let record = machine.dir.path().join("state/sso/0/pin.json");
    let record: serde_json::Value =
        serde_json::from_slice(&std::fs::read(record).unwrap()).unwrap();
    let salt = from_b64(record["key"]["salt"].as_str().unwrap()).unwrap();
    let rounds = NonZeroU32::new(10_000).unwrap();
    for pin in [right, wrong] {
        let mut opening = vec![0; 32];
        pbkdf2::derive(
            PBKDF2_HMAC_SHA256,
            rounds,
            &salt,
            pin.as_bytes(),
            &mut opening,
        );
        opening[31] |= 1;
        let secrets = &mut machine.fake.sso.lock().unwrap().secrets;
        secrets.extend([pin.as_bytes().to_vec(), opening]);
    }
    nothing_is_found(&machine, "a PIN");
}
