//! `dovetail pin`: the PIN that its owner signs in with on this device.

use std::path::Path;
use std::process::ExitCode;

use dovetail_client::{Client, ClientError};
use dovetail_shared::link::{
    Empty, Pin as PinAsk, PinChange, PinClass, PinRef, PinRules, PinState, PinView, Request,
};
use dovetail_shared::status::Status;
use dovetail_shared::{Code, Secret};

use super::accounts::chosen;
use super::portal::{Browser, page, show};
use super::{PATIENT, QUICK, sign_in, status};
use crate::error::CliError;
use crate::password::{self, Kind};
use crate::ui::{Ui, clean};

/// Set up, change or remove the PIN that you sign in with on this device; alone: show how it stands, and the rules for it
///
/// The PIN opens a key in this device's TPM. It never leaves the device and is worth nothing on another one. Your password stays as it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Pin {
    #[command(subcommand)]
    what: Option<What>,
    /// Of which account, as `dovetail accounts` names it; the default one where it is left out
    #[arg(long, global = true, value_name = "ACCOUNT")]
    account: Option<String>,
    /// Take PINs from standard input, one a line
    #[arg(long = "pin-stdin", global = true)]
    stdin: bool,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Make a key behind a PIN and register it with your organisation; an earlier one is replaced
    ///
    /// Your organisation wants to see your second factor first: where that was more than ten minutes ago, the portal opens for it.
    SetUp {
        /// Print the portal's address instead of opening a browser
        #[arg(long)]
        no_browser: bool,
    },
    /// Put another PIN before the same key
    Change,
    /// Forget the key on this device
    Remove,
}

impl Pin {
    pub(crate) async fn run(self, socket: &Path, ui: &Ui) -> Result<ExitCode, CliError> {
        let mut client = Client::connect(socket).await?;
        let account = chosen(&mut client, self.account.as_deref()).await?;
        let about = PinRef {
            account: account.clone(),
        };
        let now: PinView = client
            .call(&Request::PinStatus(about.clone()), QUICK)
            .await?;
        let typist = Typist { stdin: self.stdin };
        let view = match self.what {
            None => now,
            Some(What::SetUp { no_browser }) => {
                let ask = PinAsk {
                    pin: typist.fresh(&now.rules, ui)?,
                    account,
                };
                set_up(&mut client, ask, self.stdin, no_browser, ui).await?
            }
            Some(What::Change) if now.state == PinState::None => {
                return Err(CliError::code(Code::PIN_NOT_SET));
            }
            Some(What::Change) => {
                let ask = PinChange {
                    pin: typist.known("Present PIN:")?,
                    new_pin: typist.fresh(&now.rules, ui)?,
                    account,
                };
                client.call(&Request::PinChange(ask), PATIENT).await?
            }
            Some(What::Remove) => client.call(&Request::PinRemove(about), QUICK).await?,
        };
        told(&view, ui);
        Ok(ExitCode::SUCCESS)
    }
}

/// Sets it up; where the second factor has to be seen first, by way of the portal.
async fn set_up(
    client: &mut Client,
    ask: PinAsk,
    stdin: bool,
    no_browser: bool,
    ui: &Ui,
) -> Result<PinView, CliError> {
    let request = Request::PinSetUp(ask);
    match client.call(&request, PATIENT).await {
        // A program does not sign in on a page.
        Err(ClientError::Refused(report)) if report.code == Code::PIN_FRESH_SIGN_IN && !stdin => {}
        other => return Ok(other?),
    }
    client.subscribe(QUICK).await?;
    let now: Status = client.call(&Request::Status(Empty {}), QUICK).await?;
    let Some(before) = now.sso else {
        return Err(CliError::code(Code::NOT_JOINED));
    };
    let mut address = page(now.broker.portal.as_deref().unwrap_or_default())?;
    address.query_pairs_mut().append_pair("mode", "settings");
    let browser = if no_browser {
        Browser::Print
    } else {
        Browser::Open
    };
    ui.line("Your organisation wants to see your second factor first.");
    show(&address, browser, ui);
    ui.line("Sign in again there; this goes on by itself.");
    if sign_in::wait(client, &before, ui).await?.is_none() {
        return Err(CliError::code(Code::PIN_FRESH_SIGN_IN));
    }
    Ok(client.call(&request, PATIENT).await?)
}

