//! The TPM's proof: the challenge's secret was opened, and the attestation key says that both keys live in that TPM.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use dovetail_shared::UnixTime;
use dovetail_shared::drs::{Attestation, CertifiedKey};
use dovetail_shared::encode::from_b64;
use dovetail_shared::id::ObjectId;
use dovetail_shared::rsa_blob::RsaPublic;
use tpm2_protocol::TpmUnmarshal as _;
use tpm2_protocol::data::{
    TpmAlgId, TpmaObject, TpmsAttest, TpmtPublic, TpmtSignature, TpmuAttest, TpmuPublicId,
    TpmuPublicParms, TpmuSignature,
};

use super::challenge::take;
use super::error::Refusal;
use crate::store::Store;

/// Longest structure that is looked at.
const MAX: usize = 4096;
/// The exponent that a TPM means when it says 0.
const DEFAULT_EXPONENT: &[u8] = &[1, 0, 1];

/// The keys that the registration is about.
pub(super) struct Keys<'a> {
    pub(super) device: &'a RsaPublic,
    pub(super) transport: &'a RsaPublic,
}

/// A proof that held, as it was sent.
#[derive(Debug)]
pub(super) struct Attested {
    /// For the directory: the JSON of `AttestationData`, and the endorsement certificate it goes back to.
    pub(super) json: String,
}

fn refuse<T>(why: &'static str) -> Result<T, Refusal> {
    Err(Refusal::Attestation(why))
}

/// Checks `AttestationData` for `user`. The challenge is used up, whatever comes of it.
pub(super) async fn check(
    store: &Store,
    data: &str,
    endorsement: &str,
    keys: &Keys<'_>,
    user: ObjectId,
    now: UnixTime,
) -> Result<Attested, Refusal> {
    let json = from_b64(data)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .filter(|text| text.len() <= 64 * 1024);
    let Some(json) = json else {
        return refuse("it is not base64 of text");
    };
    let Ok(attestation) = serde_json::from_str::<Attestation>(&json) else {
        return refuse("it is not of the announced form");
    };
    let Some(challenge) = take(store, &attestation.challenge_id, user, now).await? else {
        return refuse("its challenge is not known, too old, or used");
    };
    let secret = bytes(&attestation.secret)?;
    if aws_lc_rs::constant_time::verify_slices_are_equal(&secret, &challenge.secret).is_err() {
        return refuse("the challenge was not opened");
    }
    if bytes(&attestation.ak_public)? != challenge.ak_public {
        return refuse("the attestation key is another than in the challenge");
    }
    let hash = digest::digest(&digest::SHA256, &bytes(endorsement)?);
    if hash.as_ref() != challenge.ek_hash {
        return refuse("the endorsement certificate is another than in the challenge");
    }
    let (ak, _) = public(&challenge.ak_public)?;
    certified(
        &attestation.device_key,
        &ak,
        &challenge.nonce,
        keys.device,
        TpmaObject::SIGN_ENCRYPT,
    )?;
    certified(
        &attestation.transport_key,
        &ak,
        &challenge.nonce,
        keys.transport,
        TpmaObject::DECRYPT,
    )?;
    let kept = serde_json::json!({ "EndorsementCertificate": endorsement, "AttestationData": attestation });
    Ok(Attested {
        json: kept.to_string(),
    })
}

/// An attestation key: RSA, restricted, signing, made in and bound to its TPM. Gives its name.
pub(super) fn attestation_key(ak_public: &[u8]) -> Result<Vec<u8>, Refusal> {
    let (_, attributes) = public(ak_public)?;
    let needed = TpmaObject::FIXED_TPM
        | TpmaObject::FIXED_PARENT
        | TpmaObject::SENSITIVE_DATA_ORIGIN
        | TpmaObject::RESTRICTED
        | TpmaObject::SIGN_ENCRYPT;
    if !attributes.contains(needed) || attributes.contains(TpmaObject::DECRYPT) {
        return refuse("the attestation key is not a restricted signing key of its TPM");
    }
    Ok(name(ak_public))
}

