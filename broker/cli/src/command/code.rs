//! `--device-code`: a code here, the sign-in in a browser elsewhere (RFC 8628).

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
    let complete = shown.verification_uri_complete.as_deref();
    show(
        &Shown {
            code: &shown.user_code,
            address: &shown.verification_uri,
            complete: complete.unwrap_or(&shown.verification_uri),
            seconds: shown.expires_in,
        },
        qr,
        ui,
    );
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

/// What a person needs elsewhere.
pub(super) struct Shown<'a> {
    pub(super) code: &'a str,
    pub(super) address: &'a str,
    /// With the code in it, where there is such an address.
    pub(super) complete: &'a str,
    pub(super) seconds: u32,
}

/// What to do, where a screen reader or a log finds each of the two on a line of its own; and a picture, where there is room.
pub(super) fn show(shown: &Shown<'_>, qr: Qr, ui: &Ui) {
    ui.line("On another machine, open this page and sign in with this code:");
    ui.line(&format!("  Address : {}", clean(shown.address)));
    ui.line(&format!("  Code    : {}", clean(shown.code)));
    ui.line(&format!("The code is good for {}.", minutes(shown.seconds)));
    if qr == Qr::Wanted
        && let Some(columns) = ui.columns()
    {
        for line in picture(shown.complete, columns, ui) {
            ui.line(&line);
        }
    }
}

fn minutes(seconds: u32) -> String {
    match seconds.div_ceil(60) {
        1 => "one minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

/// The address in half blocks; nothing where it does not fit.
fn picture(address: &str, columns: usize, ui: &Ui) -> Vec<String> {
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
