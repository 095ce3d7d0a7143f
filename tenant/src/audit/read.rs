//! Lines as they are read again.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use serde::Deserialize;

use super::error::AuditError;

/// What of a line says where it belongs.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Kept {
    pub(super) n: u64,
    pub(super) event: String,
    /// Of lines about the log itself.
    #[serde(default)]
    pub(super) file: Option<u32>,
    #[serde(default)]
    pub(super) previous: Option<String>,
    #[serde(default)]
    pub(super) last: Option<u64>,
}

impl Kept {
    /// `None` where it is no line of the log.
    pub(super) fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

/// The lines of a file, without their breaks. A last one that was not finished is given, too.
pub(super) fn lines(
    path: &Path,
) -> Result<impl Iterator<Item = Result<String, AuditError>> + use<>, AuditError> {
    let file = File::open(path).map_err(AuditError::at(path))?;
    let path = path.to_owned();
    let lines = BufReader::new(file).split(b'\n');
    Ok(lines.map(move |line| {
        let line = line.map_err(AuditError::at(&path))?;
        // Bytes that are no text are nobody's line; the chain does not hold there.
        Ok(String::from_utf8_lossy(&line).into_owned())
    }))
}

/// The first line of a file.
pub(super) fn first_line(path: &Path) -> Result<Option<String>, AuditError> {
    lines(path)?.next().transpose()
}
