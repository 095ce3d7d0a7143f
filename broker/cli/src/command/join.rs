//! `dovetail join`

use std::path::Path;
use std::process::ExitCode;

use clap::{ArgGroup, ValueEnum};
use dovetail_client::Client;
use dovetail_shared::Code;
use dovetail_shared::drs::JoinType;
use dovetail_shared::link::{Confirm, Direct, Empty, JoinRef, JoinState, JoinView, Request};
use dovetail_shared::name::{DisplayName, Upn};
use dovetail_shared::status::Status;
use url::Url;

use super::code::Qr;
use super::portal::{Browser, page, show};
use super::{PATIENT, QUICK, code, follow};
use crate::error::CliError;
use crate::password;
use crate::ui::{Ui, can_confirm, clean, confirm};

/// Join this device: opens the portal in the browser and shows the progress here
///
/// Ctrl-C stops the watching, not the join.
///
/// With `--user`, name and password are taken here instead of the browser, where this machine's configuration allows it. A second
/// factor cannot be asked for here.
///
/// With `--device-code`, a code is shown here and typed in a browser on another machine, where your organisation allows it.
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
#[command(group = ArgGroup::new("pageless").args(["user", "device_code"]))]
pub(crate) struct Join {
    /// What the device shall be called; the page proposes it
    #[arg(long, value_name = "NAME")]
    device_name: Option<DisplayName>,
    /// Join as this account, with its password, without a browser
    #[arg(long, value_name = "UPN", conflicts_with_all = ["mode", "no_browser"])]
    user: Option<Upn>,
    /// Take the password from the first line of standard input
    #[arg(long, requires = "user")]
    password_stdin: bool,
    /// Show a code, and sign in with it on another machine
    #[arg(long, conflicts_with_all = ["mode", "no_browser"])]
    device_code: bool,
    /// With `--device-code`: print no QR code
    #[arg(long, requires = "device_code")]
    no_qr: bool,
    /// With `--user` or `--device-code`: do not ask before joining
    #[arg(long, requires = "pageless")]
    yes: bool,
    /// First run of the machine, or later from the settings
    #[arg(long, default_value = "settings")]
    mode: Way,
    /// Print the address instead of opening a browser
    #[arg(long)]
    no_browser: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Way {
    Oobe,
    Settings,
}

impl Join {
    pub(crate) async fn run(self, socket: &Path, ui: &Ui) -> Result<ExitCode, CliError> {
        let mut client = Client::connect(socket).await?;
        // Before the status, so that nothing can happen between the two unseen.
        client.subscribe(QUICK).await?;
        let status: Status = client.call(&Request::Status(Empty {}), QUICK).await?;
        if status.device.azure_ad_joined || status.device.workplace_joined {
            return Err(CliError::code(Code::ALREADY_JOINED));
        }
        if let Some(upn) = &self.user {
            return self.direct(client, upn, ui).await;
        }
        if self.device_code {
            let qr = if self.no_qr { Qr::Unwanted } else { Qr::Wanted };
            let question = Ask::before(self.yes)?;
            return code::join(client, self.device_name, qr, question, ui).await;
        }
        let portal = status.broker.portal.as_deref().unwrap_or_default();
        let address = self.address(portal)?;
        let browser = if self.no_browser {
            Browser::Print
        } else {
            Browser::Open
        };
        show(&address, browser, ui);
        follow::until_over(&mut client, status.join, ui).await
    }

    /// Name and password from here.
    async fn direct(&self, mut client: Client, upn: &Upn, ui: &Ui) -> Result<ExitCode, CliError> {
        let password = if self.password_stdin {
            password::from_stdin(password::Kind::Password)?
        } else {
            password::ask(password::Kind::Password, &format!("Password of {upn}:"))?
        };
        let request = Request::JoinDirect(Direct {
            join_type: JoinType::Joined,
            device_name: self.device_name.clone(),
            upn: upn.clone(),
            password,
        });
        let mut view: JoinView = client.call(&request, PATIENT).await?;
        drop(request);
        if view.state == JoinState::WaitingForConfirmation {
            match Ask::of(self.yes).confirm(&mut client, &view, ui).await? {
                Some(confirmed) => view = confirmed,
                None => return Ok(ExitCode::SUCCESS),
            }
        }
        follow::until_over(&mut client, Some(view), ui).await
    }

    /// The portal's address with what was asked for on the command line.
    fn address(&self, portal: &str) -> Result<Url, CliError> {
        let mut address = page(portal)?;
        let mode = match self.mode {
            Way::Oobe => "oobe",
            Way::Settings => "settings",
        };
        address.query_pairs_mut().append_pair("mode", mode);
        if let Some(name) = &self.device_name {
            address
                .query_pairs_mut()
                .append_pair("device_name", name.as_str());
        }
        Ok(address)
    }
}

/// Whether the person is asked before the device joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// On the terminal.
    First,
    /// They have said yes on the command line.
    Said,
}

impl Ask {
    fn of(yes: bool) -> Self {
        if yes { Self::Said } else { Self::First }
    }

    /// The same, and known now rather than after a sign-in: whether there is somebody to ask.
    fn before(yes: bool) -> Result<Self, CliError> {
        if yes {
            return Ok(Self::Said);
        }
        can_confirm()?;
        Ok(Self::First)
    }

    /// Yes from the person, to the daemon. `None`: they said no, and nothing was changed.
    pub(super) async fn confirm(
        self,
        client: &mut Client,
        view: &JoinView,
        ui: &Ui,
    ) -> Result<Option<JoinView>, CliError> {
        let join_id = view.join_id;
        if self == Self::First && !confirm(&question(view))? {
            let cancel = Request::JoinCancel(JoinRef { join_id });
            let _: JoinView = client.call(&cancel, QUICK).await?;
            ui.line("Nothing was changed.");
            return Ok(None);
        }
        let device_name = view
            .device_name
            .parse()
            .map_err(|_| CliError::code(Code::INTERNAL))?;
        let request = Request::JoinConfirm(Confirm {
            join_id,
            device_name,
        });
        Ok(Some(client.call(&request, QUICK).await?))
    }
}

fn question(view: &JoinView) -> String {
    let account = view.account.as_ref();
    let tenant = account
        .and_then(|account| account.tenant_name.as_deref())
        .unwrap_or("its organisation");
    let upn = account.map_or("", |account| account.upn.as_str());
    format!(
        "Join {} to {} as {}?",
        clean(&view.device_name),
        clean(tenant),
        clean(upn)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join() -> Join {
        Join {
            device_name: Some("Ada's laptop".parse().unwrap()),
            user: None,
            password_stdin: false,
            device_code: false,
            no_qr: false,
            yes: false,
            mode: Way::Oobe,
            no_browser: true,
        }
    }

    #[test]
    fn the_address_carries_mode_and_name() {
        assert_eq!(
            join()
                .address("https://portal.dovetail.localhost:8443/x")
                .unwrap()
                .as_str(),
            "https://portal.dovetail.localhost:8443/x?mode=oobe&device_name=Ada%27s+laptop"
        );
    }
}
