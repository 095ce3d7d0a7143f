//! The readers of what a TPM says and of what is kept of its keys.

use super::attest::certificate;
use super::key_set::KeySet;

/// The contents of the NV index with the endorsement certificate: what is cut out is its begin.
pub fn endorsement(padded: &[u8]) {
    assert!(padded.starts_with(certificate(padded)));
}

/// A record of wrapped keys, JSON: read by the TPM library before the TPM itself gets it.
pub fn keys(record: &[u8]) {
    let Ok(keys) = serde_json::from_slice::<KeySet>(record) else {
        return;
    };
    keys.device_public().ok();
    keys.transport_public().ok();
    keys.attestation_public().ok();
}
