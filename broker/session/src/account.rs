//! `removeAccount`.

use dovetail_client::blame;
use dovetail_shared::broker1::{Ask, Nothing};
use dovetail_shared::link::{AccountRef, Accounts, Request};
use dovetail_shared::{Code, Report};

use crate::caller::Caller;
use crate::daemon::{Daemon, PATIENT, account, report};

/// Signs the named account out on this device: never one that was not named.
pub(crate) async fn remove(daemon: &Daemon, caller: &Caller, ask: &Ask) -> Result<Nothing, Report> {
    let named = ask.account();
    if named.is_empty() {
        return Err(blame::report(Code::BAD_FRAME).with_detail("account is missing"));
    }
    let mut client = daemon.connect(caller).await?;
    let account = account(&mut client, &named).await?.home_account_id;
    let request = Request::AccountRemove(AccountRef { account });
    let Accounts { .. } = client.call(&request, PATIENT).await.map_err(report)?;
    Ok(Nothing {})
}
