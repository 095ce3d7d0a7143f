//! Why a Hello key is not registered: statuses and body of MS-KPP (§2.2.3.1, §3.1.5.1.1.3), and beside it the object that clients
//! of the cloud read (registration reference §5.3).

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use dovetail_shared::drs::{KeyError, KeyErrorWords};

use crate::audit::Reason;
use crate::error::Fault;
use crate::hello::MOST;
use crate::{clock, random};

/// Longest id of a caller's that is repeated.
const LONGEST_ID: usize = 64;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// The request is not what it should be.
    #[error("The request is not valid: {0}.")]
    Invalid(&'static str),
    /// No bearer, or one that is not good.
    #[error("The sign-in was not accepted: {0}. Sign in again.")]
    Authentication(&'static str),
    /// The bearer has no second factor of just now that the person gave themselves.
    #[error(
        "Registering a key takes a second factor that was given just now. Sign in with it again."
    )]
    FactorNeeded,
    /// The sign-in was approved elsewhere.
    #[error("A sign-in by device code registers no key here. Sign in on the device itself.")]
    ByDeviceCode,
    /// The bearer names no device, or one that is gone.
    #[error(
        "The sign-in was not vouched for by a device of this tenant. Sign in from a joined device."
    )]
    NoDevice,
    /// An administrator's word.
    #[error("The device is disabled. Ask the administrator to enable it.")]
    Disabled,
    /// It is one person's, and not this one's.
    #[error("The device is registered to somebody else. Sign in from a device of your own.")]
    OthersDevice,
    /// The person is not there any more, or disabled.
    #[error("The account is gone or disabled. Ask the administrator.")]
    Account,
    /// Another person's key, or another device's.
    #[error("The key is registered for another person or device. Make a new one.")]
    InUse,
    /// Somebody removed it, and this sign-in may be from before.
    #[error("The key was removed a moment ago. Make a new one.")]
    Removed,
    /// More are not kept.
    #[error(
        "The person has {MOST} keys on this device, as many as there may be. Remove one that is not used any more."
    )]
    Limit,
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
    /// Status and `code`. What is wrong with the token is 401, all else 400: the specification knows no third.
    fn row(&self) -> (StatusCode, &'static str) {
        let (bad, unproved) = (StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED);
        match self {
            Self::Invalid(_) => (bad, "error_malformed"),
            Self::Authentication(_) => (unproved, "error_invalid_token"),
            Self::FactorNeeded => (unproved, "error_mfa_required"),
            Self::ByDeviceCode => (unproved, "error_not_authorized"),
            Self::NoDevice => (unproved, "error_missing_device"),
            Self::Disabled => (unproved, "error_device_disabled"),
            Self::OthersDevice => (unproved, "error_device_owner"),
            Self::Account => (bad, "error_missing_user"),
            Self::InUse => (bad, "error_key_in_use"),
            Self::Removed => (bad, "error_key_removed"),
            Self::Limit => (bad, "error_key_limit"),
            Self::Fault(_) => (StatusCode::INTERNAL_SERVER_ERROR, "error_internal"),
        }
    }

    /// The answer, without its ids' headers.
    pub(super) fn response(self, ids: &Ids) -> Response {
        let (status, code) = self.row();
        let trace = ids.request.as_str();
        let (reason, message) = match &self {
            // The cause is ours to read, not theirs.
            Self::Fault(fault) => {
                tracing::error!(trace, cause = %fault, "a Hello key could not be registered");
                let said = "The service has a fault of its own. Try again later.".to_owned();
                (Reason::fault(trace), said)
            }
            other => {
                tracing::warn!(trace, code, cause = %other, "a Hello key was refused");
                let said = other.to_string();
                (Reason::new(code, said.clone()).traced(trace), said)
            }
        };
        let body = KeyError {
            code: code.to_owned(),
            message: message.clone(),
            response: "ERROR_FAIL".to_owned(),
            target: "key".to_owned(),
            clientrequestid: ids.client.clone(),
            time: clock::graph_form(clock::now()),
            error: Some(KeyErrorWords {
                code: code.to_owned(),
                message,
            }),
        };
        reason.on((status, Json(body)).into_response())
    }
}

/// The ids of a request (MS-KPP §2.2.1.1 to §2.2.1.3): ours, and the caller's own.
#[derive(Debug)]
pub(super) struct Ids {
    request: String,
    client: Option<String>,
    /// Whether the caller wants its own back.
    returns: bool,
}

impl Ids {
    /// A new id, and what the headers say. An id that is too long is not repeated anywhere.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            request: random::guid().to_string(),
            client: text("client-request-id")
                .filter(|id| id.len() <= LONGEST_ID)
                .map(str::to_owned),
            returns: text("return-client-request-id")
                .is_some_and(|word| word.eq_ignore_ascii_case("true")),
        }
    }

    /// The answer with its ids.
    pub(super) fn on(self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&self.request) {
            headers.insert("request-id", id);
        }
        let client = self.client.filter(|_| self.returns);
        if let Some(id) = client.and_then(|id| HeaderValue::from_str(&id).ok()) {
            headers.insert("client-request-id", id);
        }
        response
    }
}
