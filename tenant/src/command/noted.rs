//! What the audit log says of a command: which it was, what it named, and how it ended. Values that are secrets, or may be, are
//! left out; that something was said stands there.

use std::future::Future;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _};

use super::args::{Args, Failure};
use crate::account::directory;
use crate::audit::{Event, Outcome, note, one};
use crate::clock;
use crate::store::Store;

/// Arguments whose values are not written down.
const HIDDEN: &[&str] = &["password", "totp", "secret", "code", "value"];
/// Arguments that say how a command runs, not what it does.
const ASIDE: &[&str] = &["data", "database", "key_file", "json", "help", "version"];
/// Commands that change nothing and give nothing away; and the server, which has a chain of its own.
const READING: &[&str] = &["list", "show", "accepted", "ca", "verify", "serve"];

/// What is written down of a command; nothing of one that only reads.
#[derive(Debug)]
pub(crate) struct Noted(pub(super) Option<String>);

impl Noted {
    /// From the command line.
    pub(crate) fn of(matches: &ArgMatches) -> Self {
        let mut words = Vec::new();
        let (mut leaf, mut command) = (matches, Args::command());
        while let Some((name, inner)) = leaf.subcommand() {
            words.push(name.to_owned());
            leaf = inner;
            command = command.find_subcommand(name).cloned().unwrap_or(command);
        }
        if words
            .last()
            .is_none_or(|word| READING.contains(&word.as_str()))
        {
            return Self(None);
        }
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            let said =
                !ASIDE.contains(&id) && leaf.value_source(id) == Some(ValueSource::CommandLine);
            if !said {
                continue;
            }
            words.push(match leaf.get_raw(id) {
                Some(values) if !HIDDEN.contains(&id) => {
                    let values: Vec<_> = values.map(std::ffi::OsStr::to_string_lossy).collect();
                    format!("{id}={}", values.join(","))
                }
                _ => id.to_owned(),
            });
        }
        Self(Some(words.join(" ")))
    }
}

/// Runs a command between opening the log and writing its line: what could not be written down is not done.
pub(super) async fn noted(
    data: &Path,
    store: &Store,
    about: String,
    run: impl Future<Output = Result<(), Failure>>,
) -> Result<(), Failure> {
    let write = one(data, directory(store).await?.id)?;
    let done = run.await;
    let outcome = if done.is_ok() {
        Outcome::Granted
    } else {
        Outcome::Refused
    };
    let uid = rustix::process::getuid().as_raw();
    let anchor = write(&Event::command(about, outcome, uid, clock::now()))?;
    note(store, &anchor, clock::now()).await?;
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Arguments whose values are written down: none of them lets anybody in.
    const SHOWN: &[&str] = &[
        "access_token",
        "active_url",
        "all",
        "app",
        "attestation",
        "batch",
        "block",
        "brand",
        "certificate",
        "client_id",
        "count",
        "delay_ms",
        "device",
        "device_code_join",
        "device_limit",
        "expose",
        "family",
        "federated",
        "file",
        "format",
        "given",
        "group",
        "hello",
        "hello_require_tpm",
        "id",
        "id_token",
        "id_token_signed_response_alg",
        "immutable_id",
        "impersonate_microsoft",
        "issuer",
        "join",
        "keep_evidence",
        "key",
        "kind",
        "listen",
        "logout_uri",
        "max_failed_attempts",
        "max_inactivity_minutes",
        "max_os_version",
        "mdm_group",
        "mdm_scope",
        "metadata",
        "mex_url",
        "mfa",
        "mfa_max_age",
        "min_os_version",
        "name",
        "native",
        "next_certificate",
        "now",
        "onprem_sid",
        "passive_url",
        "password_complexity",
        "password_grant",
        "password_min_length",
        "path",
        "permission",
        "pin_digits",
        "pin_expiration_days",
        "pin_history",
        "pin_lowercase",
        "pin_max_length",
        "pin_min_length",
        "pin_special",
        "pin_uppercase",
        "portal_assets",
        "prompt_login",
        "ready_file",
        "redirect_uri",
        "require",
        "require_encryption",
        "require_firewall",
        "require_mfa_to_join",
        "role",
        "since",
        "spa",
        "terms_group",
        "terms_scope",
        "title",
        "tls_cert",
        "tls_key",
        "upn",
        "uri",
        "user",
        "verb",
        "web",
    ];

    fn of(words: &[&str]) -> Option<String> {
        let words = std::iter::once(&"dovetail-tenant").chain(words);
        Noted::of(&Args::command().get_matches_from(words)).0
    }

    /// [OP-03] What a command does stands in the log, and no secret that it was given.
    #[test]
    fn no_secret_of_a_command_is_written_down() {
        let set = [
            "user",
            "set-password",
            "adele@contoso.com",
            "--password",
            "Hush-1",
        ];
        let said = of(&set).unwrap();
        assert_eq!(said, "user set-password upn=adele@contoso.com password");
        let policy = [
            "policy",
            "set",
            "--password-grant",
            "true",
            "--device-limit",
            "3",
        ];
        let said = of(&policy).unwrap();
        assert_eq!(said, "policy set device_limit=3 password_grant=true");
        assert_eq!(of(&["device", "list", "--json"]), None);
    }

    /// [OP-03] Every argument of every command was thought of: a new one that takes a value is listed here, or among the hidden ones.
    #[test]
    fn every_argument_is_shown_or_hidden_by_decision() {
        let mut unknown = Vec::new();
        let mut commands = vec![Args::command()];
        while let Some(command) = commands.pop() {
            for argument in command.get_arguments() {
                let id = argument.get_id().as_str();
                let listed = [SHOWN, HIDDEN, ASIDE].iter().any(|list| list.contains(&id));
                if !listed {
                    unknown.push(format!("{id} ({})", command.get_name()));
                }
            }
            commands.extend(command.get_subcommands().cloned());
        }
        assert_eq!(unknown, [""; 0]);
    }
}
