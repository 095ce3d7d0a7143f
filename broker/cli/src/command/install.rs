//! `dovetail install`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use dovetail_client::place::is_chromium_id;
use serde::Serialize;

use crate::browser::{
    BROWSERS, Browser, Existing, Family, Host, Manifest, Places, Sandbox, Scope, WRAPPER_NAME,
    is_our_wrapper, look, wrapper, write_atomically,
};
use crate::error::CliError;
use crate::ui::{Ui, clean};

/// Readable for every browser on the machine.
const FILE: u32 = 0o644;

/// A wrapper that can be started.
const PROGRAM: u32 = 0o755;

/// Which browsers, for whom, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct Where {
    /// For this person only; the default unless run by root
    #[arg(long, conflicts_with = "system")]
    user: bool,
    /// For everybody on this machine; the default for root
    #[arg(long)]
    system: bool,
    /// Only this browser; may be given more than once. Default: those in use here, with --system all
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(BROWSERS.iter().map(|b| b.key)).map(|key| key))]
    browser: Vec<String>,
    /// Put this folder in front of every path (for packagers: DESTDIR)
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// Tell browsers where the Dovetail program is
///
/// Writes a native-messaging manifest for each browser. Safe to repeat.
#[derive(Debug, clap::Args)]
pub(crate) struct Install {
    #[command(flatten)]
    place: Where,
    /// The program that browsers shall start; default: dovetail-host beside this program
    #[arg(long, value_name = "PATH")]
    host_path: Option<PathBuf>,
    /// Also allow this Chromium extension, for organisations that sign their own build
    #[arg(long, value_name = "ID")]
    extension_id: Vec<String>,
    /// Also serve the extension of the linux-entra-sso project, under the name that it knows its own program by
    #[arg(long)]
    linux_entra_sso: bool,
    /// Overwrite a manifest of the same name that is not ours
    #[arg(long)]
    force: bool,
}

/// What became of one browser.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    pub(super) browser: &'static str,
    #[serde(rename = "outcome")]
    pub(super) became: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
}

impl Outcome {
    pub(super) fn line(&self) -> String {
        let path = self
            .path
            .as_ref()
            .map_or_else(String::new, |path| format!(" {}", path.display()));
        let note = self
            .note
            .as_ref()
            .map_or_else(String::new, |note| format!("\n    {note}"));
        format!("{}: {}{path}{note}", self.browser, self.became)
    }
}

impl Where {
    /// For whom: as said, else by who asks.
    pub(super) fn scope(&self) -> Scope {
        let root = rustix::process::geteuid().is_root();
        if self.system || (root && !self.user) {
            Scope::System
        } else {
            Scope::User
        }
    }

    pub(super) fn places(&self) -> Result<Places, CliError> {
        Places::from_environment(self.root.clone()).ok_or_else(|| {
            CliError::advice(
                "Your home folder is not known.",
                "Set HOME to its absolute path.",
            )
        })
    }

    /// The browsers that are meant. Without names: all for the machine, those in use for a person.
    pub(super) fn browsers(&self, all: bool, places: &Places) -> Vec<&'static Browser> {
        if self.browser.is_empty() {
            let scope = self.scope();
            return BROWSERS
                .iter()
                .filter(|browser| all || scope == Scope::System || places.is_used(browser))
                .collect();
        }
        self.browser
            .iter()
            .filter_map(|key| Browser::by_key(key))
            .collect()
    }
}

impl Install {
    pub(crate) fn run(self, ui: &Ui) -> Result<ExitCode, CliError> {
        if let Some(bad) = self.extension_id.iter().find(|id| !is_chromium_id(id)) {
            return Err(CliError::advice(
                format!("{bad} is not a Chromium extension id."),
                "Give 32 letters from a to p, as chrome://extensions shows them.",
            ));
        }
        let program = self.program()?;
        let places = self.place.places()?;
        let browsers = self.place.browsers(false, &places);
        if browsers.is_empty() {
            return Err(CliError::advice(
                "No browser that is known here has been used by this person.",
                "Name one with `--browser`, or install for the machine with `sudo dovetail install --system`.",
            ));
        }
        let mut outcomes = Vec::new();
        let hosts = Host::ALL
            .iter()
            .filter(|host| **host == Host::Dovetail || self.linux_entra_sso);
        for host in hosts {
            for browser in &browsers {
                self.one(browser, *host, (&places, &program), &mut outcomes)?;
            }
        }
        if self.place.scope() == Scope::System {
            outcomes.extend(shadows(&browsers, &places, &program));
        }
        for outcome in &outcomes {
            ui.line(&outcome.line());
        }
        ui.value(&outcomes);
        let refused = outcomes.iter().any(|outcome| outcome.became == "refused");
        Ok(ExitCode::from(u8::from(refused)))
    }

