//! A fleet of managed devices checks in at once: how long the tenant takes, and what it holds in memory. JSON for
//! `cargo xtask bench`.
//!
//! The devices are rows copied from one that registered; their enrollment and their sessions are the real ones, each over a
//! connection of its own with its own certificate. Clients and server share the machine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    dead_code,
    reason = "a bench: ends where anything is wrong, and borrows from the stories what it needs"
)]

#[allow(unused_imports, unused_macros, reason = "as above")]
mod mdm_client;
mod stage;

use std::sync::Arc;
use std::time::Instant;

use futures_util::StreamExt as _;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use serde_json::json;

use crate::mdm_client::Enrolled;
use crate::stage::Stage;

const DEVICES: usize = 1000;
/// Devices that talk at the same time.
const AT_ONCE: usize = 32;
const DIEGO: &str = "diego@contoso.com";

#[tokio::main]
async fn main() {
    // `cargo bench` hands over `--bench`; there is nothing to choose here.
    let stage = Arc::new(Stage::new());
    for (setting, value) in [("device_limit", "10000"), ("session_limit", "256")] {
        stage
            .tenant
            .run(&["mdm", "settings", "set", setting, value]);
    }
    let begin = Instant::now();
    let fleet = enroll(&stage).await;
    let enrolled = begin.elapsed();
    let begin = Instant::now();
    futures_util::stream::iter(fleet)
        .for_each_concurrent(AT_ONCE, async |device| {
            device.session(&stage, "1").run().await;
        })
        .await;
    let checked_in = begin.elapsed();
    println!(
        "{}",
        json!({
            "devices": DEVICES,
            "enroll_seconds": enrolled.as_secs_f64(),
            "check_in_seconds": checked_in.as_secs_f64(),
            "resident_mib": resident_mib(stage.tenant.process.pid()),
        })
    );
}

async fn enroll(stage: &Arc<Stage>) -> Vec<Enrolled> {
    let first = stage.device(DIEGO).await;
    let ids = copies(stage, &first).await;
    let token = stage.mdm_token(DIEGO, |_| {}).await;
    let tasks = futures_util::stream::iter(ids).map(|id| {
        let token = &token;
        async move {
            let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
            stage.enroll(token, &id, key).await
        }
    });
    tasks.buffer_unordered(AT_ONCE).collect().await
}

/// The directory gets the other devices.
async fn copies(stage: &Stage, first: &str) -> Vec<String> {
    let file = format!(
        "sqlite://{}",
        stage.dir.path().join("tenant/tenant.db").display()
    );
    let pool = sqlx::SqlitePool::connect(&file).await.unwrap();
    let mut transaction = pool.begin().await.unwrap();
    let mut ids = Vec::new();
    for number in 0..DEVICES {
        let id = uuid::Uuid::new_v4().to_string();
        sqlx::query(
            "INSERT INTO device SELECT ?, ?, owner_id, ?, os_type, os_version, join_type, enabled, attested, randomblob(32), transport_modulus,
             randomblob(20), 0, created, last_logon FROM device WHERE id = ?",
        )
        .bind(&id)
        .bind(uuid::Uuid::new_v4().to_string())
        .bind(format!("fleet-{number}"))
        .bind(first)
        .execute(&mut *transaction)
        .await
        .unwrap();
        ids.push(id);
    }
    transaction.commit().await.unwrap();
    ids
}

/// The most it ever held.
fn resident_mib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().unwrap();
    kib / 1024.0
}
