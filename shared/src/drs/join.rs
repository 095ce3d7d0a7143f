//! Registration: `POST {JoinEndpoint}?api-version=2.0` (MS-DVRJ §3.1.5.1.1 and Entra's dialect).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How the device belongs to the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JoinType {
    /// 0: the organisation's device ("Azure AD joined").
    Joined,
    /// 4: one's own device ("Azure AD registered").
    Registered,
}

impl JoinType {
    /// The number on the wire.
    pub fn number(self) -> u8 {
        match self {
            Self::Joined => 0,
            Self::Registered => 4,
        }
    }

    /// The word in our own protocol and files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Registered => "registered",
        }
    }

    /// The type behind the number; `None` for types that cannot be asked for here (6, hybrid; 8).
    pub fn from_number(number: u64) -> Option<Self> {
        match number {
            0 => Some(Self::Joined),
            4 => Some(Self::Registered),
            _ => None,
        }
    }
}

/// In our own protocol and files: `joined`, `registered`. On the DRS wire it is a number, see [`JoinRequest`].
impl Serialize for JoinType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for JoinType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "joined" => Ok(Self::Joined),
            "registered" => Ok(Self::Registered),
            _ => Err(serde::de::Error::custom("expected joined or registered")),
        }
    }
}

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct JoinRequest {
    /// The certificate request.
    pub certificate_request: CertificateRequest,
    /// Public transport key: base64 of an RSA1 blob.
    pub transport_key: String,
    /// A domain of the tenant.
    pub target_domain: String,
    /// `Linux`
    pub device_type: String,
    /// Free text: `Debian GNU/Linux 12 (bookworm) 12`.
    #[serde(rename = "OSVersion")]
    pub os_version: String,
    /// What the directory shows.
    pub device_display_name: String,
    /// 0 or 4, see [`JoinType`].
    pub join_type: u64,
    /// Base64 of the attestation key's certificate. Ours is the endorsement key's, see `docs/protocol.md`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aik_certificate: Option<String>,
    /// Base64 of JSON, [`super::Attestation`]. The real service's encoding is not published, so nothing is sent there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation_data: Option<String>,
    /// Strings only: `ReuseDevice`, `ReturnClientSid`, `SharedDevice`. Some clients write the name in lower case.
    #[serde(default, alias = "attributes")]
    pub attributes: BTreeMap<String, String>,
}

/// `CertificateRequest`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CertificateRequest {
    /// `pkcs10`
    #[serde(rename = "Type")]
    pub kind: String,
    /// Base64 of the PKCS#10 request in DER.
    pub data: String,
}

/// What the service answers with 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct JoinResponse {
    /// The device certificate.
    pub certificate: IssuedCertificate,
    /// Who registered it.
    pub user: JoinedUser,
    /// Local groups to change. An array, though the specification's schema shows an object.
    #[serde(default)]
    pub membership_changes: Vec<MembershipChange>,
}

/// `Certificate`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct IssuedCertificate {
    /// Upper-case hex SHA-1 of the DER.
    pub thumbprint: String,
    /// Base64 of the DER on one line.
    pub raw_body: String,
}

/// `User`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct JoinedUser {
    /// User principal name.
    pub upn: String,
}

/// One entry of `MembershipChanges`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembershipChange {
    /// The local group, `S-1-5-32-544` for administrators.
    #[serde(rename = "LocalSID")]
    pub local_sid: String,
    /// Who is put into it.
    #[serde(rename = "AddSIDs", default)]
    pub add_sids: Vec<String>,
}
