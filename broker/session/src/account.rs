//! `removeAccount`.

use dovetail_client::blame;
use dovetail_shared::broker1::{Ask, Nothing};
use dovetail_shared::{Code, Report};

use crate::caller::Caller;
use crate::daemon::{Daemon, account};

/// Takes the named account away.
pub(crate) async fn remove(daemon: &Daemon, caller: &Caller, ask: &Ask) -> Result<Nothing, Report> {
    let named = ask.account();
    if named.is_empty() {
        return Err(blame::report(Code::BAD_FRAME).with_detail("account is missing"));
    }
    let mut client = daemon.connect(caller).await?;
    account(&mut client, &named).await?;
    Err(blame::report(Code::BROKER_NOT_OFFERED)
        .with_detail("an account is removed with `dovetail leave`, not by programs"))
}
