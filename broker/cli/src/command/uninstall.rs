//! `dovetail uninstall`

use std::path::Path;
use std::process::ExitCode;

use super::install::{Outcome, Where};
use crate::browser::{Existing, Host, Sandbox, WRAPPER_NAME, is_our_wrapper, look, remove_file};
use crate::error::CliError;
use crate::ui::Ui;

/// Take back what `install` wrote
///
/// Removes manifests and wrappers that are Dovetail's, and nothing else.
#[derive(Debug, clap::Args)]
pub(crate) struct Uninstall {
    #[command(flatten)]
    place: Where,
}

impl Uninstall {
    pub(crate) fn run(self, ui: &Ui) -> Result<ExitCode, CliError> {
        let places = self.place.places()?;
        let mut outcomes = Vec::new();
        for browser in self.place.browsers(true, &places) {
            let manifests = Host::ALL
                .into_iter()
                .flat_map(|host| places.manifests(browser, host, self.place.scope()));
            for path in manifests {
                let wrong = |source| CliError::file(path.display().to_string(), source);
                match look(&path).map_err(wrong)? {
                    Existing::Nothing => continue,
                    Existing::Foreign => {
                        outcomes.push(outcome(
                            browser.title,
                            "left alone",
                            &path,
                            Some("It is not ours."),
                        ));
                        continue;
                    }
                    Existing::Ours(_) => {}
                }
                if self.place.dry_run {
                    outcomes.push(outcome(browser.title, "would remove", &path, None));
                    continue;
                }
                remove_file(&path).map_err(wrong)?;
                let wrapper = path.with_file_name(WRAPPER_NAME);
                if matches!(browser.sandbox, Sandbox::Flatpak { .. }) && is_our_wrapper(&wrapper) {
                    remove_file(&wrapper).map_err(wrong)?;
                }
                outcomes.push(outcome(browser.title, "removed", &path, None));
            }
        }
        if outcomes.is_empty() {
            ui.line("Nothing of ours is there.");
        }
        for outcome in &outcomes {
            ui.line(&outcome.line());
        }
        ui.value(&outcomes);
        Ok(ExitCode::SUCCESS)
    }
}

fn outcome(
    browser: &'static str,
    became: &'static str,
    path: &Path,
    note: Option<&str>,
) -> Outcome {
    Outcome {
        browser,
        became,
        path: Some(path.to_owned()),
        note: note.map(ToOwned::to_owned),
    }
}
