//! The authorize request as it is kept: its client and address are known good, everything in it was judged once (`read.rs`).

use serde::{Deserialize, Serialize};

use crate::client::Platform;
use crate::grant::Version;
use crate::rule::Strength;

/// How the answer goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Mode {
    Fragment,
    FormPost,
    Query,
}

/// What is wanted: the words of `response_type`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub(super) code: bool,
    pub(super) id_token: bool,
    /// An access token, at once.
    pub(super) token: bool,
}

impl Wanted {
    /// Whether anything comes back that must not be seen by servers and histories on the way.
    pub(super) fn shows_tokens(self) -> bool {
        self.id_token || self.token
    }
}

/// What the browser shell said of itself (article §"cxh").
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Shell {
    pub(super) flow: Option<String>,
    pub(super) version: Option<String>,
    pub(super) platform: Option<String>,
}

/// What comes with the answer because it was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Extras {
    /// `client_info=1`
    pub(super) client_info: bool,
    /// `nativebroker=1`: the answer carries `accountId`, where the device's sign-on made the session.
    pub(super) account_id: bool,
    /// `windows_api_version=2.0`: the device-management claims are wanted.
    pub(super) windows: bool,
}

/// A request whose client and address are known good.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    /// What kind of client sits there.
    pub(super) platform: Platform,
    /// Which of the two endpoints was asked.
    pub(super) version: Version,
    pub(super) wanted: Wanted,
    pub(super) mode: Mode,
    pub(super) scope: String,
    /// What `resource` said (v1.0).
    pub(super) resource_name: Option<String>,
    /// What the code's access token will be for: an audience. Empty where neither code nor token is wanted.
    pub(super) resource: String,
    /// PKCE S256 challenge, 43 characters.
    pub(super) challenge: Option<String>,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    /// `none`, `login`, `select_account`, `consent`, `create`.
    pub(super) prompt: Option<String>,
    pub(super) login_hint: Option<String>,
    /// Domain of the account, for those who do not know its name.
    pub(super) domain_hint: Option<String>,
    /// Session that must answer.
    pub(super) sid: Option<String>,
    /// Seconds since the person proved who they are, at most.
    pub(super) max_age: Option<i64>,
    pub(super) strength: Strength,
    pub(super) extras: Extras,
    pub(super) shell: Shell,
}

/// Refused without a redirect: the address is not to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Untrusted {
    pub(super) number: u32,
    pub(super) text: &'static str,
}

/// Refused by redirect: error word, number, sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) error: &'static str,
    pub(super) number: u32,
    pub(super) text: String,
}

/// How reading went.
#[derive(Debug)]
pub(super) enum Read {
    Good(Box<Request>),
    Untrusted(Untrusted),
    Refused(Box<Request>, Refusal),
}
