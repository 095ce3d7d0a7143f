//! What goes wrong with the log's files.

use std::path::{Path, PathBuf};

/// A failure of the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuditError {
    /// A file or folder of it.
    #[error("the audit log: {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// Its lines cannot be written, so nothing is granted that would need one.
    #[error("the audit log cannot be written")]
    Shut,
}

impl AuditError {
    /// Says which file it was.
    pub(super) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::File {
            path: path.to_owned(),
            source,
        }
    }
}
