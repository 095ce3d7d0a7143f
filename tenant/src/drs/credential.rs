//! TPM2_MakeCredential in software (TPM 2.0 part 1, annex B.10.3 and §24): a secret that only one TPM, and in it only
//! one attestation key, can open.

use aws_lc_rs::cipher::{AES_128, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use dovetail_shared::rsa_blob::RsaPublic;

use super::error::Refusal;
use crate::ca::spki_der;
use crate::random;

/// What goes to the TPM: both without their outer size field.
#[derive(Debug)]
pub(super) struct Credential {
    /// TPMS_ID_OBJECT: TPM2B of the HMAC, then the encrypted TPM2B of the secret.
    pub(super) blob: Vec<u8>,
    /// The seed, encrypted to the endorsement key.
    pub(super) encrypted_secret: Vec<u8>,
}

/// Wraps `secret` (at most 32 bytes) for the endorsement key `ek` (PKCS#1 DER) and the attestation key of that `name`.
pub(super) fn make(secret: &[u8], name: &[u8], ek: &[u8]) -> Result<Credential, Refusal> {
    let refused = Refusal::Endorsement("its key cannot be used");
    if !RsaPublic::from_pkcs1(ek).is_ok_and(|key| (2048..=4096).contains(&key.bits())) {
        return Err(refused);
    }
    let spki = spki_der(ek).map_err(|_| Refusal::Endorsement("its key cannot be read"))?;
    let key = PublicEncryptingKey::from_der(&spki)
        .map_err(|_| Refusal::Endorsement("its key cannot be read"))?;
    let key = OaepPublicEncryptingKey::new(key)
        .map_err(|_| Refusal::Endorsement("its key cannot be used"))?;
    let seed = random::bytes::<16>()?;
    let mut encrypted_secret = vec![0; key.ciphertext_size()];
    // The label is a string with its final NUL.
    key.encrypt(
        &OAEP_SHA256_MGF1SHA256,
        &seed,
        &mut encrypted_secret,
        Some(b"IDENTITY\0"),
    )
    .map_err(|_| Refusal::Endorsement("its key cannot be used"))?;

    let mut identity = u16::try_from(secret.len())
        .unwrap_or(0)
        .to_be_bytes()
        .to_vec();
    identity.extend_from_slice(secret);
    cfb(&kdfa(&seed, b"STORAGE", name, 128), &mut identity)?;
    let integrity = hmac::Key::new(hmac::HMAC_SHA256, &kdfa(&seed, b"INTEGRITY", &[], 256));
    let mut signed = identity.clone();
    signed.extend_from_slice(name);
    let tag = hmac::sign(&integrity, &signed);

    let mut blob = u16::try_from(tag.as_ref().len())
        .unwrap_or(0)
        .to_be_bytes()
        .to_vec();
    blob.extend_from_slice(tag.as_ref());
    blob.extend_from_slice(&identity);
    Ok(Credential {
        blob,
        encrypted_secret,
    })
}

/// KDFa with SHA-256 (part 1, §11.4.10.2), for outputs of up to one digest.
fn kdfa(key: &[u8], label: &[u8], context: &[u8], bits: u32) -> Vec<u8> {
    let mut message = 1_u32.to_be_bytes().to_vec();
    message.extend_from_slice(label);
    message.push(0);
    message.extend_from_slice(context);
    message.extend_from_slice(&bits.to_be_bytes());
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &message);
    let bytes = usize::try_from(bits / 8).unwrap_or(0);
    tag.as_ref().iter().copied().take(bytes).collect()
}

/// AES-128-CFB with a zero IV.
fn cfb(key: &[u8], data: &mut [u8]) -> Result<(), Refusal> {
    let failed = |_| Refusal::Endorsement("its key cannot be used");
    let key = UnboundCipherKey::new(&AES_128, key).map_err(failed)?;
    let key = EncryptingKey::cfb128(key).map_err(failed)?;
    key.less_safe_encrypt(data, EncryptionContext::Iv128(FixedLength::from([0; 16])))
        .map_err(failed)?;
    Ok(())
}
