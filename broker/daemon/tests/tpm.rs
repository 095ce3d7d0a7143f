//! The TPM side against a real TPM in software.

#[path = "../../../tests/src/swtpm.rs"]
mod swtpm;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use dovetaild::tpm::{Tpm, TpmConfig, TpmError};
use swtpm::Swtpm;

fn open(swtpm: &Swtpm) -> Tpm {
    Tpm::open(TpmConfig {
        tcti: swtpm.tcti(),
        exclusive: true,
        watched_bus: false,
    })
}

/// Keys are made, sign, and say where they live.
#[tokio::test]
async fn keys_made_in_the_tpm_sign_and_are_certified() {
    let Some(swtpm) = Swtpm::start() else { return };
    let tpm = open(&swtpm);
    assert!(tpm.describe().await.unwrap().contains("fw"));
    let keys = tpm.create().await.unwrap();
    let signature = tpm.sign(&keys.device_key(), b"message").await.unwrap();
    let public = keys.device_public().unwrap();
    let components = RsaPublicKeyComponents {
        n: &public.modulus,
        e: &public.exponent,
    };
    components
        .verify(&RSA_PKCS1_2048_8192_SHA256, b"message", &signature)
        .unwrap();
    assert_ne!(public, keys.transport_public().unwrap());
    let pair = tpm.certify(&keys, &[7; 32]).await.unwrap();
    assert_eq!(
        &pair.device.attest[..6],
        &[0xff, 0x54, 0x43, 0x47, 0x80, 0x17]
    );
    assert!(
        pair.transport
            .attest
            .windows(32)
            .any(|window| window == [7; 32])
    );
    let endorsement = tpm.endorsement().await.unwrap().unwrap();
    assert!(
        x509_parser::parse_x509_certificate(&endorsement)
            .unwrap()
            .0
            .is_empty()
    );
    tpm.release().await;
}

/// [TP-11] The private halves cannot leave: the attributes forbid it.
#[tokio::test]
async fn keys_are_bound_to_the_tpm() {
    use tss_esapi::structures::Public;
    use tss_esapi::traits::UnMarshall as _;

    let Some(swtpm) = Swtpm::start() else { return };
    let tpm = open(&swtpm);
    let keys = tpm.create().await.unwrap();
    let pair = tpm.certify(&keys, &[0; 32]).await.unwrap();
    for (bytes, signs, decrypts, restricted) in [
        (pair.device.public, true, false, false),
        (pair.transport.public, false, true, false),
        (keys.attestation_public().unwrap(), true, false, true),
    ] {
        let attributes = Public::unmarshall(&bytes).unwrap().object_attributes();
        assert!(
            attributes.fixed_tpm()
                && attributes.fixed_parent()
                && attributes.sensitive_data_origin()
                && attributes.no_da()
        );
        assert!(!attributes.encrypted_duplication());
        assert_eq!(
            (
                attributes.sign_encrypt(),
                attributes.decrypt(),
                attributes.restricted()
            ),
            (signs, decrypts, restricted)
        );
    }
    tpm.release().await;
}

/// [TP-05] The TPM goes away and comes back: the next request connects anew by itself.
#[tokio::test]
async fn a_tpm_that_was_restarted_is_found_again() {
    let Some(mut swtpm) = Swtpm::start() else {
        return;
    };
    let tpm = open(&swtpm);
    let keys = tpm.create().await.unwrap();
    swtpm.kill();
    assert!(matches!(
        tpm.sign(&keys.device_key(), b"x").await,
        Err(TpmError::Absent | TpmError::Lost)
    ));
    swtpm.run();
    tpm.sign(&keys.device_key(), b"x").await.unwrap();
    tpm.check(&keys).await.unwrap();
    tpm.release().await;
}

/// [TP-03] After a clear the keys are gone for good, and it is said so.
#[tokio::test]
async fn a_cleared_tpm_is_noticed() {
    let Some(swtpm) = Swtpm::start() else { return };
    let tpm = open(&swtpm);
    let keys = tpm.create().await.unwrap();
    tpm.release().await;
    swtpm.tool("tpm2_clear", &["-c", "p"]);
    assert_eq!(tpm.check(&keys).await, Err(TpmError::Cleared));
    tpm.release().await;
}

/// [DM-20] Key blobs that were copied to another machine do not open there.
#[tokio::test]
async fn keys_do_not_open_on_another_chip() {
    let (Some(first), Some(second)) = (Swtpm::start(), Swtpm::start()) else {
        return;
    };
    let (here, there) = (open(&first), open(&second));
    let keys = here.create().await.unwrap();
    assert_eq!(there.check(&keys).await, Err(TpmError::Cleared));
    assert_eq!(
        there.sign(&keys.device_key(), b"x").await,
        Err(TpmError::Cleared)
    );
    here.release().await;
    there.release().await;
}

/// [TP-02] Three places taken by others: they are freed, because this TPM is ours alone, and the request goes through.
#[tokio::test]
async fn places_left_taken_by_others_are_freed() {
    let Some(swtpm) = Swtpm::start() else { return };
    let tpm = open(&swtpm);
    let keys = tpm.create().await.unwrap();
    let scratch = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        let file = scratch.path().join(name);
        // With our root loaded, two fit; the third may not.
        std::process::Command::new("tpm2_createprimary")
            .args(["-C", "n", "-G", "ecc", "-c"])
            .arg(&file)
            .env("TPM2TOOLS_TCTI", swtpm.tcti())
            .output()
            .unwrap();
    }
    tpm.sign(&keys.device_key(), b"x").await.unwrap();
    tpm.release().await;
}

