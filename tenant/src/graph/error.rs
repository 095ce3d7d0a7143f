//! Refusals in OData's form, with Graph's words.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::audit::Reason;
use crate::error::Fault;
use crate::{clock, random};

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// No bearer, or one that is not good.
    #[error("{0}")]
    Token(&'static str),
    /// The token, or the person, does not allow it.
    #[error("Insufficient privileges to complete the operation.")]
    Denied,
    /// It is not there, or not for this caller's eyes.
    #[error(
        "Resource '{0}' does not exist or one of its queried reference-property objects are not present."
    )]
    NotFound(String),
    /// "Me", said by an application.
    #[error("/me request is only valid with delegated authentication flow.")]
    NoMe,
    /// The person has no picture.
    #[error("The specified object was not found in the store.")]
    NoPhoto,
    /// No such thing in this API.
    #[error("Resource not found for the segment '{0}'.")]
    Segment(String),
    /// Query option or body.
    #[error("{0}")]
    Invalid(String),
    /// The verb does not fit.
    #[error("The request's verb is not supported for this resource.")]
    Verb,
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
    /// A query option or a body that cannot be taken.
    pub(super) fn invalid(text: impl Into<String>) -> Self {
        Self::Invalid(text.into())
    }

    fn row(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Token(_) => (StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken"),
            Self::Denied => (StatusCode::FORBIDDEN, "Authorization_RequestDenied"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "Request_ResourceNotFound"),
            Self::NoPhoto => (StatusCode::NOT_FOUND, "ImageNotFound"),
            Self::Segment(_) => (StatusCode::NOT_FOUND, "ResourceNotFound"),
            Self::NoMe => (StatusCode::BAD_REQUEST, "BadRequest"),
            Self::Invalid(_) => (StatusCode::BAD_REQUEST, "Request_BadRequest"),
            Self::Verb => (StatusCode::METHOD_NOT_ALLOWED, "Request_BadRequest"),
            Self::Fault(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Service_InternalServerError",
            ),
        }
    }

    /// The answer; `client_request` is the caller's own id of the request, echoed.
    pub(super) fn response(self, client_request: Option<&str>) -> Response {
        let (status, code) = self.row();
        let request_id = random::guid().to_string();
        let reason = match &self {
            Self::Fault(_) => Reason::fault(&request_id),
            // What the caller wrote may be anything.
            Self::NotFound(_) => Reason::new(code, "there is no such thing for this caller"),
            Self::Segment(_) => Reason::new(code, "the path has no such segment"),
            Self::Invalid(_) => Reason::new(code, "a query option or the body cannot be taken"),
            other => Reason::new(code, other.to_string()),
        }
        .traced(&request_id);
        let message = match &self {
            Self::Fault(fault) => {
                tracing::error!(request_id, cause = %fault, "a directory request could not be answered");
                "The service has a fault of its own.".to_owned()
            }
            other => {
                tracing::info!(request_id, code, "a directory request was refused");
                other.to_string()
            }
        };
        let body = json!({ "error": {
            "code": code,
            "message": message,
            "innerError": {
                "date": clock::graph_form(clock::now()),
                "request-id": request_id,
                "client-request-id": client_request.unwrap_or(&request_id),
            },
        }});
        let mut response = (status, Json(body)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer error=\"invalid_token\""),
            );
        }
        reason.on(response)
    }
}
