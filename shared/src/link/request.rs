//! What may be asked.

use serde::{Deserialize, Serialize};

use crate::drs::JoinType;
use crate::id::JoinId;
use crate::name::{DisplayName, Upn};
use crate::secret::Secret;

use super::{
    AccountRef, BrokerAsk, CookieAsk, Pin, PinChange, PinRef, SignIn, SignInCode, TokenAsk,
};

/// Every request, with its name on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "body")]
pub enum Request {
    /// First frame of a client: which protocols it speaks. Answer: [`super::Welcome`].
    #[serde(rename = "hello")]
    Hello(Hello),
    /// First frame of a native-messaging host, before anything from the browser: who started it. Answer: [`super::Done`].
    #[serde(rename = "hello.host")]
    HelloHost(HelloHost),
    /// What is this machine? Answer: [`crate::status::Status`].
    #[serde(rename = "status")]
    Status(Empty),
    /// From now on, send events on this connection. Answer: [`super::Done`].
    #[serde(rename = "subscribe")]
    Subscribe(Empty),
    /// What would stop a join, as far as that can be known before anybody signs in. Answer: [`super::Preflight`].
    #[serde(rename = "preflight")]
    Preflight(Empty),
    /// Start to join. Makes the nonce; begins to make keys. Answer: [`super::Began`].
    #[serde(rename = "join.begin")]
    JoinBegin(Begin),
    /// The sign-in's ID token. Answer: [`super::JoinView`], now waiting for the person to confirm.
    #[serde(rename = "join.token")]
    JoinToken(Token),
    /// What the person answered to the terms of use, as it came back to the page. Answer: [`super::JoinView`].
    #[serde(rename = "join.terms")]
    JoinTerms(TermsAnswer),
    /// Prepare to fetch a code for the management service. Answer: [`super::Managing`], with a fresh PKCE challenge.
    #[serde(rename = "join.manage")]
    JoinManage(JoinRef),
    /// The code, or why there is none. Answer: [`super::JoinView`]; progress follows as events.
    #[serde(rename = "join.code")]
    JoinCode(CodeAnswer),
    /// Join with name and password, without a page, where the configuration allows it. Answer: [`super::JoinView`]. Not for pages.
    #[serde(rename = "join.direct")]
    JoinDirect(Direct),
    /// Join by a sign-in on another machine. Answer: [`super::CodeShown`]; what becomes of it follows as events. Not for pages.
    #[serde(rename = "join.device_code")]
    JoinDeviceCode(DeviceCode),
    /// Yes, join this machine under this name. Answer: [`super::JoinView`]; progress follows as events.
    #[serde(rename = "join.confirm")]
    JoinConfirm(Confirm),
    /// Try the failed step again, or ask for a new sign-in where the token is gone. Answer: [`super::JoinView`].
    #[serde(rename = "join.retry")]
    JoinRetry(JoinRef),
    /// Give up. Answer: [`super::JoinView`].
    #[serde(rename = "join.cancel")]
    JoinCancel(JoinRef),
    /// Joins and leaves that wait for approval on the device. Answer: [`super::Approvals`]. Not for pages.
    #[serde(rename = "approval.list")]
    ApprovalList(Empty),
    /// Approve or refuse one. Answer: [`super::Done`]. Not for pages.
    #[serde(rename = "approval.answer")]
    ApprovalAnswer(Answer),
    /// Prepare to fetch a code for the user's single sign-on. Answer: [`super::Errand`], with a fresh PKCE challenge.
    #[serde(rename = "sign_in.begin")]
    SignInBegin(SignIn),
    /// Sign in on another machine. Answer: [`super::SignInShown`]; what becomes of it follows as an event. Not for pages.
    #[serde(rename = "sign_in.device_code")]
    SignInDeviceCode(SignIn),
    /// That code, or why there is none. Answer: [`crate::status::Status`] with the outcome in `sso`.
    #[serde(rename = "sign_in.code")]
    SignInCode(SignInCode),
    /// Sign in with the PIN. Answer: [`crate::status::Status`] with the outcome in `sso`. Not for pages.
    #[serde(rename = "sign_in.pin")]
    SignInPin(Pin),
    /// How the PIN stands, and the rules for it. Answer: [`super::PinView`]. Not for pages.
    #[serde(rename = "pin.status")]
    PinStatus(PinRef),
    /// Make a key behind a PIN, and register it; in place of the one that was. Answer: [`super::PinView`]. Not for pages.
    #[serde(rename = "pin.set_up")]
    PinSetUp(Pin),
    /// Another PIN before the same key. Answer: [`super::PinView`]. Not for pages.
    #[serde(rename = "pin.change")]
    PinChange(PinChange),
    /// Forget the key. Answer: [`super::PinView`]. Not for pages.
    #[serde(rename = "pin.remove")]
    PinRemove(PinRef),
    /// An access token for a resource, by the user's single sign-on. Answer: [`super::AccessToken`]. Not for pages.
    #[serde(rename = "token")]
    Token(TokenAsk),
    /// A cookie that signs the user in at a login host. Answer: [`super::SsoCookie`]. Not for pages.
    #[serde(rename = "cookie")]
    Cookie(CookieAsk),
    /// With which accounts the user is signed in. Answer: [`super::Accounts`]. Not for pages.
    #[serde(rename = "accounts")]
    Accounts(Empty),
    /// Make an account the one for requests that name none. Answer: [`super::Accounts`]. Not for pages.
    #[serde(rename = "account.default")]
    AccountDefault(AccountRef),
    /// Sign an account out on this device. Answer: [`super::Accounts`]. Not for pages.
    #[serde(rename = "account.remove")]
    AccountRemove(AccountRef),
    /// Tokens for an application, by the user's single sign-on. Answer: [`super::BrokerToken`]. For pages whose origin and
    /// application the machine's configuration names.
    #[serde(rename = "broker.token")]
    BrokerToken(BrokerAsk),
    /// Take the machine out of the tenant. Answer: [`crate::status::Status`].
    #[serde(rename = "leave")]
    Leave(Leave),
    /// Talk with the management service now; enroll first where that failed. Answer: [`crate::status::Status`]. Not for pages.
    #[serde(rename = "sync")]
    Sync(Empty),
    /// Take one's own (registered) device out of management. Answer: [`crate::status::Status`]. Not for pages.
    #[serde(rename = "unenroll")]
    Unenroll(Empty),
    /// The daemon's own diagnostics: TPM, clock, each needed host. Answer: [`super::Checks`]. Not for pages.
    #[serde(rename = "doctor")]
    Doctor(Empty),
}

