//! The manifest: what a browser reads before it starts the host.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::host::Host;
use super::table::Family;

/// The program's file name; what else stands in `path` is somebody else's host.
const PROGRAM: &str = "dovetail-host";

/// The wrapper that stands beside a manifest in a Flatpak browser's folder.
pub(crate) const WRAPPER_NAME: &str = "dovetail-host-flatpak";

/// By this line a wrapper is known as ours.
const WRAPPER_MARK: &str = "# Written by `dovetail install`; `dovetail uninstall` removes it.";

/// A manifest of either family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// Of a [`Host`].
    pub(crate) name: String,
    /// For people.
    #[serde(default)]
    pub(crate) description: String,
    /// Absolute path of the program.
    pub(crate) path: PathBuf,
    /// `stdio`
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Chromium: origins with a final slash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) allowed_origins: Option<Vec<String>>,
    /// Firefox: ids of add-ons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) allowed_extensions: Option<Vec<String>>,
}

impl Manifest {
    /// The manifest that lets the extension, and for Chromium those with the `further` ids, start `program`.
    pub(crate) fn new(host: Host, family: Family, program: &Path, further: &[String]) -> Self {
        let origins = || {
            std::iter::once(host.chromium_id())
                .filter(|id| !id.is_empty())
                .chain(further.iter().map(String::as_str))
                .map(|id| format!("chrome-extension://{id}/"))
                .collect()
        };
        Self {
            name: host.name().to_owned(),
            description: host.description().to_owned(),
            path: program.to_owned(),
            kind: "stdio".to_owned(),
            allowed_origins: (family == Family::Chromium).then(origins),
            allowed_extensions: (family == Family::Gecko).then(|| host.gecko_ids()),
        }
    }

    /// The file's content.
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Why a browser of this family would not start the host by this manifest, in one sentence. `None`: it would.
    pub(crate) fn fault(&self, host: Host, family: Family) -> Option<String> {
        let ours = match family {
            Family::Chromium => self.allowed_origins.as_ref().is_some_and(|origins| {
                let id = host.chromium_id();
                id.is_empty() || origins.contains(&format!("chrome-extension://{id}/"))
            }),
            Family::Gecko => self
                .allowed_extensions
                .as_ref()
                .is_some_and(|ids| host.gecko_ids().iter().all(|id| ids.contains(id))),
        };
        if self.kind != "stdio" {
            Some("its type is not `stdio`".to_owned())
        } else if !ours {
            Some("it does not allow the extension".to_owned())
        } else if !self.path.is_absolute() {
            Some("its path is not absolute".to_owned())
        } else if !is_executable(&self.path) {
            Some(format!("{} cannot be run", self.path.display()))
        } else {
            None
        }
    }

    fn is_ours(&self) -> bool {
        let program = self.path.file_name().and_then(|name| name.to_str());
        let named = Host::ALL.iter().any(|host| host.name() == self.name);
        named && matches!(program, Some(PROGRAM | WRAPPER_NAME))
    }
}

/// Whether there is a file that this user may run.
pub(crate) fn is_executable(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

/// What stands where a manifest of ours would stand.
#[derive(Debug)]
pub(crate) enum Existing {
    /// Nothing.
    Nothing,
    /// Ours, of this or an earlier version.
    Ours(Box<Manifest>),
    /// Somebody else's, or no manifest at all.
    Foreign,
}

/// Looks at the file.
pub(crate) fn look(path: &Path) -> io::Result<Existing> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Existing::Nothing),
        Err(error) => return Err(error),
    };
    Ok(match serde_json::from_slice::<Manifest>(&text) {
        Ok(manifest) if manifest.is_ours() => Existing::Ours(Box::new(manifest)),
        Ok(_) | Err(_) => Existing::Foreign,
    })
}

/// A script that a Flatpak browser can start: it asks the desktop to run the host outside of the sandbox.
pub(crate) fn wrapper(program: &Path) -> String {
    let quoted = program.display().to_string().replace('\'', r"'\''");
    format!("#!/bin/sh\n{WRAPPER_MARK}\nexec flatpak-spawn --host --watch-bus '{quoted}' \"$@\"\n")
}

/// Whether the file is a wrapper that we wrote.
pub(crate) fn is_our_wrapper(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| text.lines().nth(1) == Some(WRAPPER_MARK))
}
