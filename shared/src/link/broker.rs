//! Bodies of the requests by which programs and pages use a user's accounts, and of their good replies.

use serde::{Deserialize, Serialize};

use crate::id::{ClientId, TenantId};
use crate::secret::Secret;
use crate::status::SsoState;
use crate::time::UnixTime;

/// Host that clients of Microsoft's brokers know an account by.
pub const ENVIRONMENT: &str = "login.windows.net";

/// An account that the asking user is signed in with on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// `<oid>.<tid>`: names it in other requests.
    pub home_account_id: String,
    /// `<oid>`: the user's object at the tenant.
    pub local_account_id: String,
    /// The tenant.
    pub tenant_id: TenantId,
    /// [`ENVIRONMENT`]
    pub environment: String,
    /// User principal name.
    pub username: String,
    /// Name for people; the user principal name where the tenant told none.
    pub name: String,
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// base64url of `{"uid":"<oid>","utid":"<tid>"}`.
    pub client_info: String,
    /// Whether it is the one for requests that name none.
    pub default: bool,
    /// How its sign-on stands.
    #[serde(default)]
    pub state: SsoState,
}

/// Answer to `accounts`: the default one first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Accounts {
    /// Empty where nobody is signed in.
    pub accounts: Vec<Account>,
}

/// Body of `account.default` and `account.remove`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRef {
    /// `home_account_id`
    pub account: String,
}

/// Body of `broker.token`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokerAsk {
    /// `home_account_id`; the default account where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The application.
    pub client_id: ClientId,
    /// Scopes, separated by blanks.
    pub scope: String,
    /// Sign-in host with tenant, as the application has it; must be the account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// Of the application; a page's must be of its own origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// `claims` request (OIDC Core §5.5), handed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
    /// Goes into the ID token, where the tenant does that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// A UUID of the application's, for the logs of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
}

/// Answer to `broker.token`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokerToken {
    /// The token.
    pub access_token: Secret<String>,
    /// `Bearer`
    pub token_type: String,
    /// Whose, for the application; compact JWS.
    pub id_token: Secret<String>,
    /// As in [`Account`].
    pub client_info: String,
    /// Whose, for this device.
    pub account: Account,
    /// What was granted.
    pub scope: String,
    /// Its end in Unix seconds, by this machine's clock.
    pub expires_on: UnixTime,
}

/// Body of the event `sso.new_program`: a program of this user's got a token or a cookie for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewProgram {
    /// Path of the program, as the kernel knows it.
    pub program: String,
    /// The page behind it, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Whose sign-on it used.
    pub username: String,
    /// `cookie`, `token` or `broker.token`.
    pub action: String,
}
