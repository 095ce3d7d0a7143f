//! Why a server could not be asked.

use dovetail_shared::Code;

/// One failed request. Names hosts, never queries or tokens.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// Trust roots, proxy or address cannot be used.
    #[error("{0}")]
    Setup(String),
    /// No connection.
    #[error("{host} cannot be reached{via}: {cause}")]
    Unreachable {
        /// Which server.
        host: String,
        /// ` through the proxy …`, or nothing.
        via: String,
        /// The innermost reason.
        cause: String,
    },
    /// The connection broke after the request had gone out.
    #[error("the connection to {host} broke: {cause}")]
    Cut {
        /// Which server.
        host: String,
        /// The innermost reason.
        cause: String,
    },
    /// The server is not who it says it is.
    #[error("the connection to {host} is not trusted: {cause}")]
    Tls {
        /// Which server.
        host: String,
        /// What rustls says.
        cause: String,
    },
    /// Took too long.
    #[error("{0} did not answer in time")]
    Timeout(String),
    /// Sends somewhere else.
    #[error("{0} sent this device to another address")]
    Redirected(String),
    /// A longer answer than any real one.
    #[error("{0} answered with more than 1 MiB")]
    TooLarge(String),
    /// Web page instead of an answer: a captive portal or a proxy.
    #[error("{0} answered with a web page")]
    WebPage(String),
    /// Asks to come back much later.
    #[error("{host} asks to wait {seconds} seconds")]
    Throttled {
        /// Which server.
        host: String,
        /// How long.
        seconds: u64,
    },
}

impl NetError {
    /// What people are told.
    pub fn code(&self) -> Code {
        match self {
            Self::Setup(_) | Self::Unreachable { .. } | Self::Cut { .. } => Code::UNREACHABLE,
            Self::Tls { .. } => Code::TLS_FAILED,
            Self::Timeout(_) => Code::TIMED_OUT,
            Self::Redirected(_) => Code::DRS_REDIRECTED,
            Self::TooLarge(_) => Code::TOO_LARGE,
            Self::WebPage(_) => Code::NONSENSE,
            Self::Throttled { .. } => Code::THROTTLED,
        }
    }
}
