//! The registration service's error body: both known families in one object (MS-DVRJ §2.2.3.1; `dsregcmd /debug`).

use serde::{Deserialize, Serialize};

/// HTTP 400, 401, 403 or 5xx with this JSON. Members are optional when read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DrsError {
    /// `AuthenticationError`, `DirectoryError`, `AuthorizationError`, ….
    #[serde(rename = "ErrorType")]
    pub error_type: String,
    /// A sentence.
    #[serde(rename = "Message")]
    pub message: String,
    /// The server's id of this failure.
    #[serde(rename = "TraceId")]
    pub trace_id: String,
    /// `02-24-2016 17:37:01Z`
    #[serde(rename = "Time")]
    pub time: String,
    /// Newer family: `invalid_request`, `authorization_error`, `unauthorized`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// Newer family: `error_missing_device`, `error_device_limit`, ….
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subcode: String,
    /// Newer family: the failed operation, `DeviceJoin`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub operation: String,
    /// Newer family: the caller's id echoed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub requestid: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published example of MS-DVRJ §4.2.
    #[test]
    fn the_published_error_is_read() {
        let error: DrsError = serde_json::from_str(
            r#"{"ErrorType":"AuthenticationError","Message":"The enrollment request type (DomainJoin) is not allowed.","TraceId":"5a895a81-a4d6-41e9-8721-32a183c28d1a","Time":"02-24-2016 17:37:01Z"}"#,
        )
        .unwrap();
        assert_eq!(error.error_type, "AuthenticationError");
        assert_eq!(error.time, "02-24-2016 17:37:01Z");
        assert!(error.subcode.is_empty());
    }
}
