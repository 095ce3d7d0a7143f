//! The service's refusals: one table from cause to status, both families of words in one object (registration reference §3.6).

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dovetail_shared::drs::DrsError;

use crate::audit::Reason;
use crate::clock;
use crate::error::Fault;
use crate::random;

/// Why a request to the registration service is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// No bearer, or one that is not good.
    #[error("The sign-in was not accepted: {0}.")]
    Authentication(&'static str),
    /// The bearer is good, but this user may not.
    #[error("The user may not join devices.")]
    NotAllowed,
    /// A second factor is needed.
    #[error("Joining a device takes a second factor.")]
    MfaNeeded,
    /// The user has too many devices.
    #[error("The user has as many devices as the tenant allows.")]
    DeviceLimit,
    /// The key belongs to somebody else's device.
    #[error("The key is registered to another device.")]
    KeyInUse,
    /// The request is not what it should be.
    #[error("The request is not valid: {0}.")]
    Invalid(&'static str),
    /// The join type is not offered.
    #[error("The enrollment request type is not allowed.")]
    Type,
    /// The TPM's maker is not trusted.
    #[error("The endorsement certificate was not accepted: {0}.")]
    Endorsement(&'static str),
    /// The TPM's proof does not hold, or is missing where it must be given.
    #[error("The attestation was not accepted: {0}.")]
    Attestation(&'static str),
    /// There is no such device.
    #[error("The device object by the given id is not found.")]
    NoDevice,
    /// It is there, and may not do anything.
    #[error("The device is disabled.")]
    Disabled,
    /// Our own failure.
    #[error(transparent)]
    Fault(Fault),
}

impl<T: Into<Fault>> From<T> for Refusal {
    fn from(fault: T) -> Self {
        Self::Fault(fault.into())
    }
}

impl Refusal {
    /// HTTP status, `ErrorType`, `code`, `subcode`.
    fn row(&self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Self::Authentication(_) => (
                StatusCode::UNAUTHORIZED,
                "AuthenticationError",
                "unauthorized",
                "error_invalid_token",
            ),
            Self::NotAllowed => (
                StatusCode::FORBIDDEN,
                "AuthorizationError",
                "authorization_error",
                "error_not_authorized",
            ),
            Self::MfaNeeded => (
                StatusCode::FORBIDDEN,
                "AuthorizationError",
                "authorization_error",
                "error_mfa_required",
            ),
            Self::DeviceLimit => (
                StatusCode::BAD_REQUEST,
                "DirectoryError",
                "invalid_request",
                "error_device_limit",
            ),
            Self::KeyInUse => (
                StatusCode::CONFLICT,
                "DirectoryError",
                "invalid_request",
                "error_key_in_use",
            ),
            Self::Invalid(_) => (
                StatusCode::BAD_REQUEST,
                "InvalidRequest",
                "invalid_request",
                "error_malformed",
            ),
            Self::Type => (
                StatusCode::BAD_REQUEST,
                "AuthenticationError",
                "invalid_request",
                "error_type_not_allowed",
            ),
            Self::Endorsement(_) => (
                StatusCode::BAD_REQUEST,
                "AttestationError",
                "invalid_request",
                "error_endorsement",
            ),
            Self::Attestation(_) => (
                StatusCode::BAD_REQUEST,
                "AttestationError",
                "invalid_request",
                "error_attestation",
            ),
            Self::NoDevice => (
                StatusCode::UNAUTHORIZED,
                "DirectoryError",
                "invalid_request",
                "error_missing_device",
            ),
            Self::Disabled => (
                StatusCode::FORBIDDEN,
                "AuthorizationError",
                "authorization_error",
                "error_device_disabled",
            ),
            Self::Fault(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "ServiceError",
                "service_error",
                "error_internal",
            ),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error_type, code, subcode) = self.row();
        let trace_id = random::guid().to_string();
        let reason = match &self {
            Self::Fault(_) => Reason::fault(&trace_id),
            other => Reason::new(subcode, other.to_string()).traced(&trace_id),
        };
        let message = match &self {
            // The cause is ours to read, not theirs.
            Self::Fault(fault) => {
                tracing::error!(trace_id, cause = %fault, "a registration request could not be answered");
                "The service has a fault of its own.".to_owned()
            }
            other => {
                tracing::warn!(trace_id, subcode, cause = %other, "refused");
                other.to_string()
            }
        };
        let body = DrsError {
            error_type: error_type.to_owned(),
            message,
            time: clock::drs_form(clock::now()),
            code: code.to_owned(),
            subcode: subcode.to_owned(),
            operation: "DeviceJoin".to_owned(),
            requestid: trace_id.clone(),
            trace_id,
        };
        reason.on((status, Json(body)).into_response())
    }
}
