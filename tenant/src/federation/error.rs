//! Why an assertion is not believed.

use dovetail_shared::Code;

use crate::store::StoreError;

/// A refusal. The words go to the log and to programs; people see the sentences of the code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FederationError {
    /// No XML that could be looked at: too large, another encoding, a DTD, too deep.
    #[error("the document cannot be read: {0}")]
    Unreadable(&'static str),
    /// Not the one message with the one assertion.
    #[error("the answer has the wrong shape: {0}")]
    Shape(&'static str),
    /// No assertion, or one that lacks what must be in it or holds what nobody here understands.
    #[error("the assertion is not usable: {0}")]
    Assertion(&'static str),
    #[error("the signature does not hold: {0}")]
    Signature(&'static str),
    #[error("the signing key is not one that is configured for the domain")]
    Key,
    #[error("no domain has this issuer")]
    Issuer,
    #[error("the assertion is for somebody else")]
    Audience,
    #[error("the assertion is not valid now: {0}")]
    Time(&'static str),
    #[error("the assertion has been used before")]
    Used,
    #[error("the account is not one of the issuer's domain")]
    Domain,
    #[error("no user has this ImmutableID and this name")]
    User,
    #[error("the user account is disabled")]
    Disabled,
    #[error("the sign-in service asked for no second factor")]
    Mfa,
    #[error("store: {0}")]
    Store(#[from] StoreError),
}

impl FederationError {
    /// The number that people and programs get (federation reference §2.8); a failure of ours has none.
    pub(crate) fn number(&self) -> Option<u32> {
        let code = match self {
            Self::Unreadable(_) => Code::AADSTS_WSFED_INVALID,
            Self::Shape(_) => Code::AADSTS_WSFED_FAULTY,
            Self::Assertion(_) | Self::Audience => Code::AADSTS_SAML_MISSING,
            Self::Signature(_) => Code::AADSTS_SAML_SIGNATURE,
            Self::Key => Code::AADSTS_SAML_KEY,
            Self::Issuer => Code::AADSTS_ISSUER_UNKNOWN,
            Self::Time(_) => Code::AADSTS_ASSERTION_TIME,
            Self::Used => Code::AADSTS_ASSERTION_INVALID,
            Self::Domain => Code::AADSTS_SAML_DOMAIN,
            Self::User => Code::AADSTS_NOT_IN_DIRECTORY,
            Self::Disabled => Code::AADSTS_USER_DISABLED,
            Self::Mfa => Code::AADSTS_MFA_REQUIRED,
            Self::Store(_) => return None,
        };
        match code {
            Code::Aadsts(number) => Some(number),
            _ => None,
        }
    }
}