impl Request {
    /// All names on the wire.
    pub const TYPES: &'static [&'static str] = &[
        "hello",
        "hello.host",
        "status",
        "subscribe",
        "preflight",
        "join.begin",
        "join.token",
        "join.terms",
        "join.manage",
        "join.code",
        "join.direct",
        "join.device_code",
        "join.confirm",
        "join.retry",
        "join.cancel",
        "approval.list",
        "approval.answer",
        "sign_in.begin",
        "sign_in.code",
        "sign_in.device_code",
        "sign_in.pin",
        "pin.status",
        "pin.set_up",
        "pin.change",
        "pin.remove",
        "token",
        "cookie",
        "accounts",
        "account.default",
        "account.remove",
        "broker.token",
        "leave",
        "sync",
        "unenroll",
        "doctor",
    ];

    /// Whether the portal's page behind the extension may ask this. Everything else is for the popup and local programs,
    /// and [`Self::BrokerToken`] for the pages that the machine's configuration names.
    pub fn open_to_pages(&self) -> bool {
        match self {
            Self::Hello(_)
            | Self::Status(_)
            | Self::Subscribe(_)
            | Self::Preflight(_)
            | Self::JoinBegin(_)
            | Self::JoinToken(_)
            | Self::JoinTerms(_)
            | Self::JoinManage(_)
            | Self::JoinCode(_)
            | Self::JoinConfirm(_)
            | Self::JoinRetry(_)
            | Self::JoinCancel(_)
            | Self::SignInBegin(_)
            | Self::SignInCode(_) => true,
            Self::HelloHost(_)
            | Self::ApprovalList(_)
            | Self::ApprovalAnswer(_)
            | Self::Token(_)
            | Self::Cookie(_)
            | Self::Accounts(_)
            | Self::SignInDeviceCode(_)
            | Self::SignInPin(_)
            | Self::PinStatus(_)
            | Self::PinSetUp(_)
            | Self::PinChange(_)
            | Self::PinRemove(_)
            | Self::AccountDefault(_)
            | Self::AccountRemove(_)
            | Self::BrokerToken(_)
            | Self::Leave(_)
            | Self::JoinDirect(_)
            | Self::JoinDeviceCode(_)
            | Self::Sync(_)
            | Self::Unenroll(_)
            | Self::Doctor(_) => false,
        }
    }
}

