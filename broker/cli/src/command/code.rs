//! `dovetail join --device-code`: a code here, the sign-in in a browser elsewhere (RFC 8628).

use std::process::ExitCode;

use dovetail_client::Client;
use dovetail_shared::drs::JoinType;
use dovetail_shared::link::{CodeShown, DeviceCode, JoinRef, JoinView, Request};
use dovetail_shared::name::DisplayName;
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

use super::follow::{INTERRUPTED, Watched};
use super::join::Ask;
use super::{PATIENT, QUICK, follow};
use crate::error::CliError;
use crate::ui::{Ui, clean};

/// Whether the address is shown as a picture, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Qr {
    /// Where the terminal has room for it.
    Wanted,
    /// Never.
    Unwanted,
}

/// Shows the code, waits for the sign-in, asks, joins. Ctrl-C before the sign-in gives up: the code is good for nothing then.
pub(super) async fn join(
    mut client: Client,
    device_name: Option<DisplayName>,
    qr: Qr,
    ask: Ask,
    ui: &Ui,
) -> Result<ExitCode, CliError> {
    let request = Request::JoinDeviceCode(DeviceCode {
        join_type: JoinType::Joined,
        device_name,
    });
    let shown: CodeShown = client.call(&request, PATIENT).await?;
    ui.value(&shown);
    for line in lines(&shown) {
        ui.line(&line);
    }
    if qr == Qr::Wanted
        && let Some(columns) = ui.columns()
    {
        for line in picture(&shown, columns, ui) {
            ui.line(&line);
        }
    }
    let join_id = shown.join.join_id;
    match follow::until_signed_in(&mut client, shown.join, ui).await? {
        Watched::Over(end) => end,
        Watched::Interrupted => {
            let cancel = Request::JoinCancel(JoinRef { join_id });
            let _: JoinView = client.call(&cancel, QUICK).await?;
            ui.line("Nothing was changed.");
            Ok(ExitCode::from(INTERRUPTED))
        }
        Watched::Here(view) => match ask.confirm(&mut client, &view, ui).await? {
            Some(confirmed) => follow::until_over(&mut client, Some(confirmed), ui).await,
            None => Ok(ExitCode::SUCCESS),
        },
    }
}

/// What to do, where a screen reader or a log finds each of the two on a line of its own.
fn lines(shown: &CodeShown) -> [String; 4] {
    [
        "On another machine, open this page and sign in with this code:".to_owned(),
        format!("  Address : {}", clean(&shown.verification_uri)),
        format!("  Code    : {}", clean(&shown.user_code)),
        format!("The code is good for {}.", minutes(shown.expires_in)),
    ]
}

fn minutes(seconds: u32) -> String {
    match seconds.div_ceil(60) {
        1 => "one minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

/// The address in half blocks; nothing where it does not fit.
fn picture(shown: &CodeShown, columns: usize, ui: &Ui) -> Vec<String> {
    let address = shown
        .verification_uri_complete
        .as_ref()
        .unwrap_or(&shown.verification_uri);
    let Ok(code) = QrCode::with_error_correction_level(address, EcLevel::L) else {
        return Vec::new();
    };
    let mut renderer = code.render::<Dense1x2>();
    if !ui.colours() {
        // Most terminals are dark, and there the blocks are what is light.
        renderer
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark);
    }
    let text = renderer.build();
    if text.lines().any(|line| line.chars().count() > columns) {
        return Vec::new();
    }
    text.lines().map(|line| ui.black_on_white(line)).collect()
}
