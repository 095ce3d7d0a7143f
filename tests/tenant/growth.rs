//! Whether a request costs the same among a million devices as among a thousand. JSON for `cargo xtask bench`.
//!
//! Two tenants stand side by side and are asked in turn. The devices, their certificates in the log and their primary refresh
//! tokens are rows written behind the server's back; what is measured is asked over HTTP by devices with keys of their own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    dead_code,
    reason = "a bench: ends where anything is wrong, and borrows from the stories what it needs"
)]

#[allow(unused_imports, reason = "as above")]
mod soft_device;
mod stage;

use std::time::{Duration, Instant};

use dovetail_tests::sign_in::Visitor;
use dovetail_tests::tenant::Tenant;
use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use rusqlite::Connection;
use rustls_pki_types::PrivatePkcs8KeyDer;
use serde_json::{Value, json};

use crate::soft_device::{Prt, SoftDevice, V1, WINDOWS};
use crate::stage::{Machine, Stage};

const FEW: u64 = 1_000;
const MANY: u64 = 1_000_000;
/// The middle one of some rounds counts.
const ROUNDS: usize = 5;
const REGISTRATIONS: usize = 60;
const TOKENS: usize = 200;
const LOOKUPS: usize = 4_000;
const WHO: &str = "adele@contoso.com";

/// A tenant of so many devices, one of which can use its keys.
struct Subject {
    stage: Stage,
    visitor: Visitor,
    token: String,
    prt: Prt,
    /// What a device and its certificate take in the store.
    bytes: f64,
}

impl Subject {
    async fn new(devices: u64) -> Self {
        let stage = Stage::new();
        stage
            .tenant
            .run(&["policy", "set", "--device-limit", "100000000"]);
        let bytes = fill(&stage, devices);
        let device = SoftDevice::join(&stage, WHO).await;
        Self {
            visitor: stage.visitor(),
            token: stage.id_token(WHO).await,
            prt: device.prt(&stage, WHO).await,
            stage,
            bytes,
        }
    }

    async fn register(&mut self, request: &[u8]) -> Duration {
        let url = self
            .stage
            .url("drs", "/EnrollmentServer/device/?api-version=2.0");
        let begin = Instant::now();
        let answer = self
            .visitor
            .register(url, &self.token, request.to_vec())
            .await;
        let took = begin.elapsed();
        assert_eq!(answer.status(), 200);
        took
    }

    /// A token by the PRT; the nonce it takes is not counted.
    async fn token(&mut self) -> Duration {
        let payload = self.prt.payload(&self.stage, json!({})).await;
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", dovetail_shared::prt::grant::JWT_BEARER)
            .append_pair("request", &self.prt.sign(2, &payload))
            .extend_pairs(WINDOWS)
            .finish();
        let url = self.stage.url("login", V1);
        let kind = "application/x-www-form-urlencoded";
        let begin = Instant::now();
        let answer = self.visitor.send(url, kind, &[], body.into_bytes()).await;
        let took = begin.elapsed();
        assert_eq!(answer.unwrap().status(), 200);
        took
    }
}

/// The store, behind the server's back.
fn store(stage: &Stage) -> Connection {
    let store = Connection::open(stage.dir.path().join("tenant/tenant.db")).unwrap();
    store.busy_timeout(Duration::from_mins(1)).unwrap();
    store
}

/// Writes rows for so many devices, and gives the bytes that a device and its certificate took.
fn fill(stage: &Stage, devices: u64) -> f64 {
    let store = store(stage);
    store.execute_batch("PRAGMA cache_size = -600000").unwrap();
    let used = || -> i64 {
        let text = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
        store.query_row(text, [], |row| row.get(0)).unwrap()
    };
    let before = used();
    let id = |n: &str, kind: u8| {
        format!("printf('018fff{kind:02x}-%04x-7000-8000-%012x', {n} / 65536, {n})")
    };
    let people = "(SELECT id FROM people WHERE place = n % (SELECT count(*) FROM people))";
    let batch = format!(
        "BEGIN IMMEDIATE;
         CREATE TEMP TABLE numbers AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {devices}) SELECT n FROM c;
         CREATE TEMP TABLE people AS SELECT row_number() OVER (ORDER BY id) - 1 AS place, id FROM user;
         INSERT INTO issuance (number, serial, device_id, thumbprint, issued, chain)
           SELECT n, unhex(printf('4190%028x', n)), {id}, randomblob(20), 1790000000, randomblob(32) FROM numbers;
         UPDATE issuance_head SET appended = {devices};
         INSERT INTO device (id, object_id, owner_id, display_name, os_type, os_version, join_type, attested, public_key_hash, transport_modulus,
             thumbprint, issuance, created, last_logon)
           SELECT {id}, {object}, {people}, 'a machine', 'Linux', 'Debian 12', 0, 0, randomblob(32), randomblob(256),
             randomblob(20), n, 1790000000, 1790000000 FROM numbers;
         COMMIT;",
        id = id("n", 0),
        object = id("n", 1),
    );
    store.execute_batch(&batch).unwrap();
    let bytes = (used() - before) as f64 / devices as f64;
    let batch = format!(
        "BEGIN IMMEDIATE;
         INSERT INTO prt (id, user_id, device, session_key, kdf, amr, auth_time, flow, expires)
           SELECT {prt}, {people}, {id}, randomblob(60), 2, 'pwd rsa mfa', 1790000000, 'sign_in', 4000000000 FROM numbers;
         COMMIT;
         PRAGMA wal_checkpoint(TRUNCATE);",
        prt = id("n", 2),
        id = id("n", 0),
    );
    store.execute_batch(&batch).unwrap();
    bytes
}

