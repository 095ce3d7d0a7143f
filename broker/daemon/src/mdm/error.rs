//! Why the management service was of no use, in the numbers people search for (MS-MDE2 §2.2.10, reference §1.13 and §1.14).

use dovetail_shared::Code;
use dovetail_shared::code::ServerSaid;

use super::xml::XmlError;
use crate::net::NetError;
use crate::vault::VaultError;

/// One failure on the way to or in management.
#[derive(Debug, thiserror::Error)]
pub enum MdmError {
    /// The service could not be asked.
    #[error(transparent)]
    Net(#[from] NetError),
    /// An answer is not XML, or XML of another kind.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The service refused with a fault.
    #[error("the management service refused")]
    Fault(Code, ServerSaid),
    /// HTTP refused where a fault belongs.
    #[error("the management service answered HTTP {0}")]
    Status(u16),
    /// An answer without content.
    #[error("the management service answered with nothing")]
    Empty,
    /// An address that is not to be believed.
    #[error("the management service names an address that is not trusted")]
    Redirect,
    /// The provisioning document is not put in place.
    #[error("the provisioning document {1}")]
    Provision(Code, &'static str),
    /// The key for the certificate.
    #[error(transparent)]
    Key(#[from] VaultError),
    /// The session cannot go on.
    #[error("{0}")]
    Session(&'static str),
    /// The management certificate was refused.
    #[error("the management certificate was refused")]
    Certificate,
}

impl MdmError {
    /// What people are told.
    pub fn code(&self) -> Code {
        match self {
            Self::Net(error) => net(error),
            Self::Xml(_) | Self::Session(_) => Code::MDM_SESSION,
            Self::Fault(code, _) | Self::Provision(code, _) => *code,
            Self::Status(401) => Code::MDM_AUTHENTICATION,
            Self::Status(403) => Code::MDM_NOT_AUTHORIZED,
            Self::Status(429 | 503) => Code::MDM_SERVER,
            Self::Status(500..) => Code::MDM_INTERNAL,
            Self::Status(_) => Code::MDM_UNKNOWN,
            Self::Empty => Code::MDM_EMPTY,
            Self::Redirect => Code::MDM_INSECURE_REDIRECT,
            Self::Key(_) => Code::MDM_KEY,
            Self::Certificate => Code::MDM_CLIENT_CERTIFICATE,
        }
    }

    /// Seconds that the service asked to be left alone for.
    pub fn wait(&self) -> i64 {
        match self {
            Self::Net(NetError::Throttled { seconds, .. }) => {
                i64::try_from(*seconds).unwrap_or(i64::MAX)
            }
            _ => 0,
        }
    }

    /// The server's words, where there are some.
    pub fn said(&self) -> Option<ServerSaid> {
        match self {
            Self::Fault(_, said) => Some(said.clone()),
            Self::Status(status) => Some(ServerSaid {
                http_status: *status,
                ..ServerSaid::default()
            }),
            _ => None,
        }
    }
}

fn net(error: &NetError) -> Code {
    match error {
        NetError::Setup(_)
        | NetError::Unreachable { .. }
        | NetError::Cut { .. }
        | NetError::Timeout(_) => Code::MDM_UNREACHABLE,
        NetError::Tls { cause, .. } if cause.to_ascii_lowercase().contains("expired") => {
            Code::MDM_TLS_DATE
        }
        NetError::Tls { .. } => Code::MDM_TLS,
        NetError::Redirected(_) => Code::MDM_INSECURE_REDIRECT,
        NetError::TooLarge(_) => Code::TOO_LARGE,
        NetError::WebPage(_) => Code::NONSENSE,
        NetError::Throttled { .. } => Code::MDM_SERVER,
    }
}

/// The code for a fault: the detail's `ErrorType` says more than the subcode, so it goes first. The specification's own
/// samples differ in the case of letters; none of it counts.
pub fn fault(subcode: &str, error_type: Option<&str>) -> Code {
    let kind = error_type.unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "devicecapreached" => return Code::MDM_DEVICE_CAP,
        "devicenotsupported" => return Code::MDM_DEVICE_NOT_SUPPORTED,
        "notsupported" => return Code::MDM_NOT_SUPPORTED,
        "noteligibletorenew" => return Code::MDM_NOT_ELIGIBLE_TO_RENEW,
        "inmaintenance" => return Code::MDM_IN_MAINTENANCE,
        "userlicense" => return Code::MDM_LICENSE,
        "enrollmentdatainvalid" => return Code::MDM_ENROLLMENT_DATA,
        _ => {}
    }
    let local = subcode.rsplit(':').next().unwrap_or_default().trim();
    match local.to_ascii_lowercase().as_str() {
        "messageformat" => Code::MDM_MESSAGE_FORMAT,
        "authentication" => Code::MDM_AUTHENTICATION,
        "authorization" => Code::MDM_NOT_AUTHORIZED,
        "certificaterequest" => Code::MDM_CERTIFICATE_REQUEST,
        "enrollmentserver" => Code::MDM_SERVER,
        "internalservicefault" => Code::MDM_INTERNAL,
        "invalidsecurity" => Code::MDM_SECURITY_HEADER,
        _ => Code::MDM_UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reference §1.13: each fault has its number, in whatever case it is written.
    #[test]
    fn faults_have_their_numbers() {
        for (subcode, error_type, number) in [
            ("s:MessageFormat", None, 0x8018_0001),
            ("s:Authentication", None, 0x8018_0002),
            ("s:Authorization", None, 0x8018_0003),
            ("s:CertificateRequest", None, 0x8018_0004),
            ("s:EnrollmentServer", None, 0x8018_0005),
            ("a:InternalServiceFault", None, 0x8018_0006),
            ("a:InvalidSecurity", None, 0x8018_0007),
            ("A:INVALIDSECURITY", None, 0x8018_0007),
            ("s:Else", None, 0x8018_0008),
            ("", None, 0x8018_0008),
            ("s:Authorization", Some("DeviceCapReached"), 0x8018_0013),
            ("s:Authorization", Some("devicenotsupported"), 0x8018_0014),
            ("s:Authorization", Some("NotSupported"), 0x8018_0015),
            ("s:Authorization", Some("NotEligibleToRenew"), 0x8018_0016),
            ("s:Authorization", Some("InMaintenance"), 0x8018_0017),
            ("s:Authorization", Some("UserLicense"), 0x8018_0018),
            (
                "s:Authorization",
                Some("EnrollmentDataInvalid"),
                0x8018_0019,
            ),
            ("s:Authorization", Some("CustomServerError"), 0x8018_0003),
        ] {
            assert_eq!(
                fault(subcode, error_type),
                Code::Hresult(number),
                "{subcode} {error_type:?}"
            );
        }
    }
}
