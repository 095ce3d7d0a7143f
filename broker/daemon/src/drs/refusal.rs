//! A refusal of the registration service in our codes (MS-DVRJ §2.2.3.1 and Entra's newer family).

use dovetail_shared::Code;
use dovetail_shared::code::ServerSaid;
use dovetail_shared::drs::DrsError;

/// The code for a refusal, and what may be shown of it.
pub fn refusal(status: u16, body: &[u8]) -> (Code, ServerSaid) {
    let error: DrsError = serde_json::from_slice(body).unwrap_or_default();
    let code = match (error.subcode.as_str(), error.error_type.as_str(), status) {
        ("error_device_limit" | "error_device_limit_reached", _, _)
        | (_, "QuotaExceeded" | "DeviceQuotaExceeded", _) => Code::QUOTA_REACHED,
        ("error_missing_device", _, _) => Code::DEVICE_MISSING,
        ("error_endorsement", _, _) => Code::AIK_CERTIFICATE,
        ("error_attestation", _, _) => Code::ATTESTATION_FAILED,
        _ if error.message.to_ascii_lowercase().contains("quota") => Code::QUOTA_REACHED,
        (_, "AuthenticationError", _) | (_, _, 401) => Code::DRS_AUTHENTICATION,
        (_, "AuthorizationError", _) | (_, _, 403) => Code::DRS_NOT_AUTHORIZED,
        (_, "DirectoryError", _) => Code::DIRECTORY_ERROR,
        (_, _, 429 | 503) => Code::THROTTLED,
        (_, _, 500..) => Code::DRS_SERVICE_FAULT,
        _ => Code::MALFORMED_ANSWER,
    };
    let cut = |text: String| {
        text.chars()
            .filter(|c| !c.is_control())
            .take(512)
            .collect::<String>()
    };
    let said = ServerSaid {
        http_status: status,
        error: cut(error.error_type),
        message: cut(error.message),
        request_id: cut(error.trace_id),
    };
    (code, said)
}
