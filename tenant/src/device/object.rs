//! A device object, with every attribute that `Get-MsolDevice` prints in the 2016 article.

use dovetail_shared::UnixTime;
use dovetail_shared::drs::JoinType;
use dovetail_shared::encode::b64;
use dovetail_shared::id::{DeviceId, ObjectId};
use serde_json::{Value, json};

use super::Evidence;
use super::security_id::alternative_security_id;
use crate::clock::msol_form;
use dovetail_shared::encode::hex_upper;
use dovetail_shared::rsa_blob::RsaPublic;

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
    /// SHA-256 of the device key in PKCS#1 DER.
    pub(crate) public_key_hash: Vec<u8>,
    pub(crate) transport_modulus: Vec<u8>,
    /// SHA-1 of the newest certificate.
    pub(crate) thumbprint: Vec<u8>,
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

    /// The key that its session keys are sealed for.
    pub(crate) fn transport_key(&self) -> RsaPublic {
        // Registration takes no other exponent.
        RsaPublic::new(&self.transport_modulus, &[1, 0, 1])
    }

    /// How the directory ties it to its certificate and key.
    pub(crate) fn alternative_security_id(&self) -> String {
        alternative_security_id(&hex_upper(&self.thumbprint), &self.public_key_hash)
    }

    /// Names as in the print; beside them what a lab wants to look at.
    pub(crate) fn to_json(&self, evidence: Option<&Evidence>) -> Value {
        let proof = evidence.and_then(|evidence| evidence.attestation.as_deref());
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
            "AlternativeSecurityIds": [self.alternative_security_id()],
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
            "Thumbprint": hex_upper(&self.thumbprint),
            "Created": self.created.to_string(),
            "TransportKey": b64(self.transport_key().to_blob()),
            "CertificateRequest": evidence.map(|evidence| b64(&evidence.csr)),
            "Attestation": proof.and_then(|text| serde_json::from_str::<Value>(text).ok()),
        })
    }
}