/// Where PINs come from.
#[derive(Debug, Clone, Copy)]
struct Typist {
    stdin: bool,
}

impl Typist {
    fn known(self, question: &str) -> Result<Secret<String>, CliError> {
        if self.stdin {
            password::from_stdin(Kind::Pin)
        } else {
            password::ask(Kind::Pin, question)
        }
    }

    /// Typed twice: nobody sees what was typed.
    fn fresh(self, rules: &PinRules, ui: &Ui) -> Result<Secret<String>, CliError> {
        if !rules.allowed {
            return Err(CliError::code(Code::PIN_FORBIDDEN));
        }
        if self.stdin {
            return password::from_stdin(Kind::Pin);
        }
        ui.line(&format!("A PIN has {}.", in_words(rules)));
        let pin = password::ask(Kind::Pin, "New PIN:")?;
        let again = password::ask(Kind::Pin, "The same again:")?;
        if pin.expose() == again.expose() {
            Ok(pin)
        } else {
            Err(CliError::advice(
                "The two are not the same.",
                "Try again; nothing was changed.",
            ))
        }
    }
}

fn told(view: &PinView, ui: &Ui) {
    ui.value(view);
    let of = clean(&view.username);
    let on = |time: Option<dovetail_shared::UnixTime>| time.map(status::in_words);
    let since = on(view.since).unwrap_or_default();
    let line = match view.state {
        PinState::None => format!("{of} has no PIN on this device."),
        PinState::Ready => format!("{of} signs in with a PIN on this device, since {since}."),
        PinState::Rests => format!(
            "Wrong PINs were tried: none is taken before {}.",
            on(view.rests_until).unwrap_or_default()
        ),
        PinState::Locked => {
            "Too many wrong PINs were tried: set up a new one with `dovetail pin set-up`.".into()
        }
        PinState::Expired => {
            "The PIN is older than your organisation allows: `dovetail pin change`.".into()
        }
    };
    ui.line(&line);
    if let Some(end) = on(view.expires).filter(|_| view.state == PinState::Ready) {
        ui.line(&format!("It has to be changed by {end}."));
    }
    if view.rules.allowed {
        ui.line(&format!("A PIN has {}.", in_words(&view.rules)));
    } else {
        ui.line("Your organisation wants no PINs on this device.");
    }
}

/// `6 to 127 characters: digits`, `at least 8 characters: digits and lower-case letters, and perhaps others`.
fn in_words(rules: &PinRules) -> String {
    let length = match (rules.min, rules.max) {
        (min, 127) => format!("at least {min} characters"),
        (min, max) => format!("{min} to {max} characters"),
    };
    let classes = [
        (rules.digits, "digits"),
        (rules.lowercase, "lower-case letters"),
        (rules.uppercase, "upper-case letters"),
        (rules.special, "other characters"),
    ];
    let those = |wanted: PinClass| {
        let names = classes.iter().filter(|(class, _)| *class == wanted);
        let names: Vec<&str> = names.map(|(_, name)| *name).collect();
        names.join(", ")
    };
    let mut words = length;
    for (class, lead) in [(PinClass::Required, "with"), (PinClass::Allowed, "maybe")] {
        let names = those(class);
        if !names.is_empty() {
            words = format!("{words}, {lead} {names}");
        }
    }
    if rules.history > 0 {
        words = format!("{words}, and is none of your last {}", rules.history);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_told_in_words() {
        let rules = PinRules {
            allowed: true,
            min: 6,
            max: 127,
            digits: PinClass::Required,
            lowercase: PinClass::Forbidden,
            uppercase: PinClass::Forbidden,
            special: PinClass::Forbidden,
            history: 0,
            expires_days: 0,
        };
        assert_eq!(in_words(&rules), "at least 6 characters, with digits");
        let rules = PinRules {
            max: 8,
            lowercase: PinClass::Required,
            special: PinClass::Allowed,
            history: 3,
            ..rules
        };
        assert_eq!(
            in_words(&rules),
            "6 to 8 characters, with digits, lower-case letters, maybe other characters, and is none of your last 3"
        );
    }
}
