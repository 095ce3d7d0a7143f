//! The token endpoint's refusals: one table from cause to words and numbers (registration reference §1.11).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use serde::{Deserialize, Serialize};

use super::resource_error::ResourceError;
use crate::admission::retry_after;
use crate::audit::Reason;
use crate::error::Fault;
use crate::oauth::described_as;
use crate::rule::{Denied, Missing};

/// Which form of the protocol the path names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Version {
    /// `/oauth2/token`: `resource`, numbers as strings.
    #[default]
    V1,
    /// `/oauth2/v2.0/token`: `scope`, numbers as numbers.
    V2,
}

impl Version {
    /// As it is kept.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }

    /// From what is kept.
    pub(crate) fn of_number(number: i64) -> Self {
        if number == 2 { Self::V2 } else { Self::V1 }
    }
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("The request is not a form, or a parameter is duplicated.")]
    Form,
    #[error("The request body must contain the parameter '{0}'.")]
    Missing(&'static str),
    #[error("Tenant not found. Check to make sure you have the correct tenant ID.")]
    NoTenant,
    #[error("The grant type is not supported.")]
    GrantType,
    #[error("The application was not found in the directory.")]
    NoClient,
    #[error(
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID."
    )]
    WrongSecret,
    #[error(
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
    )]
    NoProof,
    #[error("The client assertion was not accepted: {0}.")]
    WrongAssertion(String),
    #[error("The client proves itself in more than one way.")]
    TwoProofs,
    #[error(
        "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests, from an address of the application's."
    )]
    SpaOnly,
    #[error(
        "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type."
    )]
    NotSpa,
    #[error(
        "The value for the input parameter 'scope' is not valid: with this grant it must be a resource's name with the suffix /.default."
    )]
    AppScope,
    #[error("The value for the parameter 'requested_token_use' is not supported.")]
    TokenUse,
    #[error("The assertion's audience does not match the application that presents it.")]
    AssertionAudience,
    #[error("The sign-in with a code is pending: the person has not finished it yet.")]
    Pending,
    #[error("The client asks too often.")]
    SlowDown,
    #[error("The person declined the sign-in.")]
    Declined,
    #[error("The device code has expired.")]
    CodeExpired(Version),
    #[error("The device code is not valid, or was given to another client.")]
    BadDeviceCode,
    #[error("The sign-in with a code is turned off for this application by policy.")]
    DeviceCodeOff,
    #[error("The client is public: neither a secret nor an assertion of its own may be presented.")]
    PublicClient,
    #[error(transparent)]
    Resource(#[from] ResourceError),
    #[error("The code or refresh token is not valid.")]
    Unknown,
    #[error("The code or refresh token was issued to another client.")]
    ClientMismatch,
    #[error("The code was issued for another resource.")]
    ResourceMismatch,
    #[error("The reply address does not match the one that the code was asked for with.")]
    RedirectMismatch,
    #[error("The code verifier does not match the code challenge of the authorization request.")]
    Verifier,
    #[error("The code or refresh token has expired.")]
    Expired,
    #[error("The refresh token has expired: those of single-page applications live one day.")]
    SpaExpired,
    #[error("The device of this sign-in is disabled.")]
    DeviceDisabled,
    #[error("The device of this sign-in was not found in the directory.")]
    DeviceGone,
    #[error("The code was redeemed already.")]
    Redeemed,
    #[error("The sign-in session has ended.")]
    SessionEnded,
    #[error("The grant has been revoked: a fresh sign-in is needed.")]
    Revoked,
    #[error("The user account does not exist in the directory.")]
    NoUser,
    #[error("Invalid username or password.")]
    WrongPassword,
    #[error("The account is locked: sign-in was tried too many times with a wrong password.")]
    Locked,
    #[error("The user account is disabled.")]
    Disabled,
    #[error("Too many passwords are being checked at the moment. Try again in a few seconds.")]
    Busy,
    #[error("A second factor is needed to sign in.")]
    MfaNeeded(Version),
    #[error("Signing in with name and password at this endpoint is turned off by policy.")]
    PasswordOff,
    #[error("The assertion was not accepted: {1}.")]
    Assertion(u32, String),
    /// Conditional access.
    #[error("{1}")]
    Access(Version, Denied),
    /// With the challenge.
    #[error("{1}")]
    DeviceWanted(String, Denied),
    #[error("The proof of the device is not valid.")]
    DeviceProof,
    #[error(transparent)]
    Fault(Fault),
}

impl<T: Into<Fault>> From<T> for Refusal {
    fn from(fault: T) -> Self {
        Self::Fault(fault.into())
    }
}

impl Refusal {
    /// For the log, where nobody is answered with it.
    pub(crate) fn reason(&self) -> Reason {
        Reason::aadsts(self.words().1, self.to_string())
    }

