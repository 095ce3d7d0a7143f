//! What can go wrong with a TPM, as far as somebody can do something about it.

use dovetail_shared::Code;
use tss_esapi::Error;
use tss_esapi::constants::response_code::Tss2ResponseCodeKind as Kind;

/// A TPM operation failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TpmError {
    /// No TPM answers at the configured place.
    #[error("no TPM answers")]
    Absent,
    /// Too much work is waiting already, or the TPM asks to come back.
    #[error("the TPM is busy")]
    Busy,
    /// The keys do not open: the TPM was cleared, or it is another one.
    #[error("the TPM was cleared or exchanged, or the keys are another machine's")]
    Cleared,
    /// Locked after wrong attempts (dictionary attack protection).
    #[error("the TPM is locked after too many wrong attempts")]
    Locked,
    /// All object or session slots are taken by others.
    #[error("the TPM has no free place")]
    Full,
    /// The TPM went away in the middle.
    #[error("the TPM stopped answering")]
    Lost,
    /// The PIN is wrong, and the TPM has counted that.
    #[error("the PIN is wrong")]
    WrongPin,
    /// What should be a session key for this TPM is none.
    #[error("what came is no session key for this device")]
    NoSessionKey,
    /// It answered something that makes no sense, or refused for a reason that only the code tells.
    #[error("the TPM refused: {0}")]
    Refused(String),
}

impl TpmError {
    /// What people are told.
    pub fn code(&self) -> Code {
        match self {
            Self::Absent => Code::TPM_ABSENT,
            Self::Busy | Self::Full => Code::TPM_BUSY,
            Self::Cleared => Code::TPM_CLEARED,
            Self::Locked => Code::TPM_LOCKED,
            Self::WrongPin => Code::PIN_WRONG,
            Self::NoSessionKey => Code::SSO_ANSWER,
            Self::Lost | Self::Refused(_) => Code::TPM_FAILED,
        }
    }
}

/// The library knows only the TPM's own codes: a dead transport comes out as a code it does not recognise. So what is
/// understood is named, and everything else means: drop the context, connect anew.
impl From<Error> for TpmError {
    fn from(error: Error) -> Self {
        match error {
            Error::WrapperError(kind) => Self::Refused(kind.to_string()),
            Error::Tss2Error(code) => match code.kind() {
                Some(Kind::Integrity) => Self::Cleared,
                Some(
                    Kind::ObjectMemory | Kind::SessionMemory | Kind::SessionHandles | Kind::Memory,
                ) => Self::Full,
                Some(Kind::Lockout) => Self::Locked,
                Some(Kind::Retry | Kind::Yielded | Kind::Testing) => Self::Busy,
                Some(
                    kind @ (Kind::AuthFail
                    | Kind::BadAuth
                    | Kind::Value
                    | Kind::Attributes
                    | Kind::Hierarchy
                    | Kind::Scheme
                    | Kind::Size
                    | Kind::Ticket
                    | Kind::Policy
                    | Kind::PolicyFail),
                ) => Self::Refused(format!("{kind:?}")),
                _ => Self::Lost,
            },
        }
    }
}
