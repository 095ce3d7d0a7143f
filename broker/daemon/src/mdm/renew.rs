//! Renewal of the management certificate (reference §1.8.1): a new key, vouched for by the present one.

use dovetail_shared::encode::{b64, from_b64};
use dovetail_shared::{Code, Report};
use url::Url;

use super::enroll;
use super::error::MdmError;
use super::provision::{self, Expect, Provisioned};
use super::record::Enrollment;
use super::{address, cms, enter, sync};
use crate::Daemon;
use crate::clock::jitter;
use crate::join::record::Device;
use crate::vault::Slot;

/// Seconds to the next try where the service could not be asked; where it refused, it said itself when.
const AGAIN: i64 = 3600;

/// Gets the next certificate. Until it is on disk the present one stays in force; a lost answer is asked for again with the
/// same key.
pub async fn renew(daemon: &Daemon) -> Result<(), Report> {
    let _one = daemon.managing.lock().await;
    let (device, enrollment) =
        sync::enrolled(&daemon.record()).ok_or_else(|| daemon.report(Code::MDM_NOT_ENROLLED))?;
    let slot = enrollment.slot.other();
    let found = ask(daemon, &device, &enrollment, slot).await;
    daemon.net.rest();
    let result = match found {
        Ok(found) => keep(daemon, found, slot),
        Err(error) => Err(later(daemon, &enrollment, &error)?),
    };
    daemon.rescheduled.notify_one();
    result
}

async fn ask(
    daemon: &Daemon,
    device: &Device,
    enrollment: &Enrollment,
    slot: Slot,
) -> Result<Provisioned, MdmError> {
    let service = Url::parse(&enrollment.service).map_err(|_| MdmError::Redirect)?;
    let present = daemon
        .vault
        .management_key(enrollment.slot)
        .map_err(|_| MdmError::Certificate)?;
    let certificate = from_b64(&enrollment.certificate).map_err(|_| MdmError::Certificate)?;
    let key = daemon.vault.ensure_management_key(slot).await?;
    let device_id = device.device_id.to_string();
    let request = key.request(&device_id).await?;
    let signed = cms::sign(&request, &present, &certificate).await?;
    let connection = daemon.net.as_device(present.client_auth(certificate)?)?;
    let correlation = uuid::Uuid::new_v4().to_string();
    let context = enter::context(device, &device_id, None);
    let document = enroll::renew(&connection, &service, &signed, context, &correlation).await?;
    let record = daemon.record();
    let base = record
        .management
        .as_ref()
        .map(|management| management.offer.enrollment_url.as_str())
        .and_then(|text| address::announced(text, &daemon.config.management).ok())
        .ok_or(MdmError::Redirect)?;
    let expect = Expect {
        key: &key.pkcs1()?,
        base: &base,
        config: &daemon.config.management,
        now: daemon.now(),
    };
    provision::check(provision::read(&document)?, expect)
}

/// In one change the new certificate is the one; then the old key goes.
fn keep(daemon: &Daemon, found: Provisioned, slot: Slot) -> Result<(), Report> {
    daemon.change(|record| {
        let kept = sync::in_force(record).ok_or_else(|| daemon.report(Code::MDM_NOT_ENROLLED))?;
        kept.slot = slot;
        kept.certificate = b64(&found.certificate);
        kept.thumbprint = found.thumbprint;
        kept.not_before = found.not_before;
        kept.not_after = found.not_after;
        kept.renewal = found.renewal;
        kept.renew_at = None;
        if let Some(application) = found.application {
            kept.provider = application.provider;
            kept.address = application.address.to_string();
        }
        if found.ent_dm_id.is_some() {
            kept.ent_dm_id = found.ent_dm_id;
        }
        if let Some(poll) = found.poll {
            kept.poll = poll;
        }
        Ok(())
    })?;
    tracing::info!("the management certificate was renewed");
    daemon
        .vault
        .forget_management_key(slot.other())
        .map_err(|error| daemon.report(error.code()).with_detail(error.to_string()))
}

/// The present certificate stays; the record says why, and when it is tried again.
fn later(daemon: &Daemon, enrollment: &Enrollment, error: &MdmError) -> Result<Report, Report> {
    let report = error.report(daemon);
    let wait = match error {
        MdmError::Net(_) => {
            let wait = error.wait().max(AGAIN);
            wait.saturating_add(jitter(wait / 4))
        }
        _ => i64::from(enrollment.renewal.retry).saturating_mul(86_400),
    };
    daemon.change(|record| {
        if let Some(kept) = sync::in_force(record) {
            kept.renew_at = Some(daemon.now().plus(wait));
        }
        if let Some(management) = record.management.as_mut() {
            management.report = Some(report.clone());
        }
        Ok(())
    })?;
    Ok(report)
}
