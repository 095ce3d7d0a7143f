//! What a registration service answers, and what a client asks it.
#![no_main]

use dovetail_shared::drs::{Attestation, ChallengeResponse, Discovery, DrsError, JoinRequest, JoinResponse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = serde_json::from_slice::<Discovery>(bytes);
    let _ = serde_json::from_slice::<DrsError>(bytes);
    let _ = serde_json::from_slice::<JoinResponse>(bytes);
    let _ = serde_json::from_slice::<JoinRequest>(bytes);
    let _ = serde_json::from_slice::<ChallengeResponse>(bytes);
    let _ = serde_json::from_slice::<Attestation>(bytes);
});
