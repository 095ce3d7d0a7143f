//! Messages that are not answered by SyncML, but by HTTP: 401, 400, 415, 429.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::message::MessageError;
use super::round::RoundError;
use crate::audit::Reason;
use crate::error::Fault;
use crate::mdm::device::PeerError;
use crate::random;

/// Why a message is not answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("the content is not application/vnd.syncml.dm+xml")]
    Media,
    #[error("no client certificate was presented")]
    NoCertificate,
    #[error("{}", .0.word())]
    Peer(PeerError),
    #[error("the message names another device than the client certificate")]
    Source,
    #[error("the message is for another server")]
    Target,
    #[error("{0}")]
    Message(#[from] MessageError),
    #[error("{0}")]
    Round(#[from] RoundError),
    #[error("too many devices report at the same time")]
    Busy,
    #[error("the service has a fault of its own")]
    Fault(#[source] Fault),
    #[error("the service broke off")]
    Broken,
}

impl<T: Into<Fault>> From<T> for Refused {
    fn from(fault: T) -> Self {
        Self::Fault(fault.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match &self {
            Self::Fault(cause) => tracing::error!(%cause, "a management session failed"),
            Self::Broken => tracing::error!("a management session broke off"),
            other => tracing::warn!(cause = %other, "a management message was refused"),
        }
        let status = match &self {
            Self::Media => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NoCertificate | Self::Peer(_) | Self::Source | Self::Round(RoundError::Other) => {
                StatusCode::UNAUTHORIZED
            }
            Self::Target | Self::Message(_) | Self::Round(_) => StatusCode::BAD_REQUEST,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Fault(_) | Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let reason = match &self {
            Self::Fault(_) | Self::Broken => Reason::fault(&random::guid().to_string()),
            // What could not be read may be anything.
            Self::Message(_) => Reason::new("message", "the message cannot be taken"),
            other => Reason::new("session", other.to_string()),
        };
        let mut response = (status, format!("{self}\n")).into_response();
        if matches!(self, Self::Busy) {
            // Spread out, so that they do not all come back at once.
            let spread = random::bytes::<1>().map_or(0, |[byte]| byte % 30);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, (u64::from(spread) + 1).into());
        }
        reason.on(response)
    }
}
