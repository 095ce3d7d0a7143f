//! What went wrong, with who can mend it.

use std::io;

use dovetail_client::{ClientError, blame};
use dovetail_shared::code::Fix;
use dovetail_shared::{Code, Report};

/// Why a command did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The daemon refused, or is not there.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A failure with a code of its own.
    #[error("{}", .0.what)]
    Report(Box<Report>),
    /// A file or folder.
    #[error("{what}: {source}")]
    File {
        /// Which.
        what: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Something the person can put right at once; what happened, and what to do.
    #[error("{what}")]
    Advice {
        /// What happened, one sentence.
        what: String,
        /// What to do, one sentence.
        cure: String,
    },
}

impl CliError {
    /// A failure with the table's words for `code`.
    pub(crate) fn code(code: Code) -> Self {
        Self::Report(Box::new(blame::report(code)))
    }

    /// A file or folder that did not obey.
    pub(crate) fn file(what: impl Into<String>, source: io::Error) -> Self {
        Self::File {
            what: what.into(),
            source,
        }
    }

    /// Two sentences: what happened, what to do.
    pub(crate) fn advice(what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::Advice {
            what: what.into(),
            cure: cure.into(),
        }
    }

    /// The whole story, where there is a code.
    pub(crate) fn report(&self) -> Option<Report> {
        match self {
            Self::Client(error) => Some(error.report()),
            Self::Report(report) => Some(Report::clone(report)),
            Self::File { .. } | Self::Advice { .. } => None,
        }
    }

    /// What to do, one sentence.
    pub(crate) fn cure(&self) -> String {
        match self {
            Self::Advice { cure, .. } => cure.clone(),
            Self::File { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "Run the command with sudo, or choose `--user`.".to_owned()
            }
            Self::File { .. } => "Check the path and the free space, then try again.".to_owned(),
            Self::Client(_) | Self::Report(_) => {
                self.report().map(|report| report.cure).unwrap_or_default()
            }
        }
    }

    /// 1, 3, 4 or 70, by who can mend it.
    pub(crate) fn exit_code(&self) -> u8 {
        self.report()
            .map_or(Fix::You, |report| report.fix)
            .exit_code()
    }
}
