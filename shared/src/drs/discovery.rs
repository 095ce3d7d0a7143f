//! The contract document, `GET /{domain}/EnrollmentServer/contract?api-version=1.2` (MS-DVRD §2.2, §4.3).
//!
//! Every member is optional when read: the newer `Discover` answers leave some out.

use serde::{Deserialize, Serialize};

/// Where the services of a tenant are, in the published order of members.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Discovery {
    /// The older SOAP registration service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_registration_service: Option<RegistrationService>,
    /// Where tokens come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication_service: Option<AuthenticationService>,
    /// Where devices are registered: what the daemon needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_join_service: Option<JoinService>,
    /// Where Hello keys are registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_provisioning_service: Option<KeyService>,
}

/// `DeviceRegistrationService`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RegistrationService {
    /// URL
    pub registration_endpoint: String,
    /// Audience of tokens for it.
    pub registration_resource_id: String,
    /// Always a string, `"1.0"`.
    pub service_version: String,
}

/// `AuthenticationService`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthenticationService {
    /// OAuth 2 endpoints.
    #[serde(rename = "OAuth2")]
    pub oauth2: OAuth2Endpoints,
}

/// `AuthenticationService.OAuth2`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct OAuth2Endpoints {
    /// URL
    pub auth_code_endpoint: String,
    /// URL
    pub token_endpoint: String,
}

/// `DeviceJoinService`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct JoinService {
    /// `https://…/EnrollmentServer/device/`, with a final slash.
    pub join_endpoint: String,
    /// Audience of tokens for it.
    pub join_resource_id: String,
    /// `"2.0"`; goes back as `api-version`.
    pub service_version: String,
    /// Dovetail's own, announced by Dovetail tenants only: where a TPM asks for an attestation challenge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attestation_endpoint: Option<String>,
}

/// `KeyProvisioningService`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct KeyService {
    /// `https://…/EnrollmentServer/key/`
    pub key_provision_endpoint: String,
    /// Audience of tokens for it.
    pub key_provision_resource_id: String,
    /// `"1.0"`
    pub service_version: String,
}