/// [TP-01] Without a TPM there is a clear refusal.
#[tokio::test]
async fn no_tpm_is_said_plainly() {
    let tpm = Tpm::open(TpmConfig {
        tcti: "swtpm:host=127.0.0.1,port=1".into(),
        exclusive: false,
        watched_bus: false,
    });
    assert_eq!(tpm.describe().await, Err(TpmError::Absent));
    assert_eq!(tpm.create().await.map(|_| ()), Err(TpmError::Absent));
}

/// [TP-04] Wrong attempts elsewhere lock the TPM; our keys are outside of that.
#[tokio::test]
async fn a_lockout_does_not_touch_our_keys() {
    let Some(swtpm) = Swtpm::start() else { return };
    let tpm = open(&swtpm);
    let keys = tpm.create().await.unwrap();
    tpm.release().await;
    swtpm.tool(
        "tpm2_dictionarylockout",
        &["-s", "-n", "1", "-t", "1000", "-l", "1000"],
    );
    let scratch = tempfile::tempdir().unwrap();
    let file = |name: &str| scratch.path().join(name).display().to_string();
    swtpm.tool(
        "tpm2_createprimary",
        &["-C", "o", "-G", "ecc", "-c", &file("p")],
    );
    swtpm.tool(
        "tpm2_create",
        &[
            "-C",
            &file("p"),
            "-p",
            "right",
            "-u",
            &file("u"),
            "-r",
            &file("r"),
            "-c",
            &file("k"),
        ],
    );
    let wrong = std::process::Command::new("tpm2_unseal")
        .args(["-c", &file("k"), "-p", "wrong"])
        .env("TPM2TOOLS_TCTI", swtpm.tcti())
        .output()
        .unwrap();
    assert!(!wrong.status.success());
    tpm.sign(&keys.device_key(), b"x").await.unwrap();
    tpm.release().await;
}

/// [TP-16] Somebody provisions a storage root of another kind after we made our keys: ours still open.
#[tokio::test]
async fn a_root_that_is_provisioned_later_does_not_lock_us_out() {
    let Some(swtpm) = Swtpm::start() else { return };
    let tpm = open(&swtpm);
    let keys = tpm.create().await.unwrap();
    tpm.release().await;
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("root").display().to_string();
    swtpm.tool("tpm2_createprimary", &["-C", "o", "-G", "rsa", "-c", &file]);
    swtpm.tool("tpm2_evictcontrol", &["-C", "o", "-c", &file, "0x81000001"]);
    tpm.sign(&keys.device_key(), b"x").await.unwrap();
    tpm.check(&keys).await.unwrap();
    tpm.release().await;
}

/// [TP-08] The storage root is pinned with the keys: under another one they are not even tried.
#[tokio::test]
async fn keys_are_pinned_to_their_root() {
    let Some(swtpm) = Swtpm::start() else { return };
    let tpm = open(&swtpm);
    let keys = tpm.create().await.unwrap();
    let mut swapped = serde_json::to_value(&keys).unwrap();
    swapped["root_name"] = "000B00".into();
    let swapped: dovetaild::tpm::KeySet = serde_json::from_value(swapped).unwrap();
    assert_eq!(
        tpm.sign(&swapped.device_key(), b"x").await,
        Err(TpmError::Cleared)
    );
    assert_eq!(tpm.check(&swapped).await, Err(TpmError::Cleared));
    tpm.sign(&keys.device_key(), b"x").await.unwrap();
    tpm.release().await;
}

/// [TP-04] A key behind a PIN opens with that PIN alone; wrong ones are counted by the TPM, and the last try before it locks is never
/// used up: what others keep behind it opens still.
#[tokio::test]
async fn a_key_behind_a_pin_opens_with_that_pin() {
    let Some(swtpm) = Swtpm::start() else { return };
    let tpm = open(&swtpm);
    let pin = |byte: u8| dovetaild::tpm::Opening::new(vec![byte; 32]);
    let key = tpm.create_hello(&pin(1)).await.unwrap();
    let public = key.public().unwrap();
    let components = RsaPublicKeyComponents {
        n: &public.modulus,
        e: &public.exponent,
    };
    let good = |signature: &[u8]| {
        components
            .verify(&RSA_PKCS1_2048_8192_SHA256, b"message", signature)
            .is_ok()
    };
    let signed = tpm.sign_hello(&key, &pin(1), b"message").await.unwrap();
    assert!(good(&signed));
    // Two of the three that a fresh TPM allows.
    let wrong = tpm.sign_hello(&key, &pin(2), b"message").await;
    assert_eq!(wrong, Err(TpmError::WrongPin));
    let changed = tpm.change_hello(&key, &pin(1), &pin(3)).await.unwrap();
    assert_eq!(changed.public().unwrap(), public, "the same key");
    assert!(good(
        &tpm.sign_hello(&changed, &pin(3), b"message").await.unwrap()
    ));
    let former = tpm.sign_hello(&changed, &pin(1), b"message").await;
    assert_eq!(former, Err(TpmError::WrongPin));
    for opening in [pin(3), pin(9)] {
        let spared = tpm.sign_hello(&changed, &opening, b"message").await;
        assert_eq!(spared, Err(TpmError::Locked));
    }
    let keys = tpm.create().await.unwrap();
    tpm.sign(&keys.device_key(), b"x").await.unwrap();
    tpm.release().await;
    swtpm.tool("tpm2_dictionarylockout", &["-c"]);
    assert!(good(
        &tpm.sign_hello(&changed, &pin(3), b"message").await.unwrap()
    ));
    tpm.release().await;
}
