//! The accounts that a user is signed in with, as other programs know accounts.

use dovetail_shared::Report;
use dovetail_shared::encode::b64url;
use dovetail_shared::link::{Account, Accounts, ENVIRONMENT};

use super::error::PrtError;
use super::record::Record;
use super::user::User;
use crate::Daemon;
use crate::front::Peer;

/// Those of the asking user; none is no error.
pub async fn accounts(daemon: &Daemon, peer: &Peer) -> Result<Accounts, Report> {
    match daemon.sso.own(daemon, peer.uid).await {
        Ok(user) => Ok(Accounts {
            accounts: account(&user.record()).into_iter().collect(),
        }),
        Err(PrtError::None | PrtError::Person) => Ok(Accounts::default()),
        Err(error) => Err(error.report(daemon)),
    }
}

/// `None` while there is no token, or where the tenant did not tell the user's object: nothing would name it.
pub(super) fn account(record: &Record) -> Option<Account> {
    let prt = record.prt.as_ref()?;
    let oid = prt.oid.as_deref()?.to_ascii_lowercase();
    let tenant_id = prt.tenant_id;
    let username = record.upn.clone()?;
    let profile = record.profile.clone();
    let client_info = format!(r#"{{"uid":"{oid}","utid":"{tenant_id}"}}"#);
    Some(Account {
        home_account_id: format!("{oid}.{tenant_id}"),
        local_account_id: oid,
        tenant_id,
        environment: ENVIRONMENT.into(),
        name: profile.name.unwrap_or_else(|| username.clone()),
        username,
        given_name: profile.given_name,
        family_name: profile.family_name,
        client_info: b64url(client_info),
        default: true,
        state: record.state,
    })
}

/// Whether this sign-on is the account's that was asked for. Nothing asked for: any.
pub(super) fn is(user: &User, asked: Option<&str>) -> bool {
    asked.is_none_or(|asked| {
        account(&user.record())
            .is_some_and(|account| account.home_account_id.eq_ignore_ascii_case(asked))
    })
}
