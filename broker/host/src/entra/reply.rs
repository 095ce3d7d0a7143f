//! What the extension hears.

use dovetail_client::blame;
use dovetail_shared::broker1::{Accounts, CookieAnswer, RefusalAnswer, TokenAnswer, VersionAnswer};
use dovetail_shared::link::{self, Welcome};
use dovetail_shared::{Code, Report};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The host's own version, as the extension's popup shows it.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The broker is there, or not.
pub(super) fn state(online: bool) -> Vec<u8> {
    frame(
        "brokerStateChanged",
        &if online { "online" } else { "offline" },
    )
}

/// What the daemon replied to this command.
pub(super) fn answer(command: &str, reply: &str) -> Vec<u8> {
    let body = match read(reply) {
        Ok(body) => body,
        Err(report) => return failure(command, &report),
    };
    match command {
        "getAccounts" => translated(command, body, |known: link::Accounts| {
            Accounts::from(&known)
        }),
        "acquirePrtSsoCookie" => translated(command, body, |cookie: link::SsoCookie| {
            CookieAnswer::new(None, &cookie)
        }),
        "acquireTokenSilently" => translated(command, body, |token: link::BrokerToken| {
            TokenAnswer::from(token)
        }),
        _ => translated(command, body, |welcome: Welcome| VersionAnswer {
            linux_broker_version: welcome.broker,
            native: Some(VERSION.to_owned()),
        }),
    }
}

/// The ids of the accounts in a reply. `None` for one that does not tell.
pub(super) fn accounts(reply: &str) -> Option<Vec<String>> {
    let known: link::Accounts = serde_json::from_value(read(reply).ok()?).ok()?;
    Some(
        known
            .accounts
            .into_iter()
            .map(|account| account.home_account_id)
            .collect(),
    )
}

/// A reply's body, or the report in its place.
fn read(reply: &str) -> Result<Value, Box<Report>> {
    #[derive(Deserialize)]
    struct Raw {
        ok: bool,
        #[serde(default)]
        body: Value,
        #[serde(default)]
        error: Option<Box<Report>>,
    }
    match serde_json::from_str(reply) {
        Ok(Raw { ok: true, body, .. }) => Ok(body),
        Ok(Raw {
            error: Some(report),
            ..
        }) => Err(report),
        Ok(Raw { .. }) | Err(_) => Err(Box::new(blame::report(Code::UNSUPPORTED))),
    }
}

/// Why there is no answer. Programs that want a token look for the reason in another place than the others.
pub(super) fn failure(command: &str, report: &Report) -> Vec<u8> {
    if command == "acquireTokenSilently" {
        return frame(command, &RefusalAnswer::from(report));
    }
    let error = format!(
        "Failure during request processing: {} {} ({})",
        report.what, report.cure, report.code
    );
    frame(command, &json!({ "error": error }))
}

fn translated<T: DeserializeOwned, A: Serialize>(
    command: &str,
    body: Value,
    translate: impl Fn(T) -> A,
) -> Vec<u8> {
    match serde_json::from_value(body) {
        Ok(body) => frame(command, &translate(body)),
        Err(_) => failure(command, &blame::report(Code::UNSUPPORTED)),
    }
}

fn frame(command: &str, message: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(&json!({ "command": command, "message": message })).unwrap_or_default()
}
