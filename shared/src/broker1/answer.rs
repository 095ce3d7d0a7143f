//! Answers.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Account;
use crate::link;
use crate::secret::Secret;

/// Milliseconds in a second.
const MILLIS: i64 = 1000;

/// Answer to `getAccounts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    /// Empty where nobody is signed in.
    pub accounts: Vec<Account>,
}

impl From<&link::Accounts> for Accounts {
    fn from(known: &link::Accounts) -> Self {
        Self {
            accounts: known.accounts.iter().map(Account::from).collect(),
        }
    }
}

/// One cookie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CookieItem {
    /// `x-ms-RefreshTokenCredential`
    pub cookie_name: String,
    /// Compact JWS.
    pub cookie_content: Secret<String>,
}

/// Answer to `acquirePrtSsoCookie`: the older shape and the newer one at once, for each client the one that it reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CookieAnswer {
    /// Whose, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// The older shape: one cookie.
    #[serde(flatten)]
    pub first: CookieItem,
    /// The newer shape: a list.
    pub cookie_items: Vec<CookieItem>,
    /// `{}`
    pub telemetry: Value,
}

impl CookieAnswer {
    /// The answer about the one cookie there is.
    pub fn new(account: Option<Account>, cookie: &link::SsoCookie) -> Self {
        let item = CookieItem {
            cookie_name: cookie.name.clone(),
            cookie_content: cookie.value.clone(),
        };
        Self {
            account,
            first: item.clone(),
            cookie_items: vec![item],
            telemetry: json!({}),
        }
    }
}

/// Answer to both ways of acquiring a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenAnswer {
    /// The tokens.
    pub broker_token_response: Tokens,
    /// `{}`
    pub telemetry: Value,
}

/// Tokens for an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    /// The token.
    pub access_token: Secret<String>,
    /// 0: bearer.
    pub access_token_type: i32,
    /// Whose, for this device.
    pub account: Account,
    /// base64url of `{"uid":"<oid>","utid":"<tid>"}`.
    pub client_info: String,
    /// Milliseconds since 1970.
    pub expires_on: i64,
    /// The same: there is no longer life for bad times.
    pub extended_expires_on: i64,
    /// Separated by blanks.
    pub granted_scopes: String,
    /// Whose, for the application.
    pub id_token: Secret<String>,
}

impl From<link::BrokerToken> for TokenAnswer {
    fn from(token: link::BrokerToken) -> Self {
        let end = token.expires_on.0.saturating_mul(MILLIS);
        Self {
            broker_token_response: Tokens {
                access_token: token.access_token,
                access_token_type: 0,
                account: Account::from(&token.account),
                client_info: token.client_info,
                expires_on: end,
                extended_expires_on: end,
                granted_scopes: token.scope,
                id_token: token.id_token,
            },
            telemetry: json!({}),
        }
    }
}

/// Answer to `removeAccount` and `cancelInteractiveFlow`: `{}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nothing {}

/// Answer to `getLinuxBrokerVersion`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionAnswer {
    /// The broker's.
    pub linux_broker_version: String,
    /// The native-messaging host's; in linux-entra-sso's messages only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> link::Account {
        serde_json::from_value(json!({
            "home_account_id": "o.t", "local_account_id": "o",
            "tenant_id": "6babcaad-604b-40ac-a9d7-9fd97c0b779f", "environment": "login.windows.net",
            "username": "u@contoso.com", "name": "U", "client_info": "e30", "default": true,
        }))
        .unwrap()
    }

    #[test]
    fn a_cookie_is_told_in_both_shapes() {
        let cookie = link::SsoCookie {
            name: "n".into(),
            value: String::from("v").into(),
            upn: "u@contoso.com".into(),
        };
        let answer = CookieAnswer::new(Some(Account::from(&account())), &cookie);
        let value = serde_json::to_value(answer).unwrap();
        let item = json!({"cookieName": "n", "cookieContent": "v"});
        assert_eq!(
            (&value["cookieName"], &value["cookieContent"]),
            (&json!("n"), &json!("v"))
        );
        assert_eq!(value["cookieItems"], json!([item]));
        assert_eq!(value["account"]["username"], "u@contoso.com");
        assert_eq!(value["telemetry"], json!({}));
    }

    #[test]
    fn a_tokens_times_are_in_milliseconds_and_its_scopes_one_text() {
        let token: link::BrokerToken = serde_json::from_value(json!({
            "access_token": "a", "token_type": "Bearer", "id_token": "i", "client_info": "e30",
            "account": account(), "scope": "one two", "expires_on": 1_700_000_000,
        }))
        .unwrap();
        let value = serde_json::to_value(TokenAnswer::from(token)).unwrap();
        let response = &value["brokerTokenResponse"];
        assert_eq!(response["expiresOn"], 1_700_000_000_000_i64);
        assert_eq!(response["extendedExpiresOn"], response["expiresOn"]);
        assert_eq!(
            (&response["accessTokenType"], &response["grantedScopes"]),
            (&json!(0), &json!("one two"))
        );
        for member in ["accessToken", "idToken", "clientInfo"] {
            assert!(response[member].is_string(), "{member}");
        }
        assert!(response["account"]["realm"].is_string());
    }
}
