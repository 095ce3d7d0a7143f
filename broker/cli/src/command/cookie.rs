//! `dovetail cookie`

use std::path::Path;
use std::process::ExitCode;

use dovetail_client::Client;
use dovetail_shared::link::{CookieAsk, Request, SsoCookie};

use super::PATIENT;
use super::accounts::chosen;
use crate::error::CliError;
use crate::ui::Ui;

/// Print the cookie that signs you in at your organisation's sign-in page
///
/// As `name=value`, to be sent as a cookie or as a header of that name; with `--json` as both parts. It is good for some minutes, at
/// that host only.
#[derive(Debug, clap::Args)]
pub(crate) struct Cookie {
    /// An address of the sign-in host; a `sso_nonce` in it is used
    #[arg(value_name = "URL")]
    url: String,
    /// The server's nonce; one is fetched where it is left out
    #[arg(long, value_name = "TEXT")]
    nonce: Option<String>,
    /// Of which account, as `dovetail accounts` names it; the default one where it is left out
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
}

impl Cookie {
    pub(crate) async fn run(self, socket: &Path, ui: &Ui) -> Result<ExitCode, CliError> {
        let mut client = Client::connect(socket).await?;
        let account = chosen(&mut client, self.account.as_deref()).await?;
        let request = Request::Cookie(CookieAsk {
            url: self.url,
            nonce: self.nonce,
            account,
        });
        let cookie: SsoCookie = client.call(&request, PATIENT).await?;
        ui.value(&cookie);
        ui.line(&format!("{}={}", cookie.name, cookie.value.expose()));
        Ok(ExitCode::SUCCESS)
    }
}
