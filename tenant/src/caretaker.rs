//! What has to be done from time to time, whether anybody asks or not.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::app::{App, Tenant};
use crate::{audit, clock};

/// How soon a key that another server or the command line made is signed with here.
const KEYS: Duration = Duration::from_secs(1);
/// Expired rows wait at most so many of those.
const SWEEP_EVERY: u32 = 10;
/// Other servers hear that this one is here after so many of those: well within its lease.
const SAY_EVERY: u32 = 20;

/// Until `stop` says so.
pub(crate) async fn caretaker(app: Tenant, mut stop: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(KEYS);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut count: u32 = 0;
    let mut newer = false;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stop.changed() => return,
        }
        if let Err(error) = app.signer.keep_up(&app.store).await {
            tracing::error!(%error, "the signing keys could not be read");
        }
        if let Err(error) = app.store.shorten_log().await {
            tracing::warn!(%error, "the write-ahead log could not be emptied");
        }
        if count.is_multiple_of(SAY_EVERY)
            && let Err(error) = app.own_pages.say(&app.store, clock::now()).await
        {
            tracing::error!(%error, "the other servers could not be told of this one");
        }
        keep_anchor(&app).await;
        if count.is_multiple_of(SWEEP_EVERY) {
            if !newer && let Ok(Some(step)) = app.store.newer().await {
                newer = true;
                tracing::error!(
                    step,
                    "a newer version has changed the database: upgrade this server, too; it may fail from now on"
                );
            }
            match app.store.sweep(clock::now()).await {
                Ok(0) => {}
                Ok(rows) => tracing::info!(rows, "expired rows were taken out"),
                Err(error) => tracing::error!(%error, "expired rows could not be taken out"),
            }
        }
        count = count.wrapping_add(1);
    }
}

/// Keeps in the database how far the audit log is on disk, where that is further than before.
pub(crate) async fn keep_anchor(app: &App) {
    let Some(anchor) = app.audit.synced() else {
        return;
    };
    if let Err(error) = audit::note(&app.store, &anchor, clock::now()).await {
        tracing::warn!(%error, "the database does not know how far the audit log is");
    }
}
