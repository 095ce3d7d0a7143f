//! Session keys inside a real TPM in software: how they come in, what is heard on the way, and what becomes of them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    reason = "a test may fail loudly"
)]

#[path = "support/sealed.rs"]
mod sealed;
#[path = "../../../tests/src/swtpm.rs"]
mod swtpm;
#[path = "support/wire.rs"]
mod wire;

use std::time::{Duration, Instant};

use dovetail_shared::encode::from_b64;
use dovetail_shared::prt::kdf;
use dovetaild::tpm::{Adopted, KeySet, SessionKey, Tpm, TpmConfig, TpmError};
use sealed::sealed;
use swtpm::Swtpm;
use wire::Wire;

/// The session key of the capture that compact_jwt's tests publish, and what is derived from it for the captured answer.
const KEY: [u8; 32] = [
    0x39, 0x87, 0xbc, 0x6d, 0x45, 0xc8, 0xd4, 0x6e, 0x99, 0x69, 0xbf, 0x67, 0x9b, 0x9f, 0x2a, 0x17,
    0x92, 0x2e, 0xd0, 0xd4, 0x00, 0x55, 0xc3, 0x13, 0x23, 0x2f, 0x29, 0x0a, 0xe9, 0xd8, 0x7b, 0xf0,
];
const CTX: &str = "UQoqkoRWX5Qh6zSnEvWOZYX2MwuAPxvD";
const DERIVED: [u8; 32] = [
    0xb0, 0xfc, 0xfc, 0xd8, 0x63, 0xdf, 0x6f, 0x58, 0x3f, 0xa8, 0x32, 0x1d, 0x49, 0x71, 0x92, 0x6b,
    0x2b, 0xfa, 0x8e, 0x4d, 0x12, 0xe9, 0xa7, 0xdd, 0x71, 0xe8, 0x8b, 0x2d, 0xf3, 0x79, 0xd0, 0xa3,
];

fn open(tcti: String) -> Tpm {
    Tpm::open(TpmConfig {
        tcti,
        exclusive: true,
        watched_bus: false,
    })
}

/// Takes a session key in; what is sealed beside it matters to nobody.
async fn adopt(tpm: &Tpm, keys: &KeySet, encrypted: &[u8]) -> Result<SessionKey, TpmError> {
    let adopted = tpm.adopt(keys, encrypted, &[0x77; 32]).await?;
    Ok(adopted.session)
}

fn message() -> Vec<u8> {
    kdf::derivation_input(&from_b64(CTX).unwrap())
}

/// The session key of a real capture, brought in as a tenant would: the TPM derives from it what opens the captured answer.
#[tokio::test]
async fn the_tpm_derives_what_opens_a_real_answer() {
    let Some(swtpm) = Swtpm::start() else { return };
    let tpm = open(swtpm.tcti());
    let keys = tpm.create().await.unwrap();
    let session = adopt(&tpm, &keys, &sealed(&keys, &KEY)).await.unwrap();
    let derived = tpm.hmac(&session, &message()).await.unwrap();
    assert_eq!(*derived, DERIVED);
    tpm.release().await;
}

/// [TP-07] Somebody records everything between processor and TPM: the session key is not in it, nor what is sealed; on a bus
/// that is said to be watched, nor is what is derived.
#[tokio::test]
async fn no_key_is_heard_on_the_bus() {
    let Some(swtpm) = Swtpm::start() else { return };
    let wire = Wire::before(swtpm.port());
    let tpm = Tpm::open(TpmConfig {
        tcti: wire.tcti(),
        exclusive: true,
        watched_bus: true,
    });
    let keys = tpm.create().await.unwrap();
    let secret = [0x5a; 32];
    let Adopted { session, seal } = tpm
        .adopt(&keys, &sealed(&keys, &KEY), &secret)
        .await
        .unwrap();
    assert_eq!(*tpm.unseal(&seal).await.unwrap(), secret);
    let derived = tpm.hmac(&session, &message()).await.unwrap();
    assert_eq!(*derived, DERIVED);
    tpm.release().await;
    assert!(wire.length() > 4096, "nothing was recorded");
    assert!(!wire.heard(&KEY), "the session key");
    assert!(!wire.heard(&secret), "what was sealed");
    assert!(!wire.heard(&derived), "the derived key");
    // The recorder hears what is not encrypted.
    let open = open(wire.tcti());
    let derived = open.hmac(&session, &message()).await.unwrap();
    open.release().await;
    assert!(wire.heard(&derived) && !wire.heard(&KEY));
}

