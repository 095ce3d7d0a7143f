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
use dovetail_tests::{Lab, talk};
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
    println!(
        "{}",
        json!({ "join_ms": join, "floor_ms": floor, "floor_tpm_ms": tpm_ms, "floor_net_ms": net_ms, "on_demand_ms": join + create_ms, "create_ms": create_ms })
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

/// The TPM's part, on another TPM of the same kind: read the endorsement certificate, open a credential, certify two keys. And making three keys.
async fn tpm_floor() -> (f64, f64) {
    let swtpm = Swtpm::start().unwrap();
    let tpm = Tpm::open(TpmConfig {
        tcti: swtpm.tcti(),
        exclusive: true,
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
