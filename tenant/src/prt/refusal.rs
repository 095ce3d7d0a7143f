//! Why a signed request gets nothing. AADSTS numbers as the real service gives them, where they are known
//! (registration reference §1.11, §4.4).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::nonce::{NonceError, SpendError};
use crate::audit::Reason;
use crate::error::Fault;
use crate::grant::Refusal;
use crate::oauth::described;

/// The refusals that only signed requests meet; the others are the token endpoint's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrtRefusal {
    #[error("The request is not a signed request of the expected form.")]
    Form,
    #[error("The signed request must contain '{0}'.")]
    Missing(&'static str),
    #[error("The protocol version is not supported.")]
    Protocol,
    #[error("The signature of the request is not valid.")]
    Signature,
    #[error("The parameter claims is not valid.")]
    Claims,
    #[error("The request's key derivation is of an older version than the token was issued for.")]
    Downgrade,
    #[error("The nonce was not accepted: {0}.")]
    Nonce(#[from] NonceError),
    #[error("The request has expired, or is from the future.")]
    Time,
    #[error("The device certificate was not issued by this tenant, or is not valid now.")]
    Certificate,
    #[error("The device was not found in the directory.")]
    DeviceGone,
    #[error("The device is disabled.")]
    DeviceDisabled,
    #[error("The device credential was not accepted for this user.")]
    DeviceForUser,
    #[error("The second factor is too long ago for the rules of your organisation.")]
    MfaExpired,
    #[error("The key of the assertion is not registered, or not for this user and device.")]
    HelloKey,
    #[error("A sign-in by device code makes no primary refresh token here.")]
    DeviceCode,
    #[error("The application may not ask for a primary refresh token.")]
    Client,
    #[error("This tenant issues no certificates for peer-to-peer use.")]
    PeerToPeer,
    #[error(transparent)]
    Grant(#[from] Refusal),
    #[error(transparent)]
    Fault(Fault),
}

impl<T: Into<Fault>> From<T> for PrtRefusal {
    fn from(fault: T) -> Self {
        Self::Fault(fault.into())
    }
}

impl From<SpendError> for PrtRefusal {
    fn from(error: SpendError) -> Self {
        match error {
            SpendError::Nonce(error) => Self::Nonce(error),
            SpendError::Store(error) => Self::Fault(error.into()),
        }
    }
}

impl PrtRefusal {
    /// For the log, where nobody is answered with it.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::Grant(refusal) => refusal.reason(),
            other => Reason::aadsts(other.words().1, other.to_string()),
        }
    }

    /// RFC 6749 word and AADSTS number.
    fn words(&self) -> (&'static str, u32) {
        match self {
            Self::Form => ("invalid_request", 50_027),
            Self::Missing(_) => ("invalid_request", 90_014),
            Self::Protocol | Self::Claims => ("invalid_request", 90_023),
            Self::Signature | Self::Downgrade => ("invalid_grant", 50_013),
            Self::Nonce(_) => ("invalid_grant", 50_196),
            Self::Time => ("invalid_grant", 500_133),
            Self::Certificate | Self::DeviceForUser => ("invalid_grant", 50_155),
            Self::DeviceGone => ("invalid_grant", 700_003),
            Self::DeviceDisabled => ("invalid_grant", 135_011),
            Self::MfaExpired => ("invalid_grant", 50_078),
            Self::HelloKey => ("invalid_grant", 135_010),
            Self::DeviceCode => ("invalid_grant", 53_003),
            Self::Client => ("unauthorized_client", 65_002),
            Self::PeerToPeer => ("unsupported_grant_type", 70_003),
            Self::Grant(_) | Self::Fault(_) => ("server_error", 90_033),
        }
    }
}

impl IntoResponse for PrtRefusal {
    fn into_response(self) -> Response {
        match self {
            Self::Grant(refusal) => refusal.into_response(),
            Self::Fault(fault) => fault.into_response(),
            refusal => {
                let (word, number) = refusal.words();
                let error = described(word, number, &refusal.to_string());
                let reason = Reason::oauth(&error);
                let mut response = (StatusCode::BAD_REQUEST, Json(error)).into_response();
                response
                    .headers_mut()
                    .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                reason.on(response)
            }
        }
    }
}
