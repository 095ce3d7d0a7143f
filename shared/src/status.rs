//! "What is this machine?" in the sections and field names that people know from `dsregcmd /status`.

use serde::{Deserialize, Serialize};

use crate::code::Report;
use crate::drs::JoinType;
use crate::id::{DeviceId, TenantId};
use crate::link::JoinView;
use crate::time::UnixTime;

/// The whole answer. Holds no secret and nothing that another local user may not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Section "Device State".
    pub device: DeviceState,
    /// Section "Device Details"; absent on a machine that is not joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<DeviceDetails>,
    /// Section "Tenant Details"; what is configured, and after a join what was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantDetails>,
    /// Section "Management": absent on a machine that nobody manages or is about to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub management: Option<ManagementDetails>,
    /// Section "SSO State": the asking user's; absent on a machine that is not joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sso: Option<SsoDetails>,
    /// Section "Diagnostic Data": the last failure, if the last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<Report>,
    /// The join that is under way and belongs to the asking user, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<JoinView>,
    /// Who answers.
    pub broker: BrokerDetails,
}

/// "Device State"
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceState {
    /// `AzureAdJoined`: the organisation's device.
    pub azure_ad_joined: bool,
    /// `WorkplaceJoined`: one's own device, registered.
    pub workplace_joined: bool,
    /// `DeviceName`
    pub device_name: String,
}

/// "Device Details"
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceDetails {
    /// `DeviceId`
    pub device_id: DeviceId,
    /// `Thumbprint`: upper-case hex SHA-1 of the certificate.
    pub thumbprint: String,
    /// `DeviceCertificateValidity`: from.
    pub not_before: UnixTime,
    /// `DeviceCertificateValidity`: until.
    pub not_after: UnixTime,
    /// How it belongs to the tenant.
    pub join_type: JoinType,
    /// `KeyProvider` and `TpmProtected`.
    pub keys: KeyProtection,
    /// `DeviceAuthStatus` as far as it is known locally: the certificate file is there and fits the key record.
    pub certificate_present: bool,
    /// Whether the service saw a TPM's proof at registration.
    pub attested: bool,
    /// Path of the certificate in PEM, for other programs.
    pub certificate_path: String,
    /// When it joined.
    pub joined_at: UnixTime,
    /// Who joined it.
    pub registered_by: String,
}

/// Where private keys live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyProtection {
    /// In the TPM: they never leave it.
    Tpm,
    /// In files, because an administrator allowed it: **not hardware-bound**.
    File,
}

/// "Tenant Details"
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TenantDetails {
    /// `TenantName`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_name: Option<String>,
    /// `TenantId`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<TenantId>,
    /// Sign-in host and tenant as configured, `https://login.microsoftonline.com/contoso.com`.
    pub authority: String,
    /// `AuthCodeUrl`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_code_url: Option<String>,
    /// `AccessTokenUrl`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_url: Option<String>,
    /// `JoinSrvUrl`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join_srv_url: Option<String>,
    /// `JoinSrvVersion`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join_srv_version: Option<String>,
    /// `KeySrvUrl`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_srv_url: Option<String>,
    /// `MdmUrl`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mdm_url: Option<String>,
    /// `MdmTouUrl`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mdm_tou_url: Option<String>,
    /// `SettingsUrl`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings_url: Option<String>,
}

/// Section "Management": who manages this device, and what they make of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagementDetails {
    /// How far it has come.
    pub state: ManagementState,
    /// Host name of the management service.
    pub service: String,
    /// `MdmUrl`: its discovery URL.
    pub mdm_url: String,
    /// The verdict, as the service last gave it.
    pub compliance: Compliance,
    /// Why, in the service's own words for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Each policy that is demanded, and how it stands here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<PolicyState>,
    /// When the last session ended well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sync: Option<UnixTime>,
    /// When the next is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_sync: Option<UnixTime>,
    /// The management certificate's end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_not_after: Option<UnixTime>,
    /// Why the last attempt failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
}

/// How far management has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManagementState {
    /// Wanted; the portal has to fetch a code for it.
    WaitingForSignIn,
    /// Wanted, tried, failed: `dovetail sync` or the portal tries again.
    Failed,
    /// In force.
    Enrolled,
    /// The organisation ended it.
    Removed,
}

/// The service's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compliance {
    /// Not told yet.
    #[default]
    Unknown,
    /// As demanded.
    Compliant,
    /// Not as demanded; the policies say in what.
    Noncompliant,
}

/// One policy on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyState {
    /// `min_password_length`, `disk_encryption`, …: stable, for programs.
    pub name: String,
    /// What is demanded, in a few words.
    pub wanted: String,
    /// What is there, in a few words.
    pub actual: String,
    /// Whether that is good enough.
    pub met: bool,
    /// One sentence for the person who can mend it; empty when met.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cure: String,
}

/// Section "SSO State": the asking user's primary refresh token on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SsoDetails {
    /// `AzureAdPrt`, and what to do where that is NO.
    pub state: SsoState,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upn: Option<String>,
    /// `AzureAdPrtUpdateTime`: when it was got or last renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<UnixTime>,
    /// `AzureAdPrtExpiryTime`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<UnixTime>,
    /// When it will be renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_renewal: Option<UnixTime>,
    /// `AzureAdPrtAuthority`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// Where its session key is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<KeyProtection>,
    /// `NgcSet`: whether there is a key behind a PIN for this account.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ngc_set: bool,
    /// Why the last attempt failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
}

/// How the user's single sign-on stands, by what there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SsoState {
    /// This user has not signed in on this device.
    #[default]
    None,
    /// All is well.
    Active,
    /// It was good, and the person has to sign in once more: password changed, expired, withdrawn.
    SignInAgain,
    /// The organisation has disabled this device: its administrator can mend that.
    DeviceDisabled,
    /// The organisation does not know this device any more: leave and join again.
    DeviceDeleted,
    /// Still good, but the last renewal did not get through; it is tried again by itself.
    Offline,
}

/// The daemon itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokerDetails {
    /// Its version.
    pub version: String,
    /// The TPM it uses, `IFX SLB9670 fw 7.85`, or why there is none. Absent while nobody has asked the TPM yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tpm: Option<String>,
    /// Address of the portal page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal: Option<String>,
}

/// One diagnostic test of `dovetail doctor` or of the daemon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// `tpm`, `clock`, `discovery`, …: stable, for programs.
    pub name: String,
    /// Passed, failed, or not run.
    pub outcome: CheckOutcome,
    /// One sentence for people.
    pub message: String,
    /// What to do, where it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
}

/// How a test went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// As it should be.
    Passed,
    /// Works, but worth knowing.
    Warning,
    /// Stands in the way.
    Failed,
    /// Not run, because something before it failed or it does not apply.
    Skipped,
}
