//! Why a sign-in without a page did not work.

use dovetail_shared::code::ServerSaid;
use dovetail_shared::{Code, Report};

use crate::Daemon;
use crate::mdm::xml::XmlError;
use crate::net::NetError;
use crate::oidc::RedeemError;

/// A refusal, or a failure on the way.
#[derive(Debug, thiserror::Error)]
pub enum DirectError {
    /// The tenant was not asked, or did not answer.
    #[error(transparent)]
    Net(NetError),
    /// The organisation's own service was not asked, or did not answer.
    #[error(transparent)]
    Service(NetError),
    /// The tenant's answer about the account's domain is none.
    #[error("the sign-in service's answer about the account cannot be read")]
    Realm,
    /// Nobody's domain.
    #[error("no organisation has the account's domain")]
    Unknown,
    /// The organisation's service cannot be used: `.0` says why.
    #[error("the organisation's sign-in service offers no safe endpoint: {0}")]
    Endpoint(&'static str),
    /// Another status than a WS-Trust service answers with.
    #[error("the organisation's sign-in service answered with HTTP {0}")]
    Status(u16),
    /// Its document or answer is not what it should be.
    #[error("the organisation's sign-in service cannot be understood: {0}")]
    Answer(#[from] XmlError),
    /// It refused.
    #[error("the organisation's sign-in service refused")]
    Fault(Box<ServerSaid>),
    /// It did not know the account, or not with this password.
    #[error("the organisation's sign-in service does not accept name and password")]
    WrongPassword(Box<ServerSaid>),
    /// Nobody signed in with the device code while it was good.
    #[error("the code was not used in time")]
    CodeExpired,
    /// Somebody looked at the device code, and said no.
    #[error("the sign-in on the other machine was declined")]
    CodeDeclined,
    /// The organisation gives this program no device codes, or takes none for this.
    #[error("the sign-in service gives out no device code for joining devices")]
    CodeOff(Box<ServerSaid>),
    /// The tenant's token endpoint refused.
    #[error(transparent)]
    Redeem(#[from] RedeemError),
}

impl DirectError {
    /// What people are told.
    pub fn report(self, daemon: &Daemon) -> Report {
        let (code, said) = match &self {
            Self::Redeem(error) => return error.report_or(daemon, Code::TOKEN_REJECTED),
            Self::Net(error) => (error.code(), None),
            Self::Service(error) => (unreachable(error), None),
            Self::Realm => (Code::NONSENSE, None),
            Self::Unknown => (Code::AADSTS_NO_SUCH_USER, None),
            Self::Endpoint(_) => (Code::WSTRUST_NO_ENDPOINT, None),
            Self::Status(_) => (Code::WSTRUST_FAULT, None),
            Self::Answer(_) => (Code::WSTRUST_UNREADABLE, None),
            Self::Fault(said) => (Code::WSTRUST_FAULT, Some(said)),
            Self::WrongPassword(said) => (Code::AADSTS_WRONG_PASSWORD, Some(said)),
            Self::CodeExpired => (Code::DEVICE_CODE_EXPIRED, None),
            Self::CodeDeclined => (Code::DEVICE_CODE_DECLINED, None),
            Self::CodeOff(said) => (Code::DEVICE_CODE_OFF, Some(said)),
        };
        let mut report = daemon.report(code).with_detail(self.to_string());
        report.server = said.map(|said| ServerSaid::clone(said));
        report
    }
}

/// Not reached is another thing to mend than not trusted.
fn unreachable(error: &NetError) -> Code {
    match error.code() {
        Code::UNREACHABLE | Code::TIMED_OUT => Code::FEDERATION_UNREACHABLE,
        other => other,
    }
}
