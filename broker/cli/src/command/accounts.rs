//! `dovetail accounts`, `dovetail sign-out`, and which account a command means.

use std::path::Path;
use std::process::ExitCode;

use dovetail_client::Client;
use dovetail_shared::Code;
use dovetail_shared::link::{Account, AccountRef, Accounts as List, Empty, Request};

use super::QUICK;
use crate::error::CliError;
use crate::ui::{Ui, clean};

/// Show the accounts that you are signed in with on this device, or choose the default one
#[derive(Debug, clap::Args)]
pub(crate) struct Accounts {
    /// Make this account (`ada@contoso.com`) the one for programs that name none
    #[arg(long, value_name = "ACCOUNT")]
    default: Option<String>,
}

/// Sign an account out on this device: its token and keys are removed here
///
/// Programs that got tokens before keep them until those end.
#[derive(Debug, clap::Args)]
pub(crate) struct SignOut {
    /// Which, as `dovetail accounts` names it; needed where there are several
    #[arg(value_name = "ACCOUNT")]
    account: Option<String>,
}

impl Accounts {
    pub(crate) async fn run(self, socket: &Path, ui: &Ui) -> Result<ExitCode, CliError> {
        let mut client = Client::connect(socket).await?;
        let list = match self.default {
            None => list(&mut client).await?,
            Some(name) => {
                let account = named(&mut client, &name).await?.home_account_id;
                let request = Request::AccountDefault(AccountRef { account });
                client.call(&request, QUICK).await?
            }
        };
        told(&list, ui);
        Ok(ExitCode::SUCCESS)
    }
}

impl SignOut {
    pub(crate) async fn run(self, socket: &Path, ui: &Ui) -> Result<ExitCode, CliError> {
        let mut client = Client::connect(socket).await?;
        let account = match self.account {
            Some(name) => named(&mut client, &name).await?,
            None => only(list(&mut client).await?)?,
        };
        let request = Request::AccountRemove(AccountRef {
            account: account.home_account_id,
        });
        let left: List = client.call(&request, QUICK).await?;
        ui.value(&left);
        ui.line(&format!("{} is signed out.", clean(&account.username)));
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(client: &mut Client) -> Result<List, CliError> {
    Ok(client.call(&Request::Accounts(Empty {}), QUICK).await?)
}

/// The account of this name or `home_account_id`.
pub(super) async fn named(client: &mut Client, name: &str) -> Result<Account, CliError> {
    let list = list(client).await?;
    list.accounts
        .into_iter()
        .find(|account| {
            account.username.eq_ignore_ascii_case(name)
                || account.home_account_id.eq_ignore_ascii_case(name)
        })
        .ok_or_else(|| CliError::code(Code::SSO_ACCOUNT))
}

/// `home_account_id` of the account that was named on the command line, if one was.
pub(super) async fn chosen(
    client: &mut Client,
    name: Option<&str>,
) -> Result<Option<String>, CliError> {
    match name {
        Some(name) => Ok(Some(named(client, name).await?.home_account_id)),
        None => Ok(None),
    }
}

fn only(list: List) -> Result<Account, CliError> {
    let mut accounts = list.accounts.into_iter();
    match (accounts.next(), accounts.next()) {
        (Some(account), None) => Ok(account),
        (None, _) => Err(CliError::code(Code::SSO_NOT_SIGNED_IN)),
        // Which one, only the person knows.
        (Some(_), Some(_)) => Err(CliError::code(Code::SSO_ACCOUNT)),
    }
}

fn told(list: &List, ui: &Ui) {
    ui.value(list);
    if list.accounts.is_empty() {
        ui.line("You are not signed in on this device.");
    }
    for account in &list.accounts {
        let mark = if account.default { "*" } else { " " };
        let (username, name) = (clean(&account.username), clean(&account.name));
        ui.line(&format!("{mark} {username}  {name}"));
    }
}
