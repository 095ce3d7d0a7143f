//! The TPM proves to the service that both keys live in it: a challenge is fetched, opened, and both keys are certified.
//! Forms: `shared/src/drs/attestation.rs`.

use dovetail_shared::drs::{
    self as wire, CertifiedKey, ChallengeRequest, ChallengeResponse, Discovery,
};
use dovetail_shared::encode::{b64, from_b64};
use dovetail_shared::{Code, Report};
use serde::{Deserialize, Serialize};

use super::Register;
use super::register::Attestation;
use crate::Daemon;
use crate::drs;
use crate::join::record::JoinRecord;
use crate::join::state::State;
use crate::tpm::Certified;
use crate::vault::VaultError;

/// Version of our own protocol that is asked for.
const VERSION: &str = "1.0";

/// Needs the endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attest {
    /// The contract document.
    pub discovery: Discovery,
}

impl Attest {
    pub(super) async fn run(self, daemon: &Daemon, join: &JoinRecord) -> Result<State, Report> {
        let refused =
            |error: VaultError| daemon.report(error.code()).with_detail(error.to_string());
        let endpoint = self
            .discovery
            .device_join_service
            .as_ref()
            .and_then(|service| service.attestation_endpoint.clone());
        let identity = daemon.vault.identity().await.map_err(refused)?;
        // Keys in files, or a TPM whose maker certified nothing: the service decides whether it takes that.
        let (Some(endpoint), Some((endorsement, attestation_key))) = (endpoint, identity) else {
            return Ok(State::Register(Register {
                discovery: self.discovery,
                attestation: None,
            }));
        };
        let question = ChallengeRequest {
            ek_certificate: b64(&endorsement),
            ak_public: b64(&attestation_key),
        };
        let correlation = join.correlation.to_string();
        let challenge: ChallengeResponse =
            drs::ask(daemon, correlation, &endpoint, VERSION, &question).await?;
        let bytes = |text: &str| from_b64(text).map_err(|_| daemon.report(Code::MALFORMED_ANSWER));
        let proof = daemon
            .vault
            .prove(
                &bytes(&challenge.nonce)?,
                &bytes(&challenge.credential_blob)?,
                &bytes(&challenge.encrypted_secret)?,
            )
            .await
            .map_err(refused)?;
        let answer = wire::Attestation {
            challenge_id: challenge.challenge_id,
            secret: b64(proof.secret.as_slice()),
            ak_public: b64(&attestation_key),
            device_key: certified(&proof.certified.device),
            transport_key: certified(&proof.certified.transport),
        };
        let data = b64(serde_json::to_vec(&answer).unwrap_or_default());
        let attestation = Some(Attestation {
            certificate: b64(&endorsement),
            data,
        });
        Ok(State::Register(Register {
            discovery: self.discovery,
            attestation,
        }))
    }
}

fn certified(key: &Certified) -> CertifiedKey {
    CertifiedKey {
        public: b64(&key.public),
        attest: b64(&key.attest),
        signature: b64(&key.signature),
    }
}