    fn one(
        &self,
        browser: &'static Browser,
        host: Host,
        (places, program): (&Places, &Path),
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), CliError> {
        let mut say = |became, path: Option<&Path>, note: Option<String>| {
            outcomes.push(Outcome {
                browser: browser.title,
                became,
                path: path.map(Path::to_owned),
                note,
            });
        };
        let note = browser.note.map(ToOwned::to_owned);
        let manifests = places.manifests(browser, host, self.place.scope());
        if manifests.is_empty() {
            say(
                "cannot",
                None,
                note.or_else(|| Some(no_such_place(browser))),
            );
            return Ok(());
        }
        if browser.family == Family::Chromium
            && host.chromium_id().is_empty()
            && self.extension_id.is_empty()
        {
            let why = "This build knows no Chromium extension: name one with --extension-id.";
            say("cannot", None, Some(why.to_owned()));
            return Ok(());
        }
        for path in manifests {
            let wrong = |source| CliError::file(path.display().to_string(), source);
            if matches!(look(&path).map_err(wrong)?, Existing::Foreign) && !self.force {
                let why = "A file of that name is there and is not ours; --force overwrites it.";
                say("refused", Some(&path), Some(why.to_owned()));
                continue;
            }
            let (starts, note) = match browser.sandbox {
                Sandbox::Flatpak { app } => {
                    let beside = path.with_file_name(WRAPPER_NAME);
                    if beside.exists() && !is_our_wrapper(&beside) && !self.force {
                        let why =
                            "A file of that name is there and is not ours; --force overwrites it.";
                        say("refused", Some(&beside), Some(why.to_owned()));
                        continue;
                    }
                    if !self.place.dry_run {
                        write_atomically(&beside, &wrapper(program), PROGRAM).map_err(wrong)?;
                    }
                    (beside, Some(flatpak_note(app)))
                }
                Sandbox::None | Sandbox::Portal | Sandbox::Closed => {
                    (program.to_owned(), note.clone())
                }
            };
            if self.place.dry_run {
                say("would write", Some(&path), note);
            } else {
                let further: &[String] = match host {
                    Host::Dovetail => &self.extension_id,
                    Host::LinuxEntraSso => &[],
                };
                let text = Manifest::new(host, browser.family, &starts, further).to_text();
                write_atomically(&path, &text, FILE).map_err(wrong)?;
                say("wrote", Some(&path), note);
            }
        }
        Ok(())
    }

    /// The program that browsers shall start. Below `--root` it may not be there yet.
    fn program(&self) -> Result<PathBuf, CliError> {
        let program = match &self.host_path {
            Some(path) => path.clone(),
            None => std::env::current_exe()
                .map_err(|source| CliError::file("this program", source))?
                .with_file_name("dovetail-host"),
        };
        if !program.is_absolute() {
            return Err(CliError::advice(
                format!("{} is not an absolute path.", program.display()),
                "Give the whole path; browsers start the program from anywhere.",
            ));
        }
        if self.place.root.is_none() && !program.is_file() {
            return Err(CliError::advice(
                format!("{} is not there.", program.display()),
                "Install the Dovetail package, or name the program with `--host-path`.",
            ));
        }
        Ok(program)
    }
}

/// Manifests of persons that start something else than the machine's: browsers take a person's own first.
fn shadows(browsers: &[&'static Browser], places: &Places, program: &Path) -> Vec<Outcome> {
    let mut found = Vec::new();
    for (person, theirs) in places.people() {
        for browser in browsers {
            // A Flatpak's manifest names the wrapper beside it, and goes before nothing.
            if matches!(browser.sandbox, Sandbox::Flatpak { .. }) {
                continue;
            }
            for path in theirs.manifests(browser, Host::Dovetail, Scope::User) {
                let starts = match look(&path) {
                    Ok(Existing::Ours(manifest)) if manifest.path == program => continue,
                    Ok(Existing::Ours(manifest)) => manifest.path.display().to_string(),
                    Ok(Existing::Foreign) => "another program".to_owned(),
                    Ok(Existing::Nothing) | Err(_) => continue,
                };
                found.push(Outcome {
                    browser: browser.title,
                    became: "shadowed",
                    path: Some(path),
                    note: Some(format!(
                        "This manifest of {}'s own goes before the machine's and starts {}. Remove it, or forbid such \
                         manifests by the browser's policy (NativeMessagingUserLevelHosts).",
                        clean(&person),
                        clean(&starts)
                    )),
                });
            }
        }
    }
    found
}

fn no_such_place(browser: &Browser) -> String {
    match browser.sandbox {
        Sandbox::Flatpak { .. } => {
            "A Flatpak browser reads no manifest of the machine: use `--user`.".to_owned()
        }
        Sandbox::None | Sandbox::Portal | Sandbox::Closed => {
            "It has no such place: use `--user`.".to_owned()
        }
    }
}

fn flatpak_note(app: &str) -> String {
    format!(
        "Works only after `flatpak override --user --talk-name=org.freedesktop.Flatpak {app}`, which lets this browser \
         start any program: its sandbox is then none."
    )
}
