//! What a request carries, and how that is named in its headers.

use dovetail_shared::Secret;

/// A request's body.
#[derive(Debug)]
pub enum Body {
    /// JSON.
    Json(Vec<u8>),
    /// `application/x-www-form-urlencoded`: codes, passwords, refresh tokens.
    Form(Secret<String>),
    /// SOAP 1.2 (MS-MDE2, MS-XCEP, MS-WSTEP); carries tokens.
    Soap(Secret<String>),
    /// SOAP 1.2 of WS-Trust; carries a password.
    Trust {
        /// Goes into `SOAPAction`, too: some services look there.
        action: &'static str,
        /// The whole document.
        envelope: Secret<String>,
    },
    /// SyncML 1.2 as XML.
    SyncMl(Vec<u8>),
}

impl Body {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Json(bytes) | Self::SyncMl(bytes) => bytes,
            Self::Form(text) | Self::Soap(text) | Self::Trust { envelope: text, .. } => {
                text.expose().as_bytes()
            }
        }
    }

    pub(super) fn content_type(&self) -> &'static str {
        match self {
            Self::Json(_) => "application/json; charset=utf-8",
            Self::Form(_) => "application/x-www-form-urlencoded",
            Self::Soap(_) | Self::Trust { .. } => "application/soap+xml; charset=utf-8",
            Self::SyncMl(_) => "application/vnd.syncml.dm+xml; charset=utf-8",
        }
    }

    pub(super) fn accept(&self) -> &'static str {
        match self {
            Self::Json(_) | Self::Form(_) => "application/json",
            Self::Soap(_) | Self::Trust { .. } => "application/soap+xml",
            Self::SyncMl(_) => "application/vnd.syncml.dm+xml",
        }
    }

    /// Management services tell their clients apart by this; what follows the known name says who we are.
    pub(super) fn user_agent(&self) -> Option<&'static str> {
        match self {
            Self::Json(_) | Self::Form(_) | Self::Trust { .. } => None,
            Self::Soap(_) => Some(concat!("ENROLLClient Dovetail/", env!("CARGO_PKG_VERSION"))),
            Self::SyncMl(_) => Some(concat!(
                "MSFT OMA DM Client/1.2.0.1 Dovetail/",
                env!("CARGO_PKG_VERSION")
            )),
        }
    }

    pub(super) fn action(&self) -> Option<&'static str> {
        match self {
            Self::Trust { action, .. } => Some(action),
            Self::Json(_) | Self::Form(_) | Self::Soap(_) | Self::SyncMl(_) => None,
        }
    }

    /// Whether the same may be sent once more when the connection broke before the answer. A code is good once, and a
    /// message of a session has one number: their senders decide themselves.
    pub(super) fn may_be_repeated(&self) -> bool {
        matches!(self, Self::Json(_))
    }
}
