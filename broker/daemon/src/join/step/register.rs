//! The act that the tenant remembers. The keys are on disk before it, so a lost answer is asked for again with the same ones.

use std::collections::BTreeMap;

use dovetail_shared::drs::{CertificateRequest, Discovery, JoinRequest, JoinResponse};
use dovetail_shared::encode::b64;
use dovetail_shared::name::Upn;
use dovetail_shared::{Code, Report};
use serde::{Deserialize, Serialize};

use super::{Attest, Verify};
use crate::Daemon;
use crate::drs;
use crate::join::record::JoinRecord;
use crate::join::state::State;

/// Needs the endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// The contract document.
    pub discovery: Discovery,
    /// The TPM's proof, good once.
    pub attestation: Option<Attestation>,
}

/// As the request carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// `AikCertificate`
    pub certificate: String,
    /// `AttestationData`
    pub data: String,
}

impl Register {
    pub(super) async fn run(self, daemon: &Daemon, join: &JoinRecord) -> Result<State, Report> {
        // A proof is good once: where the answer to it was lost, a new one is made.
        if self.attestation.is_some() && join.attempt > 1 {
            return Ok(State::Attest(Attest {
                discovery: self.discovery,
            }));
        }
        let service = self
            .discovery
            .device_join_service
            .clone()
            .ok_or_else(|| daemon.report(Code::DISCOVERY_MALFORMED))?;
        let body = request(daemon, join, self.attestation.as_ref())?;
        let correlation = join.correlation.to_string();
        let response: JoinResponse = drs::ask(
            daemon,
            correlation,
            &service.join_endpoint,
            &service.service_version,
            &body,
        )
        .await?;
        Ok(State::Verify(Verify {
            discovery: self.discovery,
            certificate: response.certificate.raw_body,
            attested: self.attestation.is_some(),
        }))
    }
}

fn request(
    daemon: &Daemon,
    join: &JoinRecord,
    attestation: Option<&Attestation>,
) -> Result<JoinRequest, Report> {
    let keys = daemon
        .vault
        .public()
        .map_err(|error| daemon.report(error.code()).with_detail(error.to_string()))?;
    let upn: Upn = join
        .account
        .as_ref()
        .and_then(|account| account.upn.parse().ok())
        .ok_or_else(|| daemon.report(Code::WRONG_STATE))?;
    Ok(JoinRequest {
        certificate_request: CertificateRequest {
            kind: "pkcs10".into(),
            data: b64(keys.csr),
        },
        transport_key: b64(keys.transport),
        target_domain: upn.domain().to_owned(),
        device_type: "Linux".into(),
        os_version: os_version(),
        device_display_name: join.device_name.clone(),
        join_type: u64::from(join.join_type.number()),
        aik_certificate: attestation.map(|proof| proof.certificate.clone()),
        attestation_data: attestation.map(|proof| proof.data.clone()),
        attributes: BTreeMap::from([("ReuseDevice".into(), "true".into())]),
    })
}

/// `Debian GNU/Linux 12 (bookworm)`, from os-release.
pub fn os_version() -> String {
    let text = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))
        .map_or_else(|| "Linux".into(), |name| name.trim_matches('"').to_owned())
}