/// Requests of machines with device keys of their own; they share one transport key, of which only the form is looked at.
fn requests(count: usize) -> Vec<Vec<u8>> {
    let generate = || KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let shared = generate().serialize_der();
    let request = || {
        let der = PrivatePkcs8KeyDer::from(shared.as_slice());
        let machine = Machine {
            device: generate(),
            transport: KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_RSA_SHA256).unwrap(),
        };
        serde_json::to_vec(&machine.request(|_| {})).unwrap()
    };
    (0..count).map(|_| request()).collect()
}

fn p99(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() * 99 / 100].as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Devices of a store, looked up by the hash of their key in an order of chance.
struct Lookups {
    store: Connection,
    hashes: Vec<Vec<u8>>,
}

impl Lookups {
    fn new(stage: &Stage) -> Self {
        let store = store(stage);
        let hashes = store
            .prepare("SELECT public_key_hash FROM device ORDER BY public_key_hash LIMIT ?1")
            .unwrap()
            .query_map([i64::try_from(LOOKUPS).unwrap()], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let lookups = Self { store, hashes };
        // The first time around, pages come from the disk.
        lookups.round();
        lookups
    }

    /// Looks each up once.
    fn round(&self) -> f64 {
        let mut statement = self
            .store
            .prepare_cached("SELECT * FROM device WHERE public_key_hash = ?1")
            .unwrap();
        let times = self.hashes.iter().map(|hash| {
            let begin = Instant::now();
            let id: String = statement.query_row([hash], |row| row.get(0)).unwrap();
            let took = begin.elapsed();
            assert!(!id.is_empty());
            took
        });
        p99(times.collect())
    }
}

#[tokio::main]
async fn main() {
    // `cargo bench` hands over `--bench`; there is nothing to choose here.
    let requests = requests(ROUNDS * REGISTRATIONS);
    let mut few = Subject::new(FEW).await;
    let mut many = Subject::new(MANY).await;
    let (mut register, mut token) = ([vec![], vec![]], [vec![], vec![]]);
    for round in requests.chunks(REGISTRATIONS) {
        let mut times = [vec![], vec![]];
        for request in round {
            times[0].push(few.register(request).await);
            times[1].push(many.register(request).await);
        }
        let mut asked = [vec![], vec![]];
        for _ in 0..TOKENS {
            asked[0].push(few.token().await);
            asked[1].push(many.token().await);
        }
        for at in 0..2 {
            register[at].push(p99(std::mem::take(&mut times[at])));
            token[at].push(p99(std::mem::take(&mut asked[at])));
        }
    }
    let ratio = |[few, many]: [Vec<f64>; 2]| median(many) / median(few);
    let at = [Lookups::new(&few.stage), Lookups::new(&many.stage)];
    let mut lookup = [vec![], vec![]];
    for _ in 0..ROUNDS {
        lookup[0].push(at[0].round());
        lookup[1].push(at[1].round());
    }
    drop(at);
    many.stage.tenant.process.kill();
    let begin = Instant::now();
    let again = Tenant::start(many.stage.dir.path(), &[]);
    let restart = begin.elapsed().as_secs_f64();
    drop(again);
    let numbers: Value = json!({
        "register_ratio": ratio(register),
        "token_ratio": ratio(token),
        "lookup_ratio": ratio(lookup),
        "restart_seconds": restart,
        "device_bytes": many.bytes,
    });
    println!("{numbers}");
}