/// One key and the attestation key's word on it.
fn certified(
    key: &CertifiedKey,
    ak: &RsaPublic,
    nonce: &[u8],
    expected: &RsaPublic,
    purpose: TpmaObject,
) -> Result<(), Refusal> {
    let (public_bytes, attest, signature) = (
        bytes(&key.public)?,
        bytes(&key.attest)?,
        bytes(&key.signature)?,
    );
    let (rsa, attributes) = public(&public_bytes)?;
    if rsa != *expected {
        return refuse("a certified key is not the one that is registered");
    }
    let needed = TpmaObject::FIXED_TPM
        | TpmaObject::FIXED_PARENT
        | TpmaObject::SENSITIVE_DATA_ORIGIN
        | purpose;
    if !attributes.contains(needed) || attributes.contains(TpmaObject::RESTRICTED) {
        return refuse("a certified key is not bound to its TPM, or not made for its purpose");
    }
    let signature = rsa_signature(&signature)?;
    let verified = RsaPublicKeyComponents {
        n: &ak.modulus,
        e: &ak.exponent,
    }
    .verify(&RSA_PKCS1_2048_8192_SHA256, &attest, &signature);
    if verified.is_err() {
        return refuse("a certificate of the attestation key is not signed by it");
    }
    // The magic number is checked by the reader: only a TPM's own structures begin with it.
    let Ok((statement, [])) = TpmsAttest::unmarshal(&attest) else {
        return refuse("a certificate of the attestation key cannot be read");
    };
    let TpmuAttest::Certify(info) = &statement.attested else {
        return refuse("a certificate of the attestation key is of another kind");
    };
    if statement.extra_data.as_ref() != nonce {
        return refuse("a certificate of the attestation key is not fresh");
    }
    if info.name.as_ref() != name(&public_bytes).as_slice() {
        return refuse("a certificate of the attestation key is about another key");
    }
    Ok(())
}

fn bytes(text: &str) -> Result<Vec<u8>, Refusal> {
    match from_b64(text) {
        Ok(bytes) if bytes.len() <= MAX => Ok(bytes),
        _ => refuse("a part of it is not base64, or too long"),
    }
}

/// nameAlg and SHA-256 over TPMT_PUBLIC (part 1, §16). Only keys whose nameAlg is SHA-256 get this far.
fn name(public: &[u8]) -> Vec<u8> {
    let mut name = vec![0x00, 0x0b];
    name.extend_from_slice(digest::digest(&digest::SHA256, public).as_ref());
    name
}

/// An RSA TPMT_PUBLIC with nameAlg SHA-256.
fn public(bytes: &[u8]) -> Result<(RsaPublic, TpmaObject), Refusal> {
    let Ok((public, [])) = TpmtPublic::unmarshal(bytes) else {
        return refuse("a public area cannot be read");
    };
    let (TpmuPublicParms::Rsa(parameters), TpmuPublicId::Rsa(modulus)) =
        (&public.parameters, &public.unique)
    else {
        return refuse("a key is not RSA");
    };
    if public.name_alg != TpmAlgId::Sha256 {
        return refuse("a key's name is not made with SHA-256");
    }
    let exponent = u32::from(parameters.exponent).to_be_bytes();
    let exponent = if exponent == [0; 4] {
        DEFAULT_EXPONENT
    } else {
        exponent.as_slice()
    };
    Ok((
        RsaPublic::new(modulus.as_ref(), exponent),
        public.object_attributes,
    ))
}

/// The bytes of an RSASSA signature over SHA-256.
pub(super) fn rsa_signature(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    match TpmtSignature::unmarshal(bytes) {
        Ok((
            TpmtSignature {
                signature: TpmuSignature::Rsassa(rsa),
                ..
            },
            [],
        )) if rsa.hash == TpmAlgId::Sha256 => Ok(rsa.sig.as_ref().to_vec()),
        _ => refuse("a signature is not RSASSA with SHA-256"),
    }
}
