//! What the TPM's operations cost by themselves, as JSON for `cargo xtask bench`: through the daemon's own code and the TSS, on a TPM
//! that does nothing else.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    unreachable_pub,
    missing_docs,
    reason = "a bench: ends where anything is wrong"
)]

#[path = "../tests/support/sealed.rs"]
mod sealed;
#[path = "../../../tests/src/swtpm.rs"]
mod swtpm;

use std::time::Instant;

use dovetaild::tpm::{Tpm, TpmConfig};
use sealed::sealed;
use swtpm::Swtpm;

const RUNS: usize = 51;

fn main() {
    // `cargo bench` hands over `--bench`; there is nothing to choose here.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let swtpm = Swtpm::start().unwrap();
    let tpm = Tpm::open(TpmConfig {
        tcti: swtpm.tcti(),
        exclusive: true,
        watched_bus: false,
    });
    let keys = tpm.create().await.unwrap();
    let (mut sign, mut adopt, mut hmac) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let encrypted = sealed(&keys, &[7; 32]);
        let begin = Instant::now();
        tpm.sign(&keys.device_key(), b"message").await.unwrap();
        sign.push(begin.elapsed());
        let begin = Instant::now();
        let adopted = tpm.adopt(&keys, &encrypted, &[8; 32]).await.unwrap();
        adopt.push(begin.elapsed());
        let begin = Instant::now();
        tpm.hmac(&adopted.session, &[9; 67]).await.unwrap();
        hmac.push(begin.elapsed());
    }
    tpm.release().await;
    let ms = |mut all: Vec<std::time::Duration>| {
        all.sort_unstable();
        all.get(RUNS / 2).unwrap().as_secs_f64() * 1e3
    };
    println!(
        "{{\"sign_ms\":{},\"adopt_ms\":{},\"hmac_ms\":{}}}",
        ms(sign),
        ms(adopt),
        ms(hmac)
    );
}
