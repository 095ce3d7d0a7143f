//! Leaving: the tenant is told, then everything here is removed. Saved before, so that it ends after a crash too.

use std::sync::Arc;

use dovetail_shared::{Code, Report};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::Daemon;
use crate::drs;
use crate::front::Peer;
use crate::join::record::{Device, Orphan, Record};
use crate::join::step::install::{CERTIFICATE, INFORMATION};
use crate::mdm::record::Ending;
use crate::mdm::unenroll;
use crate::net::Ask;

/// Takes the machine out of the tenant. Root, or the user who joined it while the device is their own.
pub async fn leave(daemon: &Arc<Daemon>, peer: &Peer, forget: bool) -> Result<(), Report> {
    let record = daemon.record();
    let own = record
        .join
        .as_ref()
        .is_some_and(|join| join.uid == peer.uid);
    if !peer.is_root() && !own {
        return Err(daemon.report(Code::PEER_REFUSED));
    }
    if daemon.broken().is_some() && forget {
        if !peer.is_root() {
            return Err(daemon.report(Code::PEER_REFUSED));
        }
        daemon.mend();
    } else if record.device.is_none() && record.leaving.is_none() && !forget {
        return Err(daemon.report(Code::NOT_JOINED));
    }
    if daemon.running.load(std::sync::atomic::Ordering::SeqCst) {
        return Err(daemon
            .report(Code::WRONG_STATE)
            .with_detail("a join is being run"));
    }
    daemon.change(|record| {
        record.leaving = Some(forget);
        Ok(())
    })?;
    finish(daemon).await
}

/// The rest of a leave that was begun; every part may be repeated.
pub async fn finish(daemon: &Daemon) -> Result<(), Report> {
    let _one = daemon.leaving.lock().await;
    let record = daemon.record();
    let Some(forget) = record.leaving else {
        return Ok(());
    };
    let removed = record
        .management
        .as_ref()
        .is_some_and(|management| management.ending == Some(Ending::Removed));
    let mut orphan = None;
    if let (Some(device), false) = (&record.device, forget) {
        if !removed {
            unenroll::goodbye(daemon).await;
        }
        match tell(daemon, device).await {
            Ok(()) => {}
            // The organisation ended it: this machine goes, whether or not the directory can be told.
            Err(_) if removed => {
                orphan = Some(Orphan {
                    device_id: device.device_id,
                });
            }
            Err(report) => {
                // Nothing was taken away yet: the device stays joined, and its policies in force.
                daemon.change(|record| {
                    record.leaving = None;
                    Ok(())
                })?;
                return Err(report);
            }
        }
    }
    unenroll::clean(daemon)?;
    let stored = |error: crate::store::StoreError| {
        daemon.report(error.code()).with_detail(error.to_string())
    };
    daemon.sso.purge(&daemon.store).map_err(stored)?;
    daemon.store.remove(INFORMATION).map_err(stored)?;
    daemon.store.remove(CERTIFICATE).map_err(stored)?;
    daemon
        .vault
        .destroy()
        .map_err(|error| daemon.report(error.code()).with_detail(error.to_string()))?;
    *daemon.token() = None;
    *daemon.secrets() = crate::join::secrets::Secrets::default();
    daemon.net.rest();
    daemon.change(|record| {
        let mut orphans = std::mem::take(&mut record.orphans);
        orphans.extend(orphan);
        let management = record
            .management
            .take()
            .filter(|_| removed)
            .map(|kept| kept.taken(daemon.report(Code::MDM_REMOVED)));
        *record = Record {
            management,
            orphans,
            ..Record::default()
        };
        Ok(())
    })?;
    daemon.rescheduled.notify_one();
    Ok(())
}

/// DELETE with the device certificate (MS-DVRJ; api-version as discovered). A device that is gone there is left already.
async fn tell(daemon: &Daemon, device: &Device) -> Result<(), Report> {
    let service = device
        .discovery
        .device_join_service
        .as_ref()
        .ok_or_else(|| daemon.report(Code::DISCOVERY_MALFORMED))?;
    let mut url = drs::endpoint(&service.join_endpoint, &daemon.config.tenant.drs)
        .map_err(|code| daemon.report(code))?;
    let path = format!("{}/{}", url.path().trim_end_matches('/'), device.device_id);
    url.set_path(&path);
    url.query_pairs_mut()
        .append_pair("api-version", &service.service_version);
    let missing = || daemon.report(Code::DEVICE_CERTIFICATE_NOT_FOUND);
    let pem = daemon
        .store
        .read(CERTIFICATE)
        .map_err(|_| missing())?
        .ok_or_else(missing)?;
    let certificate = CertificateDer::from_pem_slice(&pem).map_err(|_| missing())?;
    let identity = daemon
        .vault
        .client_auth(certificate.to_vec())
        .map_err(|error| daemon.report(error.code()).with_detail(error.to_string()))?;
    let ask = Ask {
        method: reqwest::Method::DELETE,
        url: &url,
        bearer: None,
        body: None,
        correlation: uuid::Uuid::new_v4().to_string(),
    };
    let answer = daemon
        .net
        .ask_as_device(ask, identity)
        .await
        .map_err(|error| daemon.report(error.code()).with_detail(error.to_string()))?;
    match answer.status {
        200..=299 | 404 => Ok(()),
        status => {
            let (code, said) = drs::refusal(status, &answer.body);
            if code == Code::DEVICE_MISSING {
                return Ok(());
            }
            let mut report = daemon.report(code);
            report.server = Some(said);
            Err(report)
        }
    }
}
