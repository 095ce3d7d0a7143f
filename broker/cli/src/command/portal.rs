//! The portal's page: its address, and the browser for it.

use std::process::{Command, Stdio};

use dovetail_client::portal;
use dovetail_shared::Code;
use url::Url;

use crate::error::CliError;
use crate::ui::Ui;

/// The portal's address.
pub(super) fn page(portal: &str) -> Result<Url, CliError> {
    portal::address(portal).ok_or_else(|| CliError::code(Code::NO_CONNECTION_POINT))
}

/// How the page gets before the person's eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Browser {
    /// The desktop's, where there is one.
    Open,
    /// The person's own doing.
    Print,
}

/// Opens it, or says where it is.
pub(super) fn show(address: &Url, browser: Browser, ui: &Ui) {
    if browser == Browser::Open && open(address) {
        ui.line(&format!("The portal opens in your browser:\n  {address}"));
    } else {
        ui.line(&format!("Open this page in your browser:\n  {address}"));
    }
}

/// Hands the address to the desktop. `false` when there is none, or it does not want to.
fn open(address: &Url) -> bool {
    let display = ["WAYLAND_DISPLAY", "DISPLAY"]
        .into_iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    display
        && Command::new("xdg-open")
            .arg(address.as_str())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .is_ok()
}
