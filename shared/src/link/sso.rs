//! Bodies of the requests about a user's single sign-on, and of their good replies.

use serde::{Deserialize, Serialize};

use crate::code::Report;
use crate::id::ClientId;
use crate::secret::Secret;
use crate::time::UnixTime;

/// Answer to `sign_in.begin`: what the page puts into the authorize request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errand {
    /// Sign-in host with tenant, from the machine's configuration.
    pub authority: String,
    /// Client id of the request.
    pub client_id: String,
    /// `resource` of the request (v1.0 of the authorize endpoint).
    pub resource: String,
    /// PKCE S256 challenge; the verifier stays in the daemon.
    pub code_challenge: String,
    /// Goes into the request; the ID token that comes with the redeemed code must carry it.
    pub nonce: String,
    /// `prompt` of the first try: `none`, by the browser's sign-in session; `select_account` for one account more.
    pub prompt: String,
    /// Where the answer goes, if not to the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// Whom the token was for that there was before; goes into `login_hint`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// `ngcmfa` where only a sign-in with the second factor, given just now, helps: before a PIN is set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amr_values: Option<String>,
}

/// Body of `sign_in.begin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SignIn {
    /// With one account more, beside those that the user is signed in with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub add: bool,
}

/// Body of `sign_in.code`: a code or an error of the authorize endpoint, never both.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SignInCode {
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

/// Answer to `sign_in.device_code`: what a person needs to sign in on another machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInShown {
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

/// Body of the event `sign_in.ended`: one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInEnded {
    /// Who signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Why nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
}

/// Body of `token`: one of resource and scope.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TokenAsk {
    /// Whom the token is for, as v1.0 names it: `https://graph.microsoft.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The same as v2.0 names it: scopes separated by blanks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// For which application; the daemon's own where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// `home_account_id` of the account; the default one where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// Answer to `token`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessToken {
    /// The token.
    pub access_token: Secret<String>,
    /// `Bearer`
    pub token_type: String,
    /// Its end, by this machine's clock.
    pub expires_on: UnixTime,
    /// What it is good for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Whose it is.
    pub upn: String,
}

/// Body of `cookie`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CookieAsk {
    /// An https address of a login host; `sso_nonce` in its query is used.
    pub url: String,
    /// The server's nonce; one is fetched where neither this nor the address has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// `home_account_id` of the account; the default one where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// Answer to `cookie`: sent as a cookie or as a header of that name. Good for minutes, at that host only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SsoCookie {
    /// `x-ms-RefreshTokenCredential`
    pub name: String,
    /// Compact JWS under the session key.
    pub value: Secret<String>,
    /// Whose it is.
    pub upn: String,
}
