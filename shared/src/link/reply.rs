//! Bodies of good replies, where they are not a [`super::JoinView`] or a [`crate::status::Status`].

use serde::{Deserialize, Serialize};

use super::JoinView;
use crate::code::Report;
use crate::id::JoinId;
use crate::status::Check;

/// Done; nothing more to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Done {}

/// Answer to `hello`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The version both speak.
    pub protocol: u16,
    /// The daemon's version.
    pub broker: String,
    /// What it can do: `join`, `leave`, ….
    #[serde(default)]
    pub features: Vec<String>,
    /// Largest frame it takes, in bytes.
    pub max_frame: u32,
}

/// Answer to `join.begin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Began {
    /// The join, waiting for the sign-in.
    pub join: JoinView,
    /// Goes into the authorize request; the ID token must carry it.
    pub nonce: String,
    /// Sign-in host with tenant, from the machine's configuration: `https://login.microsoftonline.com/common`.
    pub authority: String,
    /// Client id for the authorize request.
    pub client_id: String,
    /// Where a code is wanted instead of an ID token: what its request needs beside the nonce.
    #[serde(default, flatten)]
    pub code: CodeSource,
}

/// The code source (design §5): all of it, or nothing where the sign-in answers with an ID token.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeSource {
    /// PKCE S256 challenge; the verifier stays in the daemon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// `resource`: the registration service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Where the answer goes: an address of the tenant's, which the extension sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
}

/// Answer to `join.device_code`: what a person needs to sign in on another machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeShown {
    /// The join, waiting for the sign-in.
    pub join: JoinView,
    /// What to type there, `F5KZ-7QRT`.
    pub user_code: String,
    /// Where, an https address.
    pub verification_uri: String,
    /// The same with the code in it, where the service offers that: for a QR code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_uri_complete: Option<String>,
    /// The service's own sentence for people; may be empty.
    #[serde(default)]
    pub message: String,
    /// Seconds that the code is good for.
    pub expires_in: u32,
}

/// Answer to `join.manage`: what the page puts into the authorize request (registration-and-prt reference §1.2 (b)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Managing {
    /// The join, waiting for the code.
    pub join: JoinView,
    /// Sign-in host with tenant, from the machine's configuration.
    pub authority: String,
    /// Client id of the silent request.
    pub client_id: String,
    /// `resource`: the management service, scheme and host of its discovery URL with a final slash.
    pub resource: String,
    /// PKCE S256 challenge; the verifier stays in the daemon.
    pub code_challenge: String,
    /// Goes into the request; the ID token that comes with the redeemed code must carry it.
    pub nonce: String,
    /// Where the answer goes, if not to the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
}

/// Answer to `approval.list`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Approvals {
    /// Those that wait.
    pub waiting: Vec<Approval>,
}

/// A join that waits for a yes outside the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Which.
    pub join_id: JoinId,
    /// Tenant's name.
    pub tenant: String,
    /// Account.
    pub upn: String,
    /// Device name.
    pub device_name: String,
}

/// Answer to `preflight`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Preflight {
    /// The first thing that would stop a join, and what to do about it: what stands first is what the rest follows from. Absent
    /// where nothing is known to stand in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<Report>,
}

/// Answer to `doctor`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Checks {
    /// In the order in which they ran.
    pub checks: Vec<Check>,
}
