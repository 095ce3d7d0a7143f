//! Why a PIN is not taken, or not made.

use dovetail_shared::Code;

use super::super::error::PrtError;

/// Something about the PIN itself; what the TPM and the network say is elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::prt) enum PinError {
    /// There is none.
    #[error("no PIN is set up")]
    NotSet,
    /// It is wrong.
    #[error("the PIN is wrong")]
    Wrong,
    /// Wrong ones were tried; none is looked at for so many seconds.
    #[error("no PIN is taken for {0} seconds")]
    Rests(i64),
    /// Too many wrong ones were tried.
    #[error("the PIN was wrong too often")]
    Locked,
    /// It is not as the organisation wants it, for this reason.
    #[error("{0}")]
    Rules(String),
    /// It is too old.
    #[error("the PIN has to be changed")]
    Expired,
    /// The organisation wants none.
    #[error("PINs are not allowed here")]
    Forbidden,
    /// Keys are in files: it would be as good as it is long.
    #[error("the keys of this device are in files")]
    NeedsTpm,
    /// The sign-in was not with a second factor, or too long ago.
    #[error("the sign-in was not just now, or not with a second factor")]
    Stale,
    /// The registration service did not take the key: its status.
    #[error("the registration service answered HTTP {0}")]
    Refused(u16),
}

impl From<PinError> for PrtError {
    fn from(error: PinError) -> Self {
        Self::Pin(error)
    }
}

impl PinError {
    /// What people are told.
    pub(in crate::prt) fn code(&self) -> Code {
        match self {
            Self::NotSet => Code::PIN_NOT_SET,
            Self::Wrong => Code::PIN_WRONG,
            Self::Rests(_) => Code::PIN_RESTS,
            Self::Locked => Code::PIN_LOCKED,
            Self::Rules(_) => Code::PIN_RULES,
            Self::Expired => Code::PIN_EXPIRED,
            Self::Forbidden => Code::PIN_FORBIDDEN,
            Self::NeedsTpm => Code::PIN_NEEDS_TPM,
            Self::Stale => Code::PIN_FRESH_SIGN_IN,
            Self::Refused(_) => Code::PIN_KEY_REFUSED,
        }
    }
}
