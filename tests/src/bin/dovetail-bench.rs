//! Measures a join beside its floor, as JSON for `cargo xtask bench`.
//!
//! The floor is what cannot be avoided: the TPM's own operations, and the tenant's handshakes, signatures and round trips,
//! each measured alone in this very run. The same join with keys made on demand adds what making them takes.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "ends where anything is wrong"
)]

use std::process::ExitCode;
use std::time::Instant;

use dovetail_shared::link::{JoinRef, JoinState, Request};
use dovetail_tests::sign_in::Visitor;
use dovetail_tests::swtpm::Swtpm;
use dovetail_tests::{Lab, Setup, talk};
use dovetaild::tpm::{Tpm, TpmConfig};
use serde_json::json;
use url::Url;

const RUNS: usize = 7;

#[tokio::main]
async fn main() -> ExitCode {
    let Some(lab) = Lab::start("bench") else {
        return ExitCode::FAILURE;
    };
    let mut joins = Vec::new();
    for _ in 0..RUNS {
        joins.push(one_join(&lab).await);
        let (code, _, complaint) = lab.daemon.cli(&["leave", "--yes"]);
        assert_eq!(code, 0, "{complaint}");
    }
    let (tpm_ms, create_ms) = tpm_floor().await;
    let net_ms = net_floor(&lab).await;
    let (join, floor) = (median(joins), tpm_ms + net_ms);
    drop(lab);
    let managed = managed().await;
    println!(
        "{}",
        json!({ "join_ms": join, "floor_ms": floor, "floor_tpm_ms": tpm_ms, "floor_net_ms": net_ms, "on_demand_ms": join + create_ms, "create_ms": create_ms,
            "manage_ms": managed.ms, "manage_own_ms": managed.own_ms, "manage_round_trips": managed.round_trips, "manage_nodes": managed.nodes })
    );
    ExitCode::SUCCESS
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn since(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1e3
}

/// From "ID token handed over" to "joined", keys having been made ahead. The person's yes follows at once.
async fn one_join(lab: &Lab) -> f64 {
    let mut client = talk::connect(&lab.daemon).await;
    let began = talk::begin(&mut client).await;
    let token = Visitor::new(&lab.tenant)
        .id_token(&lab.tenant, &began, "adele@contoso.com")
        .await;
    talk::keys_made(&lab.daemon).await;
    let mut watcher = talk::connect(&lab.daemon).await;
    let _: dovetail_shared::link::Done = watcher
        .call(
            &Request::Subscribe(dovetail_shared::link::Empty {}),
            std::time::Duration::from_secs(5),
        )
        .await
        .unwrap();
    let begin = Instant::now();
    let view = talk::token(&mut client, &began, token).await.unwrap();
    talk::confirm(&mut client, &view).await;
    loop {
        if let dovetail_shared::link::Event::JoinChanged(view) = watcher.event().await.unwrap() {
            match view.state {
                JoinState::Joined => return since(begin),
                JoinState::Failed => {
                    let retry = Request::JoinCancel(JoinRef {
                        join_id: view.join_id,
                    });
                    panic!("the join failed: {:?}; {retry:?}", view.report);
                }
                _ => {}
            }
        }
    }
}

/// What coming under management took.
struct Managed {
    /// From the code to the end of the first session.
    ms: f64,
    /// Of that, processor time of the daemon.
    own_ms: f64,
    /// Requests that the daemon sent for it.
    round_trips: usize,
    /// Nodes that were asked and set in the first session.
    nodes: usize,
}

/// Enrollment and first session of a device that has just joined.
async fn managed() -> Managed {
    let setup = Setup {
        log: "info,dovetaild::net=debug",
        ..Setup::default()
    };
    let lab = Lab::with("bench_managed", setup).unwrap();
    let upn = "diego@contoso.com";
    let mut visitor = Visitor::new(&lab.tenant);
    let mut client = talk::connect(&lab.daemon).await;
    let began = talk::begin(&mut client).await;
    let token = visitor.id_token(&lab.tenant, &began, upn).await;
    let view = talk::token(&mut client, &began, token).await.unwrap();
    talk::confirm(&mut client, &view).await;
    let view = talk::standing(&lab.daemon, &[JoinState::WaitingForManagement]).await;
    let ask = talk::manage(&mut client, &view).await;
    let code = visitor.code(&lab.tenant, &ask).await;
    let (before, own) = (asked(&lab), own_ms(&lab));
    let begin = Instant::now();
    talk::code(&mut client, &view, &code).await;
    let view = talk::standing(&lab.daemon, &[JoinState::Joined, JoinState::Failed]).await;
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    let ms = since(begin);
    let id = view.device.unwrap().device_id.to_string();
    let shown = lab.tenant.run(&["mdm", "device", "show", &id, "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    Managed {
        ms,
        own_ms: own_ms(&lab) - own,
        round_trips: asked(&lab) - before,
        nodes: shown.get("nodes").unwrap().as_array().unwrap().len(),
    }
}

/// Requests that the daemon has sent, by its log.
fn asked(lab: &Lab) -> usize {
    let log = std::fs::read_to_string(lab.dir().join("daemon.log")).unwrap();
    log.lines().filter(|line| line.contains("asked")).count()
}

/// Processor time of the daemon so far (proc(5): fields 14 and 15, in hundredths of a second).
fn own_ms(lab: &Lab) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", lab.daemon.pid())).unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<f64>().unwrap() * 10.0)
        .sum()
}

/// The TPM's part, on another TPM of the same kind: read the endorsement certificate, open a credential, certify two keys. And making three keys.
async fn tpm_floor() -> (f64, f64) {
    let swtpm = Swtpm::start().unwrap();
    let tpm = Tpm::open(TpmConfig {
        tcti: swtpm.tcti(),
        exclusive: true,
        watched_bus: false,
    });
    let mut creates = Vec::new();
    for _ in 0..3 {
        let begin = Instant::now();
        tpm.create().await.unwrap();
        creates.push(since(begin));
    }
    let keys = tpm.create().await.unwrap();
    let mut all = Vec::new();
    for _ in 0..RUNS {
        let begin = Instant::now();
        tpm.endorsement().await.unwrap();
        // A credential that does not open costs what one that does costs: the policy, the decryption, the check.
        tpm.activate(&keys, &[0; 68], &[1; 256]).await.unwrap_err();
        tpm.certify(&keys, &[7; 32]).await.unwrap();
        all.push(since(begin));
    }
    tpm.release().await;
    (median(all), median(creates))
}

/// The tenant's part: a fresh TLS connection to the registration service, and three round trips on it.
async fn net_floor(lab: &Lab) -> f64 {
    let url = Url::parse(&format!(
        "{}/contoso.com/EnrollmentServer/contract?api-version=1.2",
        lab.tenant.value("drs")
    ))
    .unwrap();
    let mut all = Vec::new();
    for _ in 0..RUNS {
        let mut visitor = Visitor::new(&lab.tenant);
        let begin = Instant::now();
        for _ in 0..3 {
            visitor.get(url.clone()).await.bytes().await.unwrap();
        }
        all.push(since(begin));
    }
    median(all)
}
