//! The services' faults: subcode, and for some an error type (MDM reference §1.13).

use axum::http::StatusCode;
use axum::response::Response;

use super::answer::{envelope, respond};
use crate::audit::Reason;
use crate::error::Fault;
use crate::fault::Kind;
use crate::mdm::xml::{el, leaf};
use crate::random;

/// Why an enrollment request is refused.
#[derive(Debug, thiserror::Error)]
pub(in crate::mdm) enum Refusal {
    /// The message could not be read.
    #[error("The message could not be read: {0}.")]
    MessageFormat(String),
    /// The token is not good.
    #[error("The user could not be authenticated: {0}.")]
    Authentication(&'static str),
    /// The user may not.
    #[error("The user may not enroll devices: {0}.")]
    Authorization(&'static str),
    /// The request for a certificate is not good.
    #[error("The certificate request was refused: {0}.")]
    CertificateRequest(&'static str),
    /// The service cannot do its work.
    #[error("The enrollment server failed.")]
    EnrollmentServer,
    /// Our own failure.
    #[error("The service has a fault of its own.")]
    Internal(#[source] Option<Fault>),
    /// The security header is not good.
    #[error("The security header could not be read: {0}.")]
    InvalidSecurity(&'static str),
    /// Too many devices.
    #[error("The user has as many managed devices as are allowed.")]
    DeviceCapReached,
    /// Not this kind of device.
    #[error("The device or its system is not supported.")]
    DeviceNotSupported,
    /// Not this kind of management.
    #[error("Mobile device management is not supported for this device.")]
    NotSupported,
    /// The certificate cannot be renewed.
    #[error("The certificate cannot be renewed: {0}. Enroll again.")]
    NotEligibleToRenew(&'static str),
    /// Not now.
    #[error("The account is in maintenance.")]
    InMaintenance,
    /// No licence.
    #[error("The user has no license.")]
    UserLicense,
    /// Terms of use, or the device that is named.
    #[error("The enrollment data was refused: {0}.")]
    EnrollmentDataInvalid(&'static str),
}

impl<T: Into<Fault>> From<T> for Refusal {
    fn from(fault: T) -> Self {
        Self::Internal(Some(fault.into()))
    }
}

impl Refusal {
    pub(in crate::mdm) fn format(what: &str) -> Self {
        Self::MessageFormat(what.to_owned())
    }

    pub(in crate::mdm) fn security(what: &'static str) -> Self {
        Self::InvalidSecurity(what)
    }

    /// The refusal that a fault asks for by name.
    pub(in crate::mdm) fn asked(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::SoapMessageFormat => Self::format("as asked"),
            Kind::SoapAuthentication => Self::Authentication("as asked"),
            Kind::SoapAuthorization => Self::Authorization("as asked"),
            Kind::SoapCertificateRequest => Self::CertificateRequest("as asked"),
            Kind::SoapEnrollmentServer => Self::EnrollmentServer,
            Kind::SoapInternalServiceFault => Self::Internal(None),
            Kind::SoapInvalidSecurity => Self::security("as asked"),
            Kind::SoapDeviceCapReached => Self::DeviceCapReached,
            Kind::SoapDeviceNotSupported => Self::DeviceNotSupported,
            Kind::SoapNotSupported => Self::NotSupported,
            Kind::SoapNotEligibleToRenew => Self::NotEligibleToRenew("as asked"),
            Kind::SoapInMaintenance => Self::InMaintenance,
            Kind::SoapUserLicense => Self::UserLicense,
            Kind::SoapEnrollmentDataInvalid => Self::EnrollmentDataInvalid("as asked"),
            _ => return None,
        })
    }

    /// Subcode and error type.
    fn row(&self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::MessageFormat(_) => ("s:MessageFormat", None),
            Self::Authentication(_) => ("s:Authentication", None),
            Self::Authorization(_) => ("s:Authorization", None),
            Self::CertificateRequest(_) => ("s:CertificateRequest", None),
            Self::EnrollmentServer => ("s:EnrollmentServer", None),
            Self::Internal(_) => ("a:InternalServiceFault", None),
            Self::InvalidSecurity(_) => ("a:InvalidSecurity", None),
            Self::DeviceCapReached => ("s:Authorization", Some("DeviceCapReached")),
            Self::DeviceNotSupported => ("s:EnrollmentServer", Some("DeviceNotSupported")),
            Self::NotSupported => ("s:EnrollmentServer", Some("NotSupported")),
            Self::NotEligibleToRenew(_) => ("s:CertificateRequest", Some("NotEligibleToRenew")),
            Self::InMaintenance => ("s:EnrollmentServer", Some("InMaintenance")),
            Self::UserLicense => ("s:Authorization", Some("UserLicense")),
            Self::EnrollmentDataInvalid(_) => ("s:EnrollmentServer", Some("EnrollmentDataInvalid")),
        }
    }
}

/// The fault as an answer: HTTP 500, as SOAP 1.2 has it.
pub(in crate::mdm) fn fault(refusal: &Refusal, relates_to: Option<&str>) -> Response {
    let trace_id = random::guid().to_string();
    match refusal {
        Refusal::Internal(Some(cause)) => {
            tracing::error!(trace_id, %cause, "an enrollment request could not be answered");
        }
        other => tracing::warn!(trace_id, cause = %other, "enrollment refused"),
    }
    let (subcode, error_type) = refusal.row();
    let word = error_type.unwrap_or(subcode);
    let why = match refusal {
        Refusal::Internal(Some(_)) => Reason::fault(&trace_id),
        // What could not be read may be anything.
        Refusal::MessageFormat(_) => Reason::new(word, "the message could not be read"),
        other => Reason::new(word, other.to_string()),
    }
    .traced(&trace_id);
    let code = el("s:Code")
        .child(leaf("s:Value", "s:Receiver"))
        .child(el("s:Subcode").child(leaf("s:Value", subcode)));
    let message = refusal.to_string();
    let reason = el("s:Reason").child(leaf("s:Text", message.as_str()).with("xml:lang", "en-US"));
    let detail = error_type.map(|error_type| {
        el("s:Detail").child(
            el("DeviceEnrollmentServiceError")
                .with(
                    "xmlns",
                    "http://schemas.microsoft.com/windows/pki/2009/01/enrollment",
                )
                .child(leaf("ErrorType", error_type))
                .child(leaf("Message", message.as_str()))
                .child(leaf("TraceId", trace_id)),
        )
    });
    let header = el("s:Header")
        .child(
            leaf(
                "a:Action",
                "http://schemas.microsoft.com/windows/pki/2009/01/enrollment/rstrc/wstep",
            )
            .with("s:mustUnderstand", "1"),
        )
        .children(relates_to.map(|id| leaf("a:RelatesTo", id)));
    let body = el("s:Fault").child(code).child(reason).children(detail);
    why.on(respond(
        StatusCode::INTERNAL_SERVER_ERROR,
        &envelope(header, body),
    ))
}
