//! Why there is no token, and what that makes of the one that was there.

use dovetail_shared::oidc::OAuthError;
use dovetail_shared::status::SsoState;
use dovetail_shared::{Code, Report};

use super::hello::PinError;
use crate::Daemon;
use crate::net::NetError;
use crate::oidc::RedeemError;
use crate::store::StoreError;
use crate::tpm::TpmError;
use crate::vault::VaultError;

/// Something that a primary refresh token was needed for did not come about.
#[derive(Debug, thiserror::Error)]
pub(super) enum PrtError {
    /// Not asked, no answer, or a refusal.
    #[error(transparent)]
    Redeem(#[from] RedeemError),
    /// The keys cannot be used.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The answer is not for this device, this user or this request.
    #[error("the sign-in that came back {0}")]
    Answer(&'static str),
    /// It could not be saved.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What lies on disk does not open to a token.
    #[error("the stored token does not open")]
    Damaged,
    /// This user has none.
    #[error("this user is not signed in")]
    None,
    /// This user is not signed in with the account that was asked for.
    #[error("this user is not signed in with that account")]
    Account,
    /// There are as many as there may be.
    #[error("this user is signed in with as many accounts as one may be")]
    Full,
    /// The device is not joined, or leaves.
    #[error("this device is not joined")]
    NotJoined,
    /// The device certificate is gone.
    #[error("the device certificate is gone")]
    Certificate,
    /// About the PIN.
    #[error(transparent)]
    Pin(PinError),
    /// What was kept cannot be used.
    #[error("what is kept on this machine cannot be read")]
    Kept(Code),
    /// This uid is not a person's, or not the same person's any more.
    #[error("this user may not sign in here")]
    Person,
}

impl From<NetError> for PrtError {
    fn from(error: NetError) -> Self {
        Self::Redeem(error.into())
    }
}

impl PrtError {
    /// What people are told.
    pub(super) fn report(&self, daemon: &Daemon) -> Report {
        let code = match self {
            Self::Redeem(error) => return error.report_or(daemon, Code::SSO_SIGN_IN),
            Self::Vault(VaultError::Gone | VaultError::Tpm(TpmError::Cleared)) | Self::Damaged => {
                Code::SSO_KEY_LOST
            }
            Self::Vault(error) => error.code(),
            Self::Answer(_) => Code::SSO_ANSWER,
            Self::Store(error) => error.code(),
            Self::None => Code::SSO_NOT_SIGNED_IN,
            Self::Account => Code::SSO_ACCOUNT,
            Self::Full => Code::SSO_ACCOUNTS_FULL,
            Self::NotJoined => Code::NOT_JOINED,
            Self::Certificate => Code::DEVICE_CERTIFICATE_NOT_FOUND,
            Self::Pin(error) => error.code(),
            Self::Kept(code) => *code,
            Self::Person => Code::PEER_REFUSED,
        };
        daemon.report(code).with_detail(self.to_string())
    }

    /// The AADSTS number of a refusal.
    pub(super) fn number(&self) -> Option<u32> {
        match self {
            Self::Redeem(RedeemError::Refused(_, error)) => error.aadsts(),
            _ => None,
        }
    }

    /// Seconds that the server asked to be left alone for.
    pub(super) fn wait(&self) -> i64 {
        match self {
            Self::Redeem(RedeemError::Net(NetError::Throttled { seconds, .. })) => {
                i64::try_from(*seconds).unwrap_or(i64::MAX)
            }
            _ => 0,
        }
    }

    /// What becomes of the user's sign-on after this was the outcome of a renewal.
    pub(super) fn after_renewal(&self) -> SsoState {
        if let Some(state) = self.of_the_token() {
            return state;
        }
        match self {
            Self::Redeem(RedeemError::Refused(status, error)) if is_final(*status, error) => {
                SsoState::SignInAgain
            }
            _ => SsoState::Offline,
        }
    }

    /// The same after a use of the token for something else: only what is about the token itself or the device counts.
    /// `None`: it is as good as it was.
    pub(super) fn of_the_token(&self) -> Option<SsoState> {
        match self {
            Self::Vault(VaultError::Gone | VaultError::Tpm(TpmError::Cleared)) | Self::Damaged => {
                Some(SsoState::SignInAgain)
            }
            Self::Redeem(RedeemError::Refused(..)) => match self.number()? {
                135_011 => Some(SsoState::DeviceDisabled),
                700_003 => Some(SsoState::DeviceDeleted),
                // The second factor too old, session or grant invalid, revoked, expired or not used; device proof or session key not accepted; account
                // gone or disabled.
                50_078 | 50_132 | 50_133 | 50_173 | 70_008 | 70_043 | 700_082 | 50_155
                | 140_001 | 50_034 | 50_057 => Some(SsoState::SignInAgain),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Whether the same request will be refused again: not where the server has a fault of its own, is throttled, or did not take
/// its own nonce.
fn is_final(status: u16, error: &OAuthError) -> bool {
    let passing = matches!(
        error.aadsts(),
        Some(90_006 | 90_033 | 90_055 | 140_000 | 50_196)
    ) || matches!(
        error.error.as_str(),
        "temporarily_unavailable" | "server_error" | "slow_down"
    );
    // A refusal without the words of one is a proxy's.
    (400..500).contains(&status) && status != 429 && !passing && !error.error.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, error: &str, number: Option<u32>) -> PrtError {
        PrtError::Redeem(RedeemError::Refused(
            status,
            OAuthError {
                error: error.into(),
                error_codes: number.into_iter().collect(),
                ..OAuthError::default()
            },
        ))
    }

    /// Every refusal leads to a state that somebody can act on, and a server in trouble does not sign anybody out.
    #[test]
    fn refusals_become_states() {
        use SsoState::{DeviceDeleted, DeviceDisabled, Offline, SignInAgain};
        for (status, error, number, renewal, used) in [
            (
                400,
                "invalid_grant",
                Some(135_011),
                DeviceDisabled,
                Some(DeviceDisabled),
            ),
            (
                400,
                "invalid_grant",
                Some(700_003),
                DeviceDeleted,
                Some(DeviceDeleted),
            ),
            (
                400,
                "invalid_grant",
                Some(50_173),
                SignInAgain,
                Some(SignInAgain),
            ),
            (
                400,
                "invalid_grant",
                Some(140_001),
                SignInAgain,
                Some(SignInAgain),
            ),
            (
                400,
                "invalid_grant",
                Some(50_078),
                SignInAgain,
                Some(SignInAgain),
            ),
            (400, "interaction_required", Some(50_076), SignInAgain, None),
            (400, "invalid_grant", Some(53_003), SignInAgain, None),
            (400, "invalid_grant", None, SignInAgain, None),
            (400, "invalid_grant", Some(140_000), Offline, None),
            (400, "temporarily_unavailable", Some(90_033), Offline, None),
            (429, "invalid_request", None, Offline, None),
            (503, "", None, Offline, None),
            (500, "server_error", None, Offline, None),
            (403, "", None, Offline, None),
        ] {
            let refused = refused(status, error, number);
            assert_eq!(
                refused.after_renewal(),
                renewal,
                "{status} {error} {number:?}"
            );
            assert_eq!(refused.of_the_token(), used, "{status} {error} {number:?}");
        }
        for error in [
            PrtError::from(NetError::Timeout("host".into())),
            PrtError::Redeem(RedeemError::Nonsense),
            PrtError::Vault(TpmError::Busy.into()),
            PrtError::Vault(TpmError::Absent.into()),
            PrtError::Answer("is none"),
        ] {
            assert_eq!(error.after_renewal(), Offline, "{error}");
        }
        assert_eq!(
            PrtError::Vault(TpmError::Cleared.into()).after_renewal(),
            SignInAgain
        );
    }
}
