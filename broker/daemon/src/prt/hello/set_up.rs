//! `pin.set_up` and `pin.remove`: the key comes and goes.

use std::sync::Arc;

use dovetail_shared::Report;
use dovetail_shared::link::{Pin, PinRef, PinView};
use dovetail_shared::status::KeyProtection;

use super::super::account::Account;
use super::super::error::PrtError;
use super::super::grant::grant;
use super::super::sign_in::joined;
use super::asked::{asking, person};
use super::change::with_one_more;
use super::error::PinError;
use super::record::{PinRecord, forget};
use super::register::{proof, register};
use super::rules::{obeys, rules};
use super::view::view;
use crate::Daemon;
use crate::front::Peer;

/// Makes a key behind this PIN and registers it. An earlier one is gone once the new one stands.
pub async fn set_up(daemon: &Daemon, peer: &Peer, ask: &Pin) -> Result<PinView, Report> {
    let asking = asking(peer, "pin.set_up", ask.account.as_deref());
    grant(daemon, asking, async |account: Arc<Account>| {
        let _one = account.work.lock().await;
        let made = make(daemon, &account, ask).await;
        if daemon.idle() {
            daemon.net.rest();
        }
        match made {
            Ok(()) => view(daemon, &account).map_err(|error| error.report(daemon)),
            Err(error) => {
                if matches!(error, PrtError::Pin(PinError::Stale)) {
                    daemon.sso.wants_fresh(peer.uid);
                }
                Err(error.report(daemon))
            }
        }
    })
    .await
}

async fn make(daemon: &Daemon, account: &Arc<Account>, ask: &Pin) -> Result<(), PrtError> {
    let device = joined(daemon).ok_or(PrtError::NotJoined)?;
    let rules = rules(daemon).map_err(PrtError::Kept)?;
    obeys(&rules, &ask.pin)?;
    if daemon.vault.protection() == KeyProtection::File {
        return Err(PinError::NeedsTpm.into());
    }
    let who = person(account)?;
    let former = PinRecord::load(&daemon.store, account, &who, device.device_id)?;
    // Who may not have one is told before the TPM works for seconds, and not which ones were before.
    let proof = proof(daemon, account).await?;
    let history = former.and_then(|former| former.history);
    let most = rules.history;
    let history = with_one_more(daemon, history, most, &ask.pin).await?;
    let key = daemon.vault.make_pin_key(&ask.pin).await?;
    let public = key.public()?;
    register(daemon, &device, &proof, &public).await?;
    let mut record = PinRecord::new(who, device.device_id, key, daemon.now());
    record.history = history;
    record.save(&daemon.store, account)?;
    daemon.sso.told(daemon, account.uid);
    Ok(())
}

/// Forgets the key here. At the directory it stays until the device leaves, or its owner or an administrator removes it there.
pub async fn remove(daemon: &Daemon, peer: &Peer, ask: &PinRef) -> Result<PinView, Report> {
    let asking = asking(peer, "pin.remove", ask.account.as_deref());
    grant(daemon, asking, async |account: Arc<Account>| {
        let _one = account.work.lock().await;
        let gone = forget(&daemon.store, &account);
        gone.map_err(|error| PrtError::from(error).report(daemon))?;
        daemon.sso.told(daemon, account.uid);
        view(daemon, &account).map_err(|error| error.report(daemon))
    })
    .await
}
