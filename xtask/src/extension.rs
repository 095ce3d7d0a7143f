//! The extension, checked and packed: unpacked folders to load, and a zip for each kind of store.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use crate::Result;
use crate::run::{program, root, run, target};

/// What is packed; tests and documentation stay at home.
const PARTS: &[&str] = &[
    "manifest.json",
    "managed_schema.json",
    "origins.json",
    "sso.json",
    "src",
    "icons",
    "_locales",
];

/// Options of `cargo xtask extension`.
#[derive(Debug, Args)]
pub(crate) struct Extension {
    /// The portal whose pages may ask, an exact https origin, instead of the lab's
    #[arg(long, value_name = "ORIGIN")]
    portal: Option<String>,
    /// Where to put it [default: target/extension]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Extension {
    /// For that portal, into that folder.
    pub(crate) fn new(portal: Option<String>, out: PathBuf) -> Self {
        Self {
            portal,
            out: Some(out),
        }
    }

    pub(crate) fn run(self) -> Result {
        let out = self.out.unwrap_or_else(|| target().join("extension"));
        let unpacked = out.join("unpacked");
        let version = pack(&unpacked)?;
        if let Some(origin) = self.portal {
            release(&unpacked, &origin)?;
        }
        let firefox = out.join("firefox");
        for_firefox(&unpacked, &firefox)?;
        println!("unpacked: {}, {}", unpacked.display(), firefox.display());
        for (folder, kind) in [(&unpacked, ""), (&firefox, "-firefox")] {
            let zip = out.join(format!("dovetail-{version}{kind}.zip"));
            crate::pack::pack(folder, &zip)?;
            println!("packed: {}", zip.display());
        }
        Ok(())
    }
}

/// Has it judged as Mozilla's store does: a warning is a failure.
pub(crate) fn lint() -> Result {
    let packages = crate::setup::node_packages("webext")?;
    let out = target().join("extension/lint");
    pack(&out.join("unpacked"))?;
    for_firefox(&out.join("unpacked"), &out.join("firefox"))?;
    run(program("node")
        .arg(packages.join("node_modules/.bin/web-ext"))
        .args(["lint", "--no-config-discovery", "--warnings-as-errors"])
        .args(["--boring", "--source-dir"])
        .arg(out.join("firefox")))
}

/// Copies what belongs to it; gives its version.
fn pack(to: &Path) -> Result<String> {
    let source = root().join("extension");
    let version = checked(&source)?;
    if to.exists() {
        std::fs::remove_dir_all(to)?;
    }
    for part in PARTS {
        copy(&source.join(part), &to.join(part))?;
    }
    Ok(version)
}

/// For an organisation's own portal: nothing of the lab's is left in it.
fn release(unpacked: &Path, portal: &str) -> Result {
    let exact = portal
        .strip_prefix("https://")
        .is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', '?', '#', '@']));
    if !exact {
        return Err(format!(
            "{portal} is not an exact https origin such as https://portal.contoso.com"
        )
        .into());
    }
    write(&unpacked.join("origins.json"), &serde_json::json!([portal]))?;
    for name in ["manifest.json", "sso.json"] {
        let mut value = read(&unpacked.join(name))?;
        without_the_lab(&mut value);
        write(&unpacked.join(name), &value)?;
    }
    Ok(())
}

/// Drops every address of the lab from every list.
fn without_the_lab(value: &mut Value) {
    match value {
        Value::Array(values) => {
            values.retain(|value| {
                !value
                    .as_str()
                    .is_some_and(|text| text.contains(".dovetail.localhost"))
            });
            values.iter_mut().for_each(without_the_lab);
        }
        Value::Object(members) => members.values_mut().for_each(without_the_lab),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The same without what Firefox's store warns of: it has no service workers.
fn for_firefox(unpacked: &Path, to: &Path) -> Result {
    if to.exists() {
        std::fs::remove_dir_all(to)?;
    }
    copy(unpacked, to)?;
    let mut manifest = read(&to.join("manifest.json"))?;
    if let Some(background) = manifest
        .get_mut("background")
        .and_then(Value::as_object_mut)
    {
        background.remove("service_worker");
    }
    write(&to.join("manifest.json"), &manifest)
}

fn read(file: &Path) -> Result<Value> {
    Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?)
}

fn write(file: &Path, value: &Value) -> Result {
    Ok(std::fs::write(file, serde_json::to_vec_pretty(value)?)?)
}

/// The manifest is JSON, and every file it names is there: a browser would say so only when it is too late.
fn checked(source: &Path) -> Result<String> {
    let manifest: Value =
        serde_json::from_str(&std::fs::read_to_string(source.join("manifest.json"))?)?;
    let mut named = Vec::new();
    files(&manifest, &mut named);
    for file in named {
        if !source.join(&file).is_file() {
            return Err(format!("extension/manifest.json names {file}, which is not there").into());
        }
    }
    let version = manifest
        .get("version")
        .and_then(Value::as_str)
        .ok_or("the manifest has no version")?;
    Ok(version.to_owned())
}

/// Every string that looks like a file of the extension.
fn files(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let file = [".js", ".html", ".png", ".json"]
                .iter()
                .any(|ending| text.ends_with(ending));
            if file && !text.contains(':') {
                found.push(text.clone());
            }
        }
        Value::Array(values) => values.iter().for_each(|value| files(value, found)),
        Value::Object(members) => members.values().for_each(|value| files(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Copies a file, or a folder with what is in it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result {
    if from.is_dir() {
        std::fs::create_dir_all(to)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else {
        if let Some(parent) = to.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::copy(from, to)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [EX-01] A packed release trusts no address of the lab's, which anybody on the machine can be.
    #[test]
    fn a_release_knows_no_lab() {
        let mut value = serde_json::json!({ "a": ["https://login.dovetail.localhost/*", "https://login.example/*"], "b": [{ "c": ["https://x.dovetail.localhost:8443"] }], "d": 1 });
        without_the_lab(&mut value);
        assert_eq!(
            value,
            serde_json::json!({ "a": ["https://login.example/*"], "b": [{ "c": [] }], "d": 1 })
        );
    }
}
