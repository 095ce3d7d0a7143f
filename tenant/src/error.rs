//! An error is an answer. What is told outside is short; the cause goes to the log under the same correlation id.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::audit::{AuditError, Reason};
use crate::store::StoreError;
use crate::{clock, random};

/// A failure of ours while answering.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("store: {0}")]
    Store(#[from] StoreError),
    #[error("key: {0}")]
    Key(#[from] crate::signer::KeyError),
    #[error("ring: {0}")]
    Ring(#[from] crate::signer::RingError),
    #[error(transparent)]
    Random(#[from] random::NoRandom),
    #[error("device CA: {0}")]
    DeviceCa(#[from] crate::ca::DeviceCaError),
    #[error(transparent)]
    Seal(#[from] crate::prt::SealError),
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Audit(#[from] AuditError),
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let correlation_id = random::guid();
        tracing::error!(%correlation_id, cause = %self, "a request could not be answered");
        let text = format!(
            "{{\"error\":\"server_error\",\"error_description\":\"AADSTS90033: A transient error has occurred. Please try again.\",\"error_codes\":[90033],\"timestamp\":\"{}\",\"correlation_id\":\"{correlation_id}\"}}",
            clock::aadsts_form(clock::now())
        );
        let response = (
            StatusCode::INTERNAL_SERVER_ERROR,
            [(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json; charset=utf-8"),
            )],
            text,
        )
            .into_response();
        Reason::fault(&correlation_id.to_string()).on(response)
    }
}
