//! The machine as files: everything that is read of it lies below one root, so that tests can present a made-up machine.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest file that is read, in bytes.
const MAX: u64 = 1024 * 1024;

/// The root directory, `/` in earnest.
#[derive(Debug, Clone)]
pub struct Root(PathBuf);

impl Root {
    /// The machine below `path`.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Where `path`, an absolute one, is.
    pub fn at(&self, path: &str) -> PathBuf {
        self.0.join(path.trim_start_matches('/'))
    }

    /// The file's text without blanks at the ends; `None` if it is not there, not readable or not text.
    pub fn text(&self, path: &str) -> Option<String> {
        let mut text = String::new();
        File::open(self.at(path))
            .ok()?
            .take(MAX)
            .read_to_string(&mut text)
            .ok()?;
        Some(text.trim_matches(['\0', ' ', '\t', '\r', '\n']).to_owned())
    }

    /// Like [`Self::text`], but `None` for nothing and for the words with which firmware says nothing.
    pub fn word(&self, path: &str) -> Option<String> {
        const NOTHING: &[&str] = &[
            "",
            "None",
            "Default string",
            "Not Specified",
            "Not Applicable",
            "To Be Filled By O.E.M.",
            "System manufacturer",
            "System Product Name",
        ];
        self.text(path)
            .map(|text| text.replace(char::is_control, " "))
            .filter(|text| !NOTHING.contains(&text.as_str()))
    }

    /// A whole number that is the file's text.
    pub fn number(&self, path: &str) -> Option<i64> {
        self.text(path)?.parse().ok()
    }

    /// Whether something is there.
    pub fn has(&self, path: &str) -> bool {
        self.at(path).symlink_metadata().is_ok()
    }

    /// The names in a directory, sorted; none if it is not there.
    pub fn names(&self, path: &str) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.at(path))
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }

    /// The paths of the files in a directory whose names end in `.conf`, sorted.
    pub fn settings(&self, dir: &str) -> Vec<String> {
        self.names(dir)
            .iter()
            .filter(|name| Path::new(name).extension().is_some_and(|end| end == "conf"))
            .map(|name| format!("{dir}/{name}"))
            .collect()
    }

    /// A value of a file of `NAME=value` lines (os-release(5), locale.conf(5)), without quotes.
    pub fn assigned(&self, path: &str, name: &str) -> Option<String> {
        let text = self.text(path)?;
        let value = text.lines().rev().find_map(|line| {
            let (own, value) = line.split_once('=')?;
            (own.trim() == name).then_some(value)
        })?;
        let value = value.trim().trim_matches(['"', '\'']);
        (!value.is_empty()).then(|| value.to_owned())
    }
}