/// No members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Empty {}

/// Body of `hello`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Protocol versions that the client speaks.
    pub protocol: Vec<u16>,
    /// `extension`, `cli`, `page`, ….
    pub client: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
}

/// Body of `hello.host`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelloHost {
    /// The host's version.
    pub version: String,
    /// Caller as the browser named it in argv: `chrome-extension://<id>/` or the Gecko id.
    pub caller: String,
}

/// First-run or settings: the article's two ways in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// First run of the machine.
    Oobe,
    /// Later, from the settings.
    #[default]
    Settings,
}

/// Body of `join.begin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begin {
    /// The organisation's device or one's own.
    pub join_type: JoinType,
    /// Which way in.
    #[serde(default)]
    pub mode: Mode,
    /// What to call the device; the daemon proposes the host name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<DisplayName>,
}

/// Body of `join.token`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Which join.
    pub join_id: JoinId,
    /// Compact JWS, as the identity provider gave it to the page.
    pub id_token: Secret<String>,
}

/// How the terms of use were answered (MDM terms-of-use protocol: `IsAccepted`, or `error`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermsOutcome {
    /// `IsAccepted=true`
    Accepted,
    /// `IsAccepted=false`
    Declined,
    /// The terms page answered an error, or nothing that is an answer.
    Failed,
}

impl TermsOutcome {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Failed => "failed",
        }
    }
}

/// Body of `join.terms`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsAnswer {
    /// Which join.
    pub join_id: JoinId,
    /// How.
    pub outcome: TermsOutcome,
    /// `OpaqueBlob`, decoded once; goes unchanged into the enrollment request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<Secret<String>>,
    /// `error`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// `error_description`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
}

/// Body of `join.code`: a code or an error of the authorize endpoint, never both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeAnswer {
    /// Which join.
    pub join_id: JoinId,
    /// `code`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Secret<String>>,
    /// `error`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// `error_description`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
}

/// Body of `join.direct`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Direct {
    /// The organisation's device or one's own.
    pub join_type: JoinType,
    /// What to call the device; the host name where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<DisplayName>,
    /// Who.
    pub upn: Upn,
    /// Goes to the sign-in service of the account's domain, nowhere else.
    pub password: Secret<String>,
}

/// Body of `join.device_code`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceCode {
    /// The organisation's device or one's own.
    pub join_type: JoinType,
    /// What to call the device; the host name where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<DisplayName>,
}

/// Body of `join.confirm`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirm {
    /// Which join.
    pub join_id: JoinId,
    /// The name the person settled on.
    pub device_name: DisplayName,
}

/// Names a join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRef {
    /// Which join.
    pub join_id: JoinId,
}

/// Body of `approval.answer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Which join.
    pub join_id: JoinId,
    /// Yes or no.
    pub approve: bool,
}

/// Body of `leave`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Leave {
    /// Clean up here even if the tenant cannot be told; the device object may stay behind there.
    #[serde(default)]
    pub forget: bool,
}
