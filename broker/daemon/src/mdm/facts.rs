//! What the nodes may tell of the enrollment.

use super::node::Facts;
use super::record::Enrollment;
use crate::Daemon;
use crate::join::record::Device;

/// The facts now.
pub fn of(daemon: &Daemon, device: &Device, enrollment: &Enrollment) -> Facts {
    Facts {
        device_id: device.device_id.to_string(),
        tenant_id: device.tenant_id.to_string(),
        upn: device.upn.clone(),
        device_name: device.device_name.clone(),
        provider_id: enrollment.provider.clone(),
        ent_dm_id: enrollment.ent_dm_id.clone(),
        resource: enrollment.resource.clone(),
        service_url: enrollment.address.clone(),
        poll: enrollment.poll,
        renew_at: Some(enrollment.renewal_due()),
        now: daemon.now(),
    }
}
