//! How a federated domain signs its people in (Graph: `internalDomainFederation`). The protocol is WS-Federation (`wsFed`).

use clap::ValueEnum;
use dovetail_shared::encode::b64;
use serde::{Serialize, Serializer};

/// Whether a second factor that the domain's own sign-in service asked for counts here (`federatedIdpMfaBehavior`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MfaBehavior {
    /// It counts; when none was asked for there, the tenant asks those who have one here
    Accept,
    /// It must have been asked for there: a sign-in without it is sent back once, then refused
    Enforce,
    /// It does not count; the tenant asks those who have one here
    Reject,
}

/// What `prompt=login` becomes on the way to the sign-in service (`promptLoginBehavior`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PromptLogin {
    /// `wfresh=0` and the method "password"
    FreshPassword,
    /// `prompt=login` itself
    Native,
    /// Nothing
    Disabled,
}

impl MfaBehavior {
    /// The word on the command line and in the store.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Enforce => "enforce",
            Self::Reject => "reject",
        }
    }

    /// What a stored word means; an unknown one is the strictest.
    pub(crate) fn named(word: &str) -> Self {
        Self::from_str(word, false).unwrap_or(Self::Enforce)
    }
}

impl PromptLogin {
    /// The word on the command line and in the store.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::FreshPassword => "fresh-password",
            Self::Native => "native",
            Self::Disabled => "disabled",
        }
    }

    /// What a stored word means; an unknown one is the strictest.
    pub(crate) fn named(word: &str) -> Self {
        Self::from_str(word, false).unwrap_or(Self::FreshPassword)
    }
}

/// Graph's word for it.
impl Serialize for MfaBehavior {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Accept => "acceptIfMfaDoneByFederatedIdp",
            Self::Enforce => "enforceMfaByFederatedIdp",
            Self::Reject => "rejectMfaByFederatedIdp",
        })
    }
}

/// Graph's word for it.
impl Serialize for PromptLogin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::FreshPassword => "translateToFreshPasswordAuthentication",
            Self::Native => "nativeSupport",
            Self::Disabled => "disabled",
        })
    }
}

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Federation {
    /// Where browsers are sent.
    pub(crate) passive_url: String,
    /// WS-Trust `usernamemixed`, for programs.
    pub(crate) active_url: Option<String>,
    /// Where the services are described (MEX).
    pub(crate) mex_url: Option<String>,
    /// The `Issuer` of the assertions; one domain each.
    pub(crate) issuer: String,
    /// Whose signatures count, DER: the present one, then the next one. Nothing else is ever a key.
    #[serde(serialize_with = "as_base64")]
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) mfa: MfaBehavior,
    pub(crate) prompt_login: PromptLogin,
}

fn as_base64<S: Serializer>(certificates: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(certificates.iter().map(b64))
}
