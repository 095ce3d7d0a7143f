//! The identity provider's error form: RFC 6749 words with AADSTS numbers (registration reference §1.11).

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use dovetail_shared::oidc::OAuthError;
use uuid::Uuid;

use crate::audit::Reason;
use crate::{clock, random};

/// JSON of a refusal, with fresh ids that the log shows too.
pub(crate) fn oauth_error(
    status: StatusCode,
    error: &str,
    number: u32,
    text: &str,
) -> (StatusCode, Json<OAuthError>) {
    (status, Json(described(error, number, text)))
}

/// The same as an answer, with its reason for the log.
pub(crate) fn refused(status: StatusCode, error: OAuthError) -> Response {
    let reason = Reason::oauth(&error);
    reason.on((status, Json(error)).into_response())
}

/// The same as a value, for redirects and pages.
pub(crate) fn described(error: &str, number: u32, text: &str) -> OAuthError {
    described_as(None, error, number, text)
}

/// The same for a request that its client gave an id.
pub(crate) fn described_as(
    correlation: Option<Uuid>,
    error: &str,
    number: u32,
    text: &str,
) -> OAuthError {
    let trace = random::guid().to_string();
    let correlation = correlation.unwrap_or_else(random::guid).to_string();
    let timestamp = clock::aadsts_form(clock::now());
    tracing::info!(error, number, trace, correlation, "refused");
    OAuthError {
        error: error.to_owned(),
        error_description: format!(
            "AADSTS{number}: {text}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {timestamp}"
        ),
        error_codes: vec![number],
        timestamp: Some(timestamp),
        trace_id: Some(trace),
        correlation_id: Some(correlation),
        error_uri: Some(format!(
            "https://login.microsoftonline.com/error?code={number}"
        )),
        suberror: None,
        claims: None,
    }
}
