//! Certificate and join information are put where other programs find them. Repeatable.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use dovetail_shared::drs::Discovery;
use dovetail_shared::encode::{b64, from_b64, hex_upper};
use dovetail_shared::id::DeviceId;
use dovetail_shared::{Code, Report, UnixTime};
use serde::{Deserialize, Serialize};

use super::{Outcome, Redeem, SignOn};
use crate::Daemon;
use crate::join::record::{Device, JoinRecord};
use crate::join::state::State;

/// File names in the state directory.
pub const CERTIFICATE: &str = "device.pem";
/// Join information.
pub const INFORMATION: &str = "join.json";

/// Needs the checked certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Install {
    /// The contract document.
    pub discovery: Discovery,
    /// Base64 of DER.
    pub certificate: String,
    /// Whether a TPM's proof went with the request.
    pub attested: bool,
    /// Its subject.
    pub device_id: DeviceId,
    /// Unix seconds.
    pub not_before: i64,
    /// Unix seconds.
    pub not_after: i64,
}

impl Install {
    pub(super) fn run(self, daemon: &Daemon, join: &JoinRecord) -> Result<Outcome, Report> {
        let account = join
            .account
            .clone()
            .ok_or_else(|| daemon.report(Code::WRONG_STATE))?;
        let der = from_b64(&self.certificate).map_err(|_| daemon.report(Code::MALFORMED_ANSWER))?;
        let device = Device {
            device_id: self.device_id,
            tenant_id: account.tenant_id,
            tenant_name: account.tenant_name,
            upn: account.upn,
            join_type: join.join_type,
            keys: daemon.vault.protection(),
            attested: self.attested,
            thumbprint: hex_upper(digest(&SHA1_FOR_LEGACY_USE_ONLY, &der).as_ref()),
            not_before: UnixTime(self.not_before),
            not_after: UnixTime(self.not_after),
            certificate_path: daemon.store.path(CERTIFICATE).display().to_string(),
            device_name: join.device_name.clone(),
            joined_at: daemon.now(),
            authority: daemon.config.tenant.authority.clone(),
            discovery: self.discovery,
            mdm: join.mdm.clone(),
        };
        let save = |name, bytes: &[u8]| {
            daemon
                .store
                .write(name, bytes, 0o644)
                .map_err(|error| daemon.report(error.code()).with_detail(error.to_string()))
        };
        save(CERTIFICATE, pem(&der).as_bytes())?;
        save(
            INFORMATION,
            &serde_json::to_vec_pretty(&device).unwrap_or_default(),
        )?;
        let mut outcome = Outcome::from(match &join.mdm {
            Some(_) if daemon.secrets().refresh.is_some() => State::Redeem(Redeem {}),
            Some(_) => State::Manage,
            None if daemon.secrets().refresh.is_some() => State::SignOn(SignOn {}),
            None => State::Joined {
                device_id: self.device_id,
            },
        });
        outcome.device = Some(device);
        Ok(outcome)
    }
}

/// PEM of RFC 7468: 64 characters a line.
fn pem(der: &[u8]) -> String {
    let text = b64(der);
    let mut out = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in text.as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str("-----END CERTIFICATE-----\n");
    out
}