    /// RFC 6749 word, AADSTS number, finer word.
    fn words(&self) -> (&'static str, u32, Option<&'static str>) {
        let grant = |number| ("invalid_grant", number, None);
        match self {
            Self::Form => ("invalid_request", 9_000_411, None),
            Self::Missing(_) => ("invalid_request", 900_144, None),
            Self::NoTenant => ("invalid_request", 90_002, None),
            Self::GrantType => ("unsupported_grant_type", 70_003, None),
            Self::NoClient => ("unauthorized_client", 700_016, None),
            Self::PublicClient => ("invalid_client", 700_025, None),
            Self::WrongSecret => ("invalid_client", 7_000_215, None),
            Self::NoProof => ("invalid_client", 7_000_218, None),
            Self::WrongAssertion(_) => ("invalid_client", 700_027, None),
            Self::TwoProofs | Self::TokenUse => ("invalid_request", 90_023, None),
            Self::SpaOnly => ("invalid_request", 9_002_327, None),
            Self::NotSpa => ("invalid_request", 9_002_326, None),
            Self::AppScope => ("invalid_scope", 1_002_012, None),
            Self::AssertionAudience => grant(500_131),
            Self::Pending => ("authorization_pending", 70_016, None),
            Self::SlowDown => ("slow_down", 50_196, None),
            Self::Declined => ("authorization_declined", 65_004, None),
            Self::CodeExpired(Version::V1) => ("code_expired", 70_019, None),
            Self::CodeExpired(Version::V2) => ("expired_token", 70_019, None),
            Self::BadDeviceCode => ("bad_verification_code", 70_018, None),
            Self::DeviceCodeOff => ("unauthorized_client", 53_003, None),
            Self::Resource(ResourceError::NoConsent) => {
                ("invalid_grant", 65_001, Some("consent_required"))
            }
            Self::Resource(error) => {
                let (word, number) = error.words();
                (word, number, None)
            }
            Self::Unknown => ("invalid_grant", 70_000, Some("bad_token")),
            Self::ClientMismatch => ("invalid_grant", 70_000, Some("client_mismatch")),
            Self::ResourceMismatch => grant(70_000),
            Self::RedirectMismatch => grant(500_112),
            Self::Verifier => grant(501_481),
            Self::Expired => ("invalid_grant", 70_008, Some("token_expired")),
            Self::SpaExpired => ("invalid_grant", 700_084, Some("token_expired")),
            Self::DeviceDisabled => grant(135_011),
            Self::DeviceGone => grant(700_003),
            Self::Redeemed => grant(54_005),
            Self::SessionEnded => grant(50_132),
            Self::Revoked => grant(50_173),
            Self::NoUser => grant(50_034),
            Self::WrongPassword => grant(50_126),
            Self::Locked => grant(50_053),
            Self::Disabled => grant(50_057),
            Self::Busy => ("temporarily_unavailable", 90_055, None),
            Self::MfaNeeded(Version::V1) => ("interaction_required", 50_076, None),
            Self::MfaNeeded(Version::V2) => ("invalid_grant", 50_076, Some("basic_action")),
            Self::PasswordOff => grant(53_003),
            Self::Assertion(number, _) => grant(*number),
            Self::DeviceWanted(..) => ("interaction_required", 50_097, None),
            Self::DeviceProof => grant(50_099),
            Self::Access(version, denied) => match (denied.kind, version) {
                (Missing::SecondFactor, Version::V2) => {
                    ("invalid_grant", denied.kind.number(), Some("basic_action"))
                }
                (Missing::Blocked, Version::V2) => {
                    ("invalid_grant", denied.kind.number(), Some("message_only"))
                }
                (kind, _) => ("interaction_required", kind.number(), None),
            },
            Self::Fault(_) => ("server_error", 90_033, None),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.respond(None)
    }
}

impl Refusal {
    /// As the answer to a request that its client calls so.
    pub(crate) fn respond(self, correlation: Option<Uuid>) -> Response {
        if let Self::Fault(fault) = self {
            return fault.into_response();
        }
        let (word, number, suberror) = self.words();
        let unauthorized = matches!(self, Self::DeviceWanted(..) | Self::DeviceProof);
        let status = if word == "invalid_client" || unauthorized {
            StatusCode::UNAUTHORIZED
        } else if matches!(self, Self::Busy) {
            StatusCode::TOO_MANY_REQUESTS
        } else {
            StatusCode::BAD_REQUEST
        };
        let mut error = described_as(correlation, word, number, &self.to_string());
        error.suberror = suberror.map(str::to_owned);
        if let Self::Access(_, denied) = &self {
            error.claims = Some(denied.claims());
        }
        let reason = Reason::oauth(&error);
        let mut response = (status, Json(error)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Self::DeviceWanted(challenge, _) = &self
            && let Ok(challenge) = HeaderValue::from_str(challenge)
        {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            retry_after(&mut response);
        }
        reason.on(response)
    }
}
