//! The daemon's status, as far as the page shows it: a reader for each field of the shared type would weigh more than the
//! screens do.

use dovetail_shared::id::TenantId;
use dovetail_shared::link::JoinView;
use dovetail_shared::status::{
    Compliance, DeviceDetails, DeviceState, ManagementState, PolicyState, SsoState,
};
use dovetail_shared::{Report, UnixTime};
use serde::Deserialize;

/// Of [`dovetail_shared::status::Status`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Status {
    pub(crate) device: DeviceState,
    #[serde(default)]
    pub(crate) details: Option<DeviceDetails>,
    #[serde(default)]
    pub(crate) tenant: Option<Tenant>,
    #[serde(default)]
    pub(crate) management: Option<Management>,
    #[serde(default)]
    pub(crate) sso: Option<Sso>,
    #[serde(default)]
    pub(crate) join: Option<JoinView>,
}

/// Of [`dovetail_shared::status::TenantDetails`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Tenant {
    #[serde(default)]
    pub(crate) tenant_name: Option<String>,
    #[serde(default)]
    pub(crate) tenant_id: Option<TenantId>,
}

/// Of [`dovetail_shared::status::ManagementDetails`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Management {
    pub(crate) state: ManagementState,
    pub(crate) service: String,
    pub(crate) compliance: Compliance,
    #[serde(default)]
    pub(crate) reasons: Vec<String>,
    #[serde(default)]
    pub(crate) policies: Vec<PolicyState>,
    #[serde(default)]
    pub(crate) last_sync: Option<UnixTime>,
    #[serde(default)]
    pub(crate) report: Option<Report>,
}

/// Of [`dovetail_shared::status::SsoDetails`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Sso {
    pub(crate) state: SsoState,
    #[serde(default)]
    pub(crate) upn: Option<String>,
    #[serde(default)]
    pub(crate) expires: Option<UnixTime>,
    #[serde(default)]
    pub(crate) report: Option<Report>,
}

#[cfg(test)]
mod tests {
    use dovetail_shared::Code;
    use dovetail_shared::link::JoinState;
    use dovetail_shared::status;

    use super::*;
    use crate::state::sample;

    /// What the shared type writes is what is read here.
    #[test]
    fn the_daemons_status_is_read() {
        let told = status::Status {
            device: DeviceState {
                azure_ad_joined: true,
                workplace_joined: false,
                device_name: "LAPTOP-1".into(),
            },
            details: None,
            tenant: Some(status::TenantDetails {
                tenant_name: Some("Contoso".into()),
                authority: "https://login.contoso.com/common".into(),
                ..status::TenantDetails::default()
            }),
            management: Some(status::ManagementDetails {
                state: ManagementState::Enrolled,
                service: "manage.contoso.com".into(),
                mdm_url: "https://manage.contoso.com/EnrollmentServer/Discovery.svc".into(),
                compliance: Compliance::Noncompliant,
                reasons: vec!["The disk is not encrypted.".into()],
                policies: vec![PolicyState {
                    name: "disk_encryption".into(),
                    wanted: "on".into(),
                    actual: "off".into(),
                    met: false,
                    cure: "Encrypt the disk.".into(),
                }],
                last_sync: Some(UnixTime(1_764_000_000)),
                next_sync: Some(UnixTime(1_764_000_100)),
                certificate_not_after: None,
                report: Some(sample::report(Code::MDM_SESSION)),
            }),
            sso: Some(status::SsoDetails {
                state: SsoState::SignInAgain,
                upn: Some("alex@contoso.com".into()),
                issued: Some(UnixTime(1_764_000_000)),
                expires: Some(UnixTime(1_765_209_600)),
                next_renewal: None,
                authority: None,
                keys: None,
                ngc_set: false,
                report: Some(sample::report(Code::SSO_SIGN_IN)),
            }),
            diagnostics: None,
            join: Some(sample::join(JoinState::Joined)),
            broker: status::BrokerDetails {
                version: "0.1.0".into(),
                tpm: None,
                portal: None,
            },
        };
        let read: Status = serde_json::from_value(serde_json::to_value(&told).unwrap()).unwrap();
        let (sso, theirs) = (read.sso.unwrap(), told.sso.unwrap());
        assert_eq!(
            (sso.state, sso.upn, sso.expires, sso.report),
            (theirs.state, theirs.upn, theirs.expires, theirs.report)
        );
        let (management, theirs) = (read.management.unwrap(), told.management.unwrap());
        assert_eq!(read.device, told.device);
        assert_eq!(read.join, told.join);
        assert_eq!(read.tenant.unwrap().tenant_name.as_deref(), Some("Contoso"));
        assert_eq!(
            (management.state, management.service, management.compliance),
            (theirs.state, theirs.service, theirs.compliance)
        );
        assert_eq!(
            (
                management.policies,
                management.reasons,
                management.last_sync,
                management.report,
            ),
            (
                theirs.policies,
                theirs.reasons,
                theirs.last_sync,
                theirs.report,
            )
        );
    }
}
