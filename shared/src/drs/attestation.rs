//! TPM attestation of device and transport key: Dovetail's own encoding.
//!
//! The real service's `AttestationData` is not published (registration-and-prt reference §8.1), so
//! this is spoken with Dovetail tenants only, who announce it by `AttestationEndpoint`. Two steps:
//!
//! 1. `POST {AttestationEndpoint}?api-version=1.0` with [`ChallengeRequest`] and the sign-in as bearer →
//!    [`ChallengeResponse`]: a nonce, and a secret that only the TPM with that endorsement key *and* that
//!    attestation key can open (TPM2_MakeCredential).
//! 2. The registration request carries [`Attestation`]: the opened secret, and TPM2_Certify of both keys over the nonce.
//!
//! All byte strings are standard base64 of the TPM's own big-endian structures.

use serde::{Deserialize, Serialize};

/// Step 1, question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChallengeRequest {
    /// The endorsement key's certificate, DER.
    pub ek_certificate: String,
    /// The attestation key's TPMT_PUBLIC.
    pub ak_public: String,
}

/// Step 1, answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChallengeResponse {
    /// Names this challenge; good once, for five minutes.
    pub challenge_id: String,
    /// 32 bytes, the `qualifyingData` of both TPM2_Certify.
    pub nonce: String,
    /// TPM2B_ID_OBJECT without its size prefix.
    pub credential_blob: String,
    /// TPM2B_ENCRYPTED_SECRET without its size prefix.
    pub encrypted_secret: String,
}

/// Step 2: what `AttestationData` holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attestation {
    /// From the challenge.
    pub challenge_id: String,
    /// What TPM2_ActivateCredential opened.
    pub secret: String,
    /// The attestation key's TPMT_PUBLIC, the same as in the challenge.
    pub ak_public: String,
    /// The key of the certificate request.
    pub device_key: CertifiedKey,
    /// The transport key.
    pub transport_key: CertifiedKey,
}

/// A key and the attestation key's word on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CertifiedKey {
    /// TPMT_PUBLIC
    pub public: String,
    /// TPMS_ATTEST of TPM2_Certify
    pub attest: String,
    /// TPMT_SIGNATURE by the attestation key
    pub signature: String,
}
