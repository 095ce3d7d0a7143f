//! A device object, with every attribute that `Get-MsolDevice` prints in the 2016 article.

use dovetail_shared::UnixTime;
use dovetail_shared::drs::JoinType;
use dovetail_shared::encode::b64;
use dovetail_shared::id::{DeviceId, ObjectId};
use serde_json::{Value, json};

use crate::ca::pem;
use crate::clock::msol_form;

/// A device.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    pub(crate) id: DeviceId,
    pub(crate) object_id: ObjectId,
    pub(crate) owner_id: ObjectId,
    pub(crate) owner_upn: String,
    pub(crate) display_name: String,
    pub(crate) os_type: String,
    pub(crate) os_version: String,
    pub(crate) join_type: JoinType,
    pub(crate) enabled: bool,
    pub(crate) attested: bool,
    pub(crate) transport_key: Vec<u8>,
    pub(crate) certificate: Vec<u8>,
    pub(crate) thumbprint: String,
    pub(crate) alternative_security_id: String,
    pub(crate) csr: Vec<u8>,
    /// The attestation as it was sent, JSON.
    pub(crate) attestation: Option<String>,
    pub(crate) created: UnixTime,
    pub(crate) last_logon: UnixTime,
    /// The management, while there is one.
    pub(crate) managed: Option<ManagedState>,
}

/// What the management says of a device.
#[derive(Debug, Clone)]
pub(crate) struct ManagedState {
    /// The management's own id of it.
    pub(crate) id: String,
    /// `None` until it was judged.
    pub(crate) compliant: Option<bool>,
    /// Why it is not compliant: sentences, as a JSON array.
    pub(crate) reasons: String,
}

impl Device {
    /// `Azure AD Joined` or `Azure AD Registered`.
    pub(crate) fn trust_type(&self) -> &'static str {
        match self.join_type {
            JoinType::Joined => "Azure AD Joined",
            JoinType::Registered => "Azure AD Registered",
        }
    }

    /// Why it is not compliant.
    pub(crate) fn reasons(&self) -> Vec<String> {
        let text = self
            .managed
            .as_ref()
            .map(|managed| managed.reasons.as_str());
        text.and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    }

    /// Names as in the print; beside them what a lab wants to look at.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "ExtensionData": "System.Runtime.Serialization.ExtensionDataObject",
            "Enabled": self.enabled,
            "ObjectId": self.object_id,
            "DeviceId": self.id,
            "DisplayName": self.display_name,
            "DeviceObjectVersion": 2,
            "DeviceOsType": self.os_type,
            "DeviceOsVersion": self.os_version,
            "DeviceTrustType": self.trust_type(),
            "DeviceTrustLevel": if self.join_type == JoinType::Joined { "Compliant" } else { "Authenticated" },
            "DevicePhysicalIds": [],
            "ApproximateLastLogonTimestamp": msol_form(self.last_logon),
            "AlternativeSecurityIds": [self.alternative_security_id],
            "DirSyncEnabled": null,
            "LastDirSyncTime": null,
            "RegisteredOwners": [self.owner_upn],
            "RegisteredOwnerIds": [self.owner_id],
            "GraphDeviceObject": "Microsoft.Azure.ActiveDirectory.GraphClient.Device",
            "IsManaged": self.managed.is_some(),
            "IsCompliant": self.managed.as_ref().and_then(|managed| managed.compliant),
            "ComplianceReasons": self.reasons(),
            "MdmName": self.managed.as_ref().map(|_| "Dovetail management"),
            "MdmDeviceId": self.managed.as_ref().map(|managed| managed.id.as_str()),
            "Attested": self.attested,
            "Thumbprint": self.thumbprint,
            "Created": self.created.to_string(),
            "Certificate": pem("CERTIFICATE", &self.certificate),
            "CertificateRequest": b64(&self.csr),
            "TransportKey": b64(&self.transport_key),
            "Attestation": self.attestation.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok()),
        })
    }
}