/// [DM-19] A server sends a session key of another length, or something for another device's key: it is none.
#[tokio::test]
async fn what_is_no_session_key_is_refused() {
    let Some(swtpm) = Swtpm::start() else { return };
    let tpm = open(swtpm.tcti());
    let keys = tpm.create().await.unwrap();
    let other = tpm.create().await.unwrap();
    for clear in [&[][..], &KEY[..16], &KEY[..31], &[1; 33], &[1; 64]] {
        let adopted = adopt(&tpm, &keys, &sealed(&keys, clear)).await;
        assert_eq!(adopted.map(drop), Err(TpmError::NoSessionKey), "{clear:?}");
    }
    for encrypted in [
        sealed(&other, &KEY),
        vec![0; 256],
        vec![1; 300],
        vec![9; 1000],
    ] {
        let adopted = adopt(&tpm, &keys, &encrypted).await;
        assert_eq!(
            adopted.map(drop),
            Err(TpmError::NoSessionKey),
            "{:?}",
            encrypted.first_chunk::<4>()
        );
    }
    adopt(&tpm, &keys, &sealed(&keys, &KEY)).await.unwrap();
    tpm.release().await;
}

/// [TP-11] The session key is bound to this TPM, signs only, and is outside of the lock-out.
#[tokio::test]
async fn the_session_key_cannot_leave() {
    use tss_esapi::structures::Public;
    use tss_esapi::traits::UnMarshall as _;

    let Some(swtpm) = Swtpm::start() else { return };
    let tpm = open(swtpm.tcti());
    let keys = tpm.create().await.unwrap();
    let Adopted { session, seal } = tpm.adopt(&keys, &sealed(&keys, &KEY), &KEY).await.unwrap();
    for (kept, signs) in [
        (serde_json::to_value(&session).unwrap()["key"].clone(), true),
        (
            serde_json::to_value(&seal).unwrap()["object"].clone(),
            false,
        ),
    ] {
        let public = from_b64(kept["public"].as_str().unwrap()).unwrap();
        let attributes = Public::unmarshall(&public).unwrap().object_attributes();
        assert!(attributes.fixed_tpm() && attributes.fixed_parent() && attributes.no_da());
        assert!(!attributes.sensitive_data_origin() && !attributes.decrypt());
        assert_eq!(attributes.sign_encrypt(), signs);
    }
    tpm.release().await;
}

/// [TP-02] [TP-15] Between other work on three places, after a reset of the TPM and after its power was gone, the session key
/// works as before, out of its blob.
#[tokio::test]
async fn the_session_key_outlives_a_reset_and_other_work() {
    let Some(mut swtpm) = Swtpm::start() else {
        return;
    };
    let tpm = open(swtpm.tcti());
    let keys = tpm.create().await.unwrap();
    let Adopted { session, seal } = tpm.adopt(&keys, &sealed(&keys, &KEY), &KEY).await.unwrap();
    let second = adopt(&tpm, &keys, &sealed(&keys, &[3; 32])).await.unwrap();
    for _ in 0..3 {
        assert_eq!(*tpm.hmac(&session, &message()).await.unwrap(), DERIVED);
        assert_ne!(*tpm.hmac(&second, &message()).await.unwrap(), DERIVED);
        tpm.certify(&keys, &[7; 32]).await.unwrap();
        tpm.sign(&keys.device_key(), b"x").await.unwrap();
        tpm.unseal(&seal).await.unwrap();
    }
    swtpm.kill();
    let gone = tpm.hmac(&session, &message()).await;
    assert!(
        matches!(gone, Err(TpmError::Absent | TpmError::Lost)),
        "{gone:?}"
    );
    swtpm.run();
    assert_eq!(*tpm.hmac(&session, &message()).await.unwrap(), DERIVED);
    tpm.release().await;
    swtpm.kill();
    swtpm.run();
    assert_eq!(*tpm.hmac(&session, &message()).await.unwrap(), DERIVED);
    tpm.release().await;
}

