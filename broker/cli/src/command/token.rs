//! `dovetail token`

use std::path::Path;
use std::process::ExitCode;

use clap::ArgGroup;
use dovetail_client::Client;
use dovetail_shared::id::ClientId;
use dovetail_shared::link::{AccessToken, Request, TokenAsk};

use super::PATIENT;
use super::accounts::chosen;
use crate::error::CliError;
use crate::ui::Ui;

/// Print an access token for a service, by your sign-on on this device
///
/// With `--json` its end and the account come along. The token signs in as you until it ends: do not leave it in a file or a log.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("audience").args(["resource", "scope"]).required(true))]
pub(crate) struct Token {
    /// The service, as `https://graph.microsoft.com`
    #[arg(long, value_name = "URL")]
    resource: Option<String>,
    /// Scopes, as `https://graph.microsoft.com/User.Read`
    #[arg(long, value_name = "SCOPES")]
    scope: Option<String>,
    /// For which application; the broker's own where it is left out
    #[arg(long, value_name = "GUID")]
    client_id: Option<ClientId>,
    /// Of which account, as `dovetail accounts` names it; the default one where it is left out
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
}

impl Token {
    pub(crate) async fn run(self, socket: &Path, ui: &Ui) -> Result<ExitCode, CliError> {
        let mut client = Client::connect(socket).await?;
        let account = chosen(&mut client, self.account.as_deref()).await?;
        let request = Request::Token(TokenAsk {
            resource: self.resource,
            scope: self.scope,
            client_id: self.client_id,
            account,
        });
        let token: AccessToken = client.call(&request, PATIENT).await?;
        ui.value(&token);
        ui.line(token.access_token.expose());
        Ok(ExitCode::SUCCESS)
    }
}
