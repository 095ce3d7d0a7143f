//! `pin.change`: another PIN before the same key. The directory is not asked: it knows the key, not what opens it.

use std::sync::Arc;

use dovetail_shared::link::{PinChange, PinView};
use dovetail_shared::{Report, Secret};

use super::super::account::Account;
use super::super::error::PrtError;
use super::super::grant::grant;
use super::super::sign_in::joined;
use super::asked::{asking, person};
use super::error::PinError;
use super::open::tried;
use super::record::{History, PinRecord};
use super::rules::{obeys, rules};
use super::view::view;
use crate::Daemon;
use crate::front::Peer;

/// Changes it. An expired one may be, a locked one may not.
pub async fn change(daemon: &Daemon, peer: &Peer, ask: &PinChange) -> Result<PinView, Report> {
    let asking = asking(peer, "pin.change", ask.account.as_deref());
    grant(daemon, asking, async |account: Arc<Account>| {
        let _one = account.work.lock().await;
        match changed(daemon, &account, ask).await {
            Ok(()) => view(daemon, &account),
            Err(error) => Err(error),
        }
        .map_err(|error| error.report(daemon))
    })
    .await
}

async fn changed(daemon: &Daemon, account: &Account, ask: &PinChange) -> Result<(), PrtError> {
    let device = joined(daemon).ok_or(PrtError::NotJoined)?;
    let who = person(account)?;
    let mut record = PinRecord::needed(&daemon.store, account, &who, device.device_id)?;
    let rules = rules(daemon).map_err(PrtError::Kept)?;
    obeys(&rules, &ask.new_pin)?;
    if ask.pin.expose() == ask.new_pin.expose() {
        return Err(PinError::Rules("it is the one that there is".to_owned()).into());
    }
    // First of all that it is the right one: whoever does not know it is not told which ones were before.
    let key = record.key.clone();
    let work = daemon.vault.sign_by_pin(&key, &ask.pin, &[]);
    tried(daemon, account, &mut record, work).await?;
    record.history =
        with_one_more(daemon, record.history.clone(), rules.history, &ask.new_pin).await?;
    record.key = daemon
        .vault
        .change_pin(&key, &ask.pin, &ask.new_pin)
        .await?;
    record.since = daemon.now();
    record.save(&daemon.store, account)?;
    daemon.sso.told(daemon, account.uid);
    Ok(())
}

/// The marks of the last PINs with this one before them. [`PinError::Rules`] where it is among them.
pub(super) async fn with_one_more(
    daemon: &Daemon,
    history: Option<History>,
    most: u8,
    pin: &Secret<String>,
) -> Result<Option<History>, PrtError> {
    if most == 0 {
        return Ok(None);
    }
    let mut history = match history {
        Some(history) => history,
        None => History {
            key: daemon.vault.make_mark_key().await?,
            marks: Vec::new(),
        },
    };
    let mark = daemon.vault.mark(&history.key, pin).await?;
    history.marks.truncate(usize::from(most));
    if history.marks.contains(&mark) {
        return Err(PinError::Rules("it is one of your last ones".to_owned()).into());
    }
    history.marks.insert(0, mark);
    history.marks.truncate(usize::from(most));
    Ok(Some(history))
}
