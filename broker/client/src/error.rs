//! Why a request was not answered as hoped.

use std::io;
use std::path::PathBuf;

use dovetail_shared::{Code, Report};

use crate::blame;
use crate::peer::PeerError;

/// What stood between a request and its answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// Nothing listens at the socket's place.
    #[error("the Dovetail service is not running")]
    NotRunning {
        /// Where it was looked for.
        socket: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Somebody listens who may not be believed.
    #[error("the Dovetail service's socket is not in the right hands")]
    Peer(#[from] PeerError),
    /// No answer within the deadline.
    #[error("the Dovetail service did not answer in time")]
    TimedOut,
    /// The connection ended or failed.
    #[error("the connection to the Dovetail service was cut off")]
    Closed(#[source] Option<io::Error>),
    /// The answer is not of the promised form: the daemon speaks another version.
    #[error("the Dovetail service's answer is of an unknown form")]
    Unsupported,
    /// The daemon refused, with its reasons.
    #[error("{}", .0.what)]
    Refused(Box<Report>),
}

impl ClientError {
    /// The number people search for.
    pub fn code(&self) -> Code {
        match self {
            Self::NotRunning { .. } => Code::DAEMON_NOT_RUNNING,
            Self::Peer(_) => Code::PEER_REFUSED,
            Self::TimedOut => Code::TIMED_OUT,
            Self::Closed(_) => Code::CLOSED,
            Self::Unsupported => Code::UNSUPPORTED,
            Self::Refused(report) => report.code,
        }
    }

    /// The whole story: the daemon's own where it told one, else one made here, now.
    pub fn report(&self) -> Report {
        let report = blame::report(self.code());
        match self {
            Self::Refused(told) => Report::clone(told),
            Self::NotRunning { socket, source } => {
                report.with_detail(format!("{}: {source}", socket.display()))
            }
            Self::Peer(error) => report.with_detail(error.to_string()),
            Self::Closed(Some(error)) => report.with_detail(error.to_string()),
            Self::TimedOut | Self::Closed(None) | Self::Unsupported => report,
        }
    }
}

impl From<io::Error> for ClientError {
    fn from(error: io::Error) -> Self {
        Self::Closed(Some(error))
    }
}
