//! Failures, told inside of the JSON.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::code::{Code, Fix, Report};

/// Numbers of `status`, as the clients' libraries know them.
pub mod status {
    /// Not foreseen.
    pub const UNEXPECTED: i32 = 0;
    /// The person has to sign in.
    pub const INTERACTION_REQUIRED: i32 = 2;
    /// Offline, or what was needed is not there at the moment.
    pub const NO_NETWORK: i32 = 3;
    /// Try again later.
    pub const SERVER_TEMPORARILY_UNAVAILABLE: i32 = 5;
    /// The request makes no sense.
    pub const API_CONTRACT_VIOLATION: i32 = 6;
    /// The person, or the program, has given up.
    pub const USER_CANCELED: i32 = 7;
    /// A rule forbids it.
    pub const INCORRECT_CONFIGURATION: i32 = 9;
    /// No such account here.
    pub const ACCOUNT_NOT_FOUND: i32 = 16;
    /// This device is not joined.
    pub const DEVICE_NOT_REGISTERED: i32 = 20;
}

/// Why something was not given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// What happened and what to do, for people.
    pub context: String,
    /// The whole report, for programs that look closer.
    pub diagnostics: Value,
    /// The code's number; an HRESULT as a signed one.
    pub error_code: i64,
    /// One of [`status`].
    pub status: i32,
    /// The server's number, where a server refused; else 0.
    pub sub_status: i64,
    /// The code as it can be searched for.
    pub tag: String,
}

impl From<&Report> for Refusal {
    fn from(report: &Report) -> Self {
        let (error_code, sub_status) = match report.code {
            Code::Aadsts(number) => (i64::from(number), i64::from(number)),
            Code::Join(number) => (i64::from(number), 0),
            Code::Hresult(number) => (i64::from(number.cast_signed()), 0),
        };
        Self {
            context: format!("{} {} ({})", report.what, report.cure, report.code),
            diagnostics: json!({
                "symbol": report.symbol,
                "detail": report.detail,
                "correlationId": report.correlation_id,
                "time": report.time,
                "retryable": report.retry,
            }),
            error_code,
            status: status_of(report.code),
            sub_status,
            tag: report.code.to_string(),
        }
    }
}

fn status_of(code: Code) -> i32 {
    match code {
        Code::NOT_JOINED | Code::AADSTS_DEVICE_NOT_FOUND => status::DEVICE_NOT_REGISTERED,
        Code::SSO_ACCOUNT => status::ACCOUNT_NOT_FOUND,
        Code::CANCELLED => status::USER_CANCELED,
        Code::BAD_FRAME | Code::BROKER_NOT_OFFERED | Code::FRAME_TOO_LARGE => {
            status::API_CONTRACT_VIOLATION
        }
        // Asking too often is for the program to mend, by waiting.
        Code::RATE_LIMITED | Code::TIMED_OUT | Code::CLOSED | Code::DAEMON_NOT_RUNNING => {
            status::SERVER_TEMPORARILY_UNAVAILABLE
        }
        other => match other.fix() {
            Fix::You => status::INTERACTION_REQUIRED,
            Fix::Wait => status::NO_NETWORK,
            Fix::Admin => status::INCORRECT_CONFIGURATION,
            Fix::Us => status::UNEXPECTED,
        },
    }
}

/// The whole answer that tells a failure. Where a good answer has no `brokerTokenResponse`, clients look for `error`
/// beside it; so it stands in both places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusalAnswer {
    /// Where clients look that want a token.
    pub broker_token_response: Refused,
    /// Where the others look.
    pub error: Refusal,
}

/// What stands in the place of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Why.
    pub error: Refusal,
}

impl From<&Report> for RefusalAnswer {
    fn from(report: &Report) -> Self {
        let error = Refusal::from(report);
        Self {
            broker_token_response: Refused {
                error: error.clone(),
            },
            error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::CorrelationId;
    use crate::time::UnixTime;

    fn refusal(code: Code) -> Value {
        let report = Report::new(code, CorrelationId(uuid::Uuid::nil()), UnixTime(0));
        serde_json::to_value(RefusalAnswer::from(&report)).unwrap()
    }

    #[test]
    fn what_a_program_can_do_about_it_is_told_apart() {
        for (code, status, number, sub) in [
            (Code::NOT_JOINED, 20, 108, 0),
            (Code::SSO_NOT_SIGNED_IN, 2, 440, 0),
            (Code::AADSTS_MFA_REQUIRED, 2, 50076, 50076),
            (Code::UNREACHABLE, 3, 201, 0),
            (Code::AADSTS_BLOCKED, 9, 53003, 53003),
            (Code::SSO_HOST_REFUSED, 9, 442, 0),
            (Code::DAEMON_NOT_RUNNING, 5, 303, 0),
            (Code::CANCELLED, 7, 417, 0),
            (Code::Hresult(0x801c_0001), 9, -2_145_648_639, 0),
        ] {
            let answer = refusal(code);
            let error = &answer["brokerTokenResponse"]["error"];
            assert_eq!(error, &answer["error"]);
            assert_eq!(error["status"], status, "{code}");
            assert_eq!(
                (&error["errorCode"], &error["subStatus"]),
                (&json!(number), &json!(sub)),
                "{code}"
            );
            assert_eq!(error["tag"], code.to_string());
            assert!(error["context"].is_string() && error["diagnostics"].is_object());
        }
    }
}
