//! The token endpoint's good answer (registration-and-prt reference §1.4).

use serde::{Deserialize, Serialize};

use crate::Secret;

/// What a grant yields. Numbers are strings at the v1.0 endpoint and numbers at v2.0; nobody here reads them but for
/// `expires_in`, so both are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenResponse {
    /// `Bearer`
    pub token_type: String,
    /// What the access token is good for, separated by blanks. Left out where an application asks on its own behalf: clients
    /// keep what is said here, and look for what they asked for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Seconds from now.
    pub expires_in: Seconds,
    /// The same, for clients that outlive an outage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext_expires_in: Option<Seconds>,
    /// Unix seconds; v1.0 only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Seconds>,
    /// Unix seconds; v1.0 only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Seconds>,
    /// v1.0 only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// A JWT; opaque to everybody but the resource.
    pub access_token: Secret<String>,
    /// Opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret<String>>,
    /// Compact JWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token: Option<Secret<String>>,
    /// base64url of `{"uid":"<oid>","utid":"<tid>"}`, when `client_info=1` asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_info: Option<String>,
    /// `1`: the refresh token serves the whole family of first-party clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foci: Option<String>,
}

/// A number of seconds, written as the endpoint's version wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Seconds {
    /// v2.0
    Number(i64),
    /// v1.0
    Text(String),
}

impl Seconds {
    /// The number; `None` when the text is none.
    pub fn get(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_of_a_number_are_read() {
        for answer in [
            r#"{"token_type":"Bearer","expires_in":"3599","access_token":"a.b.c"}"#,
            r#"{"token_type":"Bearer","expires_in":3599,"access_token":"a.b.c","foci":"1"}"#,
        ] {
            let answer: TokenResponse = serde_json::from_str(answer).unwrap();
            assert_eq!(answer.expires_in.get(), Some(3599));
        }
        assert_eq!(Seconds::Text("soon".into()).get(), None);
    }
}
