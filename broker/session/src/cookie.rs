//! `acquirePrtSsoCookie`.

use dovetail_client::blame;
use dovetail_shared::broker1::{self, Ask, CookieAnswer};
use dovetail_shared::link::{CookieAsk, Request, SsoCookie};
use dovetail_shared::{Code, Report};

use crate::caller::Caller;
use crate::daemon::{Daemon, PATIENT, account, report};

/// A cookie for the address that the client names; whether anybody signs in there is the daemon's to judge.
pub(crate) async fn acquire(
    daemon: &Daemon,
    caller: &Caller,
    ask: &Ask,
) -> Result<CookieAnswer, Report> {
    let url = ask
        .sso_url()
        .ok_or_else(|| blame::report(Code::BAD_FRAME).with_detail("ssoUrl is missing"))?;
    let mut client = daemon.connect(caller).await?;
    let account = account(&mut client, &ask.account()).await?;
    let request = Request::Cookie(CookieAsk {
        url,
        nonce: None,
        account: Some(account.home_account_id.clone()),
    });
    let cookie: SsoCookie = client.call(&request, PATIENT).await.map_err(report)?;
    Ok(CookieAnswer::new(
        Some(broker1::Account::from(&account)),
        &cookie,
    ))
}
