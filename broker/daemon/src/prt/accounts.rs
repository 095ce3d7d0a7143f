//! The accounts that a user is signed in with, as other programs know accounts: listed, chosen, signed out.

use std::sync::Arc;

use dovetail_shared::Report;
use dovetail_shared::encode::b64url;
use dovetail_shared::link::{self, Accounts, ENVIRONMENT};

use super::account::Account;
use super::answer::Who;
use super::book::default;
use super::error::PrtError;
use super::record::Record;
use crate::Daemon;
use crate::front::Peer;

/// Those of the asking user, the default one first; none is no error.
pub async fn accounts(daemon: &Daemon, peer: &Peer) -> Result<Accounts, Report> {
    let own = match daemon.sso.own(daemon, peer.uid).await {
        Ok(own) => own,
        Err(PrtError::None | PrtError::Person) => return Ok(Accounts::default()),
        Err(error) => return Err(error.report(daemon)),
    };
    let first = default(&own);
    let is_first = |account: &Arc<Account>| {
        let slot = first.as_ref().map(|first| first.slot);
        slot == Some(account.slot)
    };
    let mut accounts: Vec<link::Account> = own
        .iter()
        .filter_map(|account| described(&account.record(), is_first(account)))
        .collect();
    accounts.sort_by_key(|account| !account.default);
    Ok(Accounts { accounts })
}

/// Makes one of them the default.
pub async fn choose(daemon: &Daemon, peer: &Peer, account: &str) -> Result<Accounts, Report> {
    let chosen = daemon.sso.pick(daemon, peer.uid, Some(account)).await;
    chosen
        .and_then(|chosen| daemon.sso.choose(daemon, &chosen))
        .map_err(|error| error.report(daemon))?;
    accounts(daemon, peer).await
}

/// Signs one of them out on this device. The others stay.
pub async fn sign_out(daemon: &Daemon, peer: &Peer, account: &str) -> Result<Accounts, Report> {
    let say = |error: PrtError| error.report(daemon);
    let picked = daemon.sso.pick(daemon, peer.uid, Some(account)).await;
    let picked = picked.map_err(say)?;
    // After what is at work with it: nothing is renewed that is gone.
    let at_work = picked.work.lock().await;
    daemon.sso.sign_out(daemon, &picked).map_err(say)?;
    drop(at_work);
    accounts(daemon, peer).await
}

/// `None` where nobody has signed in yet, or the tenant did not tell the user's object: nothing would name it.
pub(super) fn described(record: &Record, default: bool) -> Option<link::Account> {
    let who = record.who.as_ref()?;
    let home_account_id = who.home()?;
    let oid = who.oid.as_deref()?.to_ascii_lowercase();
    let tenant_id = who.tenant_id;
    let profile = record.profile.clone();
    let client_info = format!(r#"{{"uid":"{oid}","utid":"{tenant_id}"}}"#);
    Some(link::Account {
        home_account_id,
        local_account_id: oid,
        tenant_id,
        environment: ENVIRONMENT.into(),
        username: who.upn.clone(),
        name: profile.name.unwrap_or_else(|| who.upn.clone()),
        given_name: profile.given_name,
        family_name: profile.family_name,
        client_info: b64url(client_info),
        default,
        state: record.state,
    })
}

impl Who {
    /// `<oid>.<tid>`
    pub(super) fn home(&self) -> Option<String> {
        let oid = self.oid.as_deref()?.to_ascii_lowercase();
        Some(format!("{oid}.{}", self.tenant_id))
    }
}
