//! The certificate is checked against the keys before anything believes it.

use dovetail_shared::drs::Discovery;
use dovetail_shared::encode::from_b64;
use dovetail_shared::id::DeviceId;
use dovetail_shared::{Code, Report};
use serde::{Deserialize, Serialize};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::Install;
use crate::Daemon;
use crate::join::record::JoinRecord;
use crate::join::state::State;

/// Needs what came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verify {
    /// The contract document.
    pub discovery: Discovery,
    /// Base64 of DER, as the service sent it.
    pub certificate: String,
    /// Whether a TPM's proof went with the request.
    pub attested: bool,
}

/// Device id.
const DEVICE: &str = "1.2.840.113556.1.5.284.2";
/// Tenant id.
const TENANT: &str = "1.2.840.113556.1.5.284.5";

/// Seconds that the service's clock may be ahead of ours.
const LEEWAY: i64 = 300;

impl Verify {
    pub(super) fn run(self, daemon: &Daemon, join: &JoinRecord) -> Result<State, Report> {
        let mismatch = |why: &str| daemon.report(Code::CERTIFICATE_MISMATCH).with_detail(why);
        let keys = daemon
            .vault
            .public()
            .map_err(|error| daemon.report(error.code()).with_detail(error.to_string()))?;
        let der = from_b64(&self.certificate).map_err(|_| daemon.report(Code::MALFORMED_ANSWER))?;
        let (rest, certificate) =
            X509Certificate::from_der(&der).map_err(|_| daemon.report(Code::MALFORMED_ANSWER))?;
        if !rest.is_empty()
            || *certificate.public_key().subject_public_key.data != *keys.device_pkcs1
        {
            return Err(mismatch("it is not for this device's key"));
        }
        let device_id = certificate_device(&self.certificate)
            .ok_or_else(|| mismatch("its subject is no device id"))?;
        if guid(&certificate, DEVICE).is_some_and(|device| device != device_id.0) {
            return Err(mismatch("it names two devices"));
        }
        let tenant = join.account.as_ref().map(|account| account.tenant_id.0);
        if guid(&certificate, TENANT).is_some_and(|named| Some(named) != tenant) {
            return Err(mismatch("it is another tenant's"));
        }
        let (from, until) = (
            certificate.validity().not_before.timestamp(),
            certificate.validity().not_after.timestamp(),
        );
        let now = daemon.now().0;
        if from > now.saturating_add(LEEWAY) || until <= now {
            return Err(mismatch("it is not valid now"));
        }
        Ok(State::Install(Install {
            discovery: self.discovery,
            certificate: self.certificate,
            attested: self.attested,
            device_id,
            not_before: from,
            not_after: until,
        }))
    }
}

/// A GUID that the certificate carries in one of the dialect's extensions (registration reference §3.5).
fn guid(certificate: &X509Certificate<'_>, oid: &str) -> Option<uuid::Uuid> {
    let extension = certificate
        .extensions()
        .iter()
        .find(|extension| extension.oid.to_id_string() == oid)?;
    dovetail_shared::guid::from_extension(extension.value)
}

/// The device a certificate (base64 of DER) is for: its subject's common name.
pub fn certificate_device(certificate: &str) -> Option<DeviceId> {
    let der = from_b64(certificate).ok()?;
    let (_, certificate) = X509Certificate::from_der(&der).ok()?;
    let name = certificate
        .subject()
        .iter_common_name()
        .next()?
        .as_str()
        .ok()?;
    name.parse().ok()
}
