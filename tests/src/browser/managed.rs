//! A browser that an organisation manages: its policies, laid over `/etc` in a mount namespace of the browser's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::Kind;

/// What an organisation fixed.
#[derive(Debug, Clone, Default)]
pub struct Managed {
    /// The extension's settings (`managed_schema.json`).
    pub settings: Value,
    /// Further host permissions of the organisation's own build of the extension, as match patterns.
    pub hosts: Vec<String>,
    /// More of the browser's own policies.
    pub policies: Value,
    /// More files below `/etc`.
    pub etc: Vec<(PathBuf, Vec<u8>)>,
    /// Whether the policies install the extension: then it is not loaded from its folder.
    pub installs: bool,
    /// Its id, where the organisation signed its own build.
    pub chromium_id: Option<String>,
}

impl Managed {
    /// With these settings of the extension.
    pub fn with(settings: Value) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    /// The id under which Chromium knows the extension.
    pub fn chromium_id(&self) -> &str {
        let own = dovetail_client::place::CHROMIUM_ID;
        self.chromium_id.as_deref().unwrap_or(own)
    }

    /// Writes the policies to where this browser looks for them, below `etc`.
    pub(super) fn write(&self, etc: &Path, kind: Kind) {
        let mut policies = if self.policies.is_null() {
            json!({})
        } else {
            self.policies.clone()
        };
        let (file, document) = match kind {
            Kind::Chromium => {
                policies["3rdparty"] =
                    json!({ "extensions": { self.chromium_id(): self.settings } });
                ("chromium/policies/managed/dovetail.json", policies)
            }
            Kind::Firefox => {
                let id = dovetail_client::place::GECKO_ID;
                policies["3rdparty"] = json!({ "Extensions": { id: self.settings } });
                (
                    "firefox/policies/policies.json",
                    json!({ "policies": policies }),
                )
            }
        };
        let policy = (PathBuf::from(file), serde_json::to_vec(&document).unwrap());
        for (file, bytes) in self.etc.iter().chain([&policy]) {
            let file = etc.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, bytes).unwrap();
        }
    }
}

/// A command that runs `program` where `etc` lies over `/etc`.
pub(super) fn under(etc: &Path, program: &Path) -> Command {
    let mut command = Command::new("unshare");
    if !rustix::process::geteuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    let script = "mount -t overlay overlay -o \"lowerdir=$1:/etc\" /etc && shift && exec \"$@\"";
    command.args(["--mount", "sh", "-c", script, "sh"]);
    command.arg(etc).arg(program);
    command
}
