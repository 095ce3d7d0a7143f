//! A session key on its way to a device.
#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "shared by test binaries, each of which uses a part"
)]

use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use dovetail_shared::rsa_blob::RsaPublic;
use dovetaild::tpm::KeySet;

/// For that device's transport key.
#[allow(dead_code, reason = "as above")]
pub fn sealed(keys: &KeySet, clear: &[u8]) -> Vec<u8> {
    sealed_for(&keys.transport_public().unwrap(), clear)
}

/// As a tenant does it: OAEP with SHA-1 and an empty label.
pub fn sealed_for(transport: &RsaPublic, clear: &[u8]) -> Vec<u8> {
    let key = PublicEncryptingKey::from_der(&spki(transport)).unwrap();
    let key = OaepPublicEncryptingKey::new(key).unwrap();
    let mut out = vec![0; key.ciphertext_size()];
    key.encrypt(&OAEP_SHA1_MGF1SHA1, clear, &mut out, None)
        .unwrap()
        .to_vec()
}

/// SubjectPublicKeyInfo of an RSA-2048 key around its PKCS#1 form (RFC 3279 §2.3.1).
fn spki(public: &RsaPublic) -> Vec<u8> {
    let pkcs1 = public.to_pkcs1();
    let length = u16::try_from(pkcs1.len()).unwrap();
    let mut der = vec![0x30, 0x82];
    der.extend((length + 20).to_be_bytes());
    der.extend([
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
        0x03, 0x82,
    ]);
    der.extend((length + 1).to_be_bytes());
    der.push(0);
    der.extend(pkcs1);
    der
}
