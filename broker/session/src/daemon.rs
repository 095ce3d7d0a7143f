//! The daemon, asked in a caller's name.

use std::path::PathBuf;
use std::time::Duration;

use dovetail_client::{Client, ClientError, blame};
use dovetail_shared::broker1::{self, Named};
use dovetail_shared::link::{Account, Accounts, Done, Empty, HelloHost, Request};
use dovetail_shared::status::Status;
use dovetail_shared::{Code, Report};

use crate::caller::Caller;

/// What needs no network.
pub(crate) const QUICK: Duration = Duration::from_secs(5);

/// What may need a question to the sign-in service.
pub(crate) const PATIENT: Duration = Duration::from_secs(30);

/// Where the daemon listens.
#[derive(Debug, Clone)]
pub(crate) struct Daemon(PathBuf);

impl Daemon {
    /// At this socket.
    pub(crate) fn at(socket: PathBuf) -> Self {
        Self(socket)
    }

    /// A connection of this caller's own, so that nobody waits for another's answer and the daemon's audit can tell them apart.
    pub(crate) async fn connect(&self, caller: &Caller) -> Result<Client, Report> {
        let mut client = Client::connect(&self.0).await.map_err(report)?;
        let hello = Request::HelloHost(HelloHost {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            caller: caller.told(),
        });
        let Done {} = client.call(&hello, QUICK).await.map_err(report)?;
        Ok(client)
    }
}

/// The whole story of a failure.
pub(crate) fn report(error: ClientError) -> Report {
    error.report()
}

/// The user's accounts.
pub(crate) async fn accounts(client: &mut Client) -> Result<Vec<Account>, Report> {
    let known: Accounts = client
        .call(&Request::Accounts(Empty {}), QUICK)
        .await
        .map_err(report)?;
    Ok(known.accounts)
}

/// The account that is meant. Where there is none at all, why that is so.
pub(crate) async fn account(client: &mut Client, named: &Named) -> Result<Account, Report> {
    let known = accounts(client).await?;
    if let Some(account) = broker1::find(&known, named) {
        return Ok(account.clone());
    }
    if !known.is_empty() {
        return Err(blame::report(Code::SSO_ACCOUNT));
    }
    let status: Status = client
        .call(&Request::Status(Empty {}), QUICK)
        .await
        .map_err(report)?;
    match status.sso {
        None => Err(blame::report(Code::NOT_JOINED)),
        Some(sso) => Err(sso
            .report
            .unwrap_or_else(|| blame::report(Code::SSO_NOT_SIGNED_IN))),
    }
}