/// [TP-03] [DM-20] After a clear, and on another chip, neither session key nor seal opens, and it is said why.
#[tokio::test]
async fn the_session_key_opens_on_no_other_chip() {
    let (Some(first), Some(second)) = (Swtpm::start(), Swtpm::start()) else {
        return;
    };
    let (here, there) = (open(first.tcti()), open(second.tcti()));
    let keys = here.create().await.unwrap();
    let Adopted { session, seal } = here.adopt(&keys, &sealed(&keys, &KEY), &KEY).await.unwrap();
    let other = there.hmac(&session, &message()).await;
    assert_eq!(other.map(drop), Err(TpmError::Cleared));
    assert_eq!(there.unseal(&seal).await.map(drop), Err(TpmError::Cleared));
    let adopted = adopt(&there, &keys, &sealed(&keys, &KEY)).await;
    assert_eq!(adopted.map(drop), Err(TpmError::Cleared));
    there.release().await;
    here.release().await;
    first.tool("tpm2_clear", &["-c", "p"]);
    let cleared = here.hmac(&session, &message()).await;
    assert_eq!(cleared.map(drop), Err(TpmError::Cleared));
    here.release().await;
}

/// [TP-06] Each command takes 200 ms: a derivation with the key at hand is one command, the next ones wait in a queue that has
/// an end, and whoever is refused is so at once.
#[tokio::test]
async fn a_slow_tpm_delays_one_command_and_refuses_the_crowd() {
    let Some(swtpm) = Swtpm::start() else { return };
    let wire = Wire::before(swtpm.port());
    let tpm = open(wire.tcti());
    let keys = tpm.create().await.unwrap();
    let session = adopt(&tpm, &keys, &sealed(&keys, &KEY)).await.unwrap();
    tpm.hmac(&session, &message()).await.unwrap();
    wire.delay(Duration::from_millis(200));
    let before = wire.commands();
    let begun = Instant::now();
    tpm.hmac(&session, &message()).await.unwrap();
    assert!(wire.commands() - before <= 2, "more than one command");
    assert!(begun.elapsed() >= Duration::from_millis(200));
    let crowd: Vec<_> = (0..200)
        .map(|_| {
            let (tpm, session) = (tpm.clone(), session.clone());
            tokio::spawn(async move { tpm.hmac(&session, &message()).await.map(drop) })
        })
        .collect();
    wire.delay(Duration::ZERO);
    let mut refused = 0;
    for one in crowd {
        match one.await.unwrap() {
            Ok(()) => {}
            Err(TpmError::Busy) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!((100..200).contains(&refused), "{refused} refused");
    tpm.release().await;
}

/// [TP-09] [TP-10] Answers of the TPM come with flipped bits: nothing panics or stands still, what came over an encrypted session is right
/// or refused, and all is well when they stop.
#[tokio::test]
async fn spoilt_answers_are_survived() {
    let Some(swtpm) = Swtpm::start() else { return };
    let wire = Wire::before(swtpm.port());
    let tpm = open(wire.tcti());
    let keys = tpm.create().await.unwrap();
    let encrypted = sealed(&keys, &KEY);
    let secret = [0x5a; 32];
    let adopted = tpm.adopt(&keys, &encrypted, &secret).await.unwrap();
    let (session, kept) = (adopted.session, adopted.seal);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    wire.spoil(move |answer| {
        // The length in the header says how much the transport waits for: a chip's driver hands over whole answers.
        let places: Vec<usize> = (0..answer.len())
            .filter(|at| !(2..6).contains(at))
            .collect();
        if !places.is_empty() && next() % 4 == 0 {
            let at = places[usize::try_from(next() % places.len() as u64).unwrap()];
            answer[at] ^= 1 << (next() % 8);
        }
    });
    let (mut good, mut bad) = (0, 0);
    let mut count = |fine: bool| if fine { good += 1 } else { bad += 1 };
    for _ in 0..40 {
        let unsealed = tpm.unseal(&kept).await;
        if let Ok(unsealed) = &unsealed {
            assert_eq!(**unsealed, secret, "a spoilt secret was taken");
        }
        count(unsealed.is_ok());
        count(tpm.hmac(&session, &message()).await.is_ok());
        count(adopt(&tpm, &keys, &encrypted).await.is_ok());
        count(tpm.sign(&keys.device_key(), b"x").await.is_ok());
        count(tpm.check(&keys).await.is_ok());
    }
    assert!(bad > 20, "{good} good, {bad} bad");
    wire.leave_alone();
    // Objects and sessions whose unloading was spoilt are freed with the connection.
    let mut last = tpm.hmac(&session, &message()).await;
    if last.is_err() {
        last = tpm.hmac(&session, &message()).await;
    }
    assert_eq!(*last.unwrap(), DERIVED);
    tpm.release().await;
}
