//! "What is this machine?", for one user.

use dovetail_shared::drs::JoinType;
use dovetail_shared::status::{
    BrokerDetails, DeviceDetails, DeviceState, ManagementDetails, ManagementState, Status,
    TenantDetails,
};

use crate::Daemon;
use crate::front::Peer;
use crate::join::record::{Device, Record};

/// The status as this peer may see it: a join is its owner's.
pub fn of(daemon: &Daemon, peer: &Peer) -> Status {
    let record = daemon.record();
    let mut status = public(daemon, &record);
    status.sso = crate::prt::details(daemon, peer.uid);
    if let Some(join) = record
        .join
        .filter(|join| join.uid == peer.uid || peer.is_root())
    {
        status.diagnostics = status.diagnostics.or_else(|| join.report.clone());
        status.join = Some(join.view(daemon));
    }
    status
}

/// What every local user may know.
pub fn public(daemon: &Daemon, record: &Record) -> Status {
    let device = record.device.as_ref();
    let is = |kind| device.is_some_and(|device| device.join_type == kind);
    Status {
        device: DeviceState {
            azure_ad_joined: is(JoinType::Joined),
            workplace_joined: is(JoinType::Registered),
            device_name: device.map_or_else(
                || {
                    rustix::system::uname()
                        .nodename()
                        .to_string_lossy()
                        .into_owned()
                },
                |device| device.device_name.clone(),
            ),
        },
        details: device.map(|device| details(daemon, device)),
        tenant: Some(tenant(daemon, device)),
        management: management(record),
        sso: None,
        diagnostics: daemon.broken().map(|code| daemon.report(code)),
        join: None,
        broker: BrokerDetails {
            version: env!("CARGO_PKG_VERSION").into(),
            tpm: None,
            portal: daemon.config.portal.url.clone(),
        },
    }
}

/// Where management stands, told from the join under way or from what was kept.
fn management(record: &Record) -> Option<ManagementDetails> {
    let kept = record.management.as_ref()?;
    if kept.removed {
        return Some(kept.details(ManagementState::Removed));
    }
    if kept.enrollment.is_some() {
        return Some(kept.details(ManagementState::Enrolled));
    }
    let under_way = record.join.as_ref().filter(|join| !join.is_over());
    let report = under_way.and_then(|join| join.report.clone());
    let state = match (&report, under_way, &kept.report) {
        (None, Some(_), _) | (None, None, None) => ManagementState::WaitingForSignIn,
        _ => ManagementState::Failed,
    };
    let mut details = kept.details(state);
    details.report = report.or(details.report);
    Some(details)
}

fn details(daemon: &Daemon, device: &Device) -> DeviceDetails {
    DeviceDetails {
        device_id: device.device_id,
        thumbprint: device.thumbprint.clone(),
        not_before: device.not_before,
        not_after: device.not_after,
        join_type: device.join_type,
        keys: device.keys,
        certificate_present: daemon
            .store
            .path(crate::join::step::install::CERTIFICATE)
            .exists(),
        attested: device.attested,
        certificate_path: device.certificate_path.clone(),
        joined_at: device.joined_at,
        registered_by: device.upn.clone(),
    }
}

fn tenant(daemon: &Daemon, device: Option<&Device>) -> TenantDetails {
    let mut tenant = TenantDetails {
        authority: daemon.config.tenant.authority.clone(),
        tenant_id: daemon.config.tenant.tenant_id,
        ..TenantDetails::default()
    };
    if let Some(device) = device {
        tenant.tenant_id = Some(device.tenant_id);
        tenant.tenant_name.clone_from(&device.tenant_name);
        let found = &device.discovery;
        if let Some(oauth) = &found.authentication_service {
            tenant.auth_code_url = Some(oauth.oauth2.auth_code_endpoint.clone());
            tenant.access_token_url = Some(oauth.oauth2.token_endpoint.clone());
        }
        if let Some(join) = &found.device_join_service {
            tenant.join_srv_url = Some(join.join_endpoint.clone());
            tenant.join_srv_version = Some(join.service_version.clone());
        }
        if let Some(offer) = &device.mdm {
            tenant.mdm_url = Some(offer.enrollment_url.clone());
            tenant.mdm_tou_url.clone_from(&offer.terms_url);
        }
        tenant.key_srv_url = found
            .key_provisioning_service
            .as_ref()
            .map(|key| key.key_provision_endpoint.clone());
    }
    tenant
}
