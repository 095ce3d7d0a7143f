//! The end of management, from either side (reference §1.11). What has begun is marked in the record first and so ends after
//! a crash too; every part may be repeated.

use std::time::Duration;

use dovetail_shared::drs::JoinType;
use dovetail_shared::{Code, Report};

use super::node;
use super::record::Ending;
use super::session::Occasion;
use super::sync;
use crate::Daemon;
use crate::front::Peer;

/// The service is told, but not waited for longer.
const GOODBYE: Duration = Duration::from_secs(20);

/// `unenroll`: one's own device out of management. The organisation's leaves as a whole or not at all.
pub async fn unenroll(daemon: &Daemon, peer: &Peer) -> Result<(), Report> {
    let record = daemon.record();
    let device = record
        .device
        .as_ref()
        .ok_or_else(|| daemon.report(Code::NOT_JOINED))?;
    let own = record
        .join
        .as_ref()
        .is_some_and(|join| join.uid == peer.uid);
    if !own && !peer.is_root() {
        return Err(daemon.report(Code::PEER_REFUSED));
    }
    if device.join_type != JoinType::Registered {
        return Err(daemon.report(Code::UNENROLL_REFUSED));
    }
    if sync::join_is_running(daemon) {
        return Err(daemon.report(Code::MDM_IN_PROGRESS));
    }
    goodbye(daemon).await;
    mark(daemon, Ending::Left)?;
    finish(daemon).await
}

/// From now on it ends, whatever happens to this process.
pub fn mark(daemon: &Daemon, ending: Ending) -> Result<(), Report> {
    daemon.change(|record| {
        let management = record
            .management
            .as_mut()
            .filter(|management| management.enrollment.is_some())
            .ok_or_else(|| daemon.report(Code::MDM_NOT_ENROLLED))?;
        management.ending = Some(ending);
        Ok(())
    })
}

/// Tells the service that this device leaves, as well as that can be done.
pub async fn goodbye(daemon: &Daemon) {
    let Some((device, enrollment)) = sync::enrolled(&daemon.record()) else {
        return;
    };
    let _one = daemon.managing.lock().await;
    let Ok(number) = sync::number(daemon) else {
        return;
    };
    let talk = sync::talk(daemon, &device, &enrollment, number, Occasion::Leave);
    match tokio::time::timeout(GOODBYE, talk).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::info!("the management service was not told: {error}"),
        Err(_) => tracing::info!("the management service was not told in time"),
    }
    daemon.net.rest();
}

/// The rest of what was begun. Taking a device of the organisation out of management takes it out of the directory too.
pub async fn finish(daemon: &Daemon) -> Result<(), Report> {
    let record = daemon.record();
    let Some(ending) = record.management.as_ref().and_then(|kept| kept.ending) else {
        return Ok(());
    };
    let registered = record
        .device
        .as_ref()
        .is_none_or(|device| device.join_type == JoinType::Registered);
    if ending == Ending::Removed && !registered {
        daemon.change(|record| {
            record.leaving = Some(false);
            Ok(())
        })?;
        return crate::leave::finish(daemon).await;
    }
    let _one = daemon.managing.lock().await;
    clean(daemon)?;
    // Who was signed on was so on a managed device.
    daemon
        .sso
        .purge(&daemon.store)
        .map_err(|error| daemon.report(error.code()).with_detail(error.to_string()))?;
    for slot in [crate::vault::Slot::One, crate::vault::Slot::Two] {
        daemon
            .vault
            .forget_management_key(slot)
            .map_err(|error| daemon.report(error.code()).with_detail(error.to_string()))?;
    }
    daemon.change(|record| {
        record.management = match ending {
            Ending::Left => None,
            Ending::Removed => record
                .management
                .take()
                .map(|kept| kept.taken(daemon.report(Code::MDM_REMOVED))),
        };
        Ok(())
    })
}

/// Takes back every policy.
pub fn clean(daemon: &Daemon) -> Result<(), Report> {
    node::undo_all(&daemon.store, &daemon.config.management).map_err(|code| daemon.report(code))
}
