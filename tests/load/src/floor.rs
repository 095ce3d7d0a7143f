//! What no server can go below: RSA-2048 and P-256 signatures per second of one processor.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustix::time::{ClockId, clock_gettime};

/// RSA-2048 PKCS#1 signatures with SHA-256 over a token's length, per processor second of this thread.
pub(crate) fn rsa_signatures(count: u32) -> f64 {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let (random, message) = (SystemRandom::new(), [7_u8; 1000]);
    let mut signature = vec![0; key.public_modulus_len()];
    let sign = |signature: &mut Vec<u8>| {
        key.sign(&RSA_PKCS1_SHA256, &random, &message, signature)
            .unwrap();
    };
    for _ in 0..20 {
        sign(&mut signature);
    }
    let from = thread_seconds();
    for _ in 0..count {
        sign(&mut signature);
    }
    f64::from(count) / (thread_seconds() - from)
}

fn thread_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
