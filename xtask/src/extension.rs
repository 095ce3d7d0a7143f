//! The extension, checked and packed: an unpacked folder to load, and a zip for the stores.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use crate::Result;
use crate::run::{find, program, root, run, target};

/// What is packed; tests and documentation stay at home.
const PARTS: &[&str] = &[
    "manifest.json",
    "managed_schema.json",
    "origins.json",
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
    pub(crate) fn run(self) -> Result {
        let source = root().join("extension");
        let version = checked(&source)?;
        let out = self.out.unwrap_or_else(|| target().join("extension"));
        let unpacked = out.join("unpacked");
        if unpacked.exists() {
            std::fs::remove_dir_all(&unpacked)?;
        }
        for part in PARTS {
            copy(&source.join(part), &unpacked.join(part))?;
        }
        if let Some(origin) = self.portal {
            let exact = origin
                .strip_prefix("https://")
                .is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', '?', '#', '@']));
            if !exact {
                return Err(format!(
                    "{origin} is not an exact https origin such as https://portal.contoso.com"
                )
                .into());
            }
            std::fs::write(
                unpacked.join("origins.json"),
                serde_json::to_vec(&[origin])?,
            )?;
        }
        println!("unpacked: {}", unpacked.display());
        if find("python3").is_none() {
            println!("python3 is not installed: no zip is made");
            return Ok(());
        }
        let zip = out.join(format!("dovetail-{version}.zip"));
        run(program("python3")
            .args(["-m", "zipfile", "-c"])
            .arg(&zip)
            .args(PARTS)
            .current_dir(&unpacked))?;
        println!("packed: {}", zip.display());
        Ok(())
    }
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

fn copy(from: &Path, to: &Path) -> Result {
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
