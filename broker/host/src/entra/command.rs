//! What the extension may ask, and what the daemon is asked for it.

use dovetail_shared::Code;
use dovetail_shared::broker1::{EDGE_CLIENT_ID, GRAPH_DEFAULT, LOGIN_DEFAULT, Named};
use dovetail_shared::link::{BrokerAsk, CookieAsk, Empty, Hello, PROTOCOL, Request};
use serde::Deserialize;

use crate::peek;

/// A command of which we know nothing is named in the answer, up to this length.
const LONGEST: usize = 64;

/// A request of the extension's.
#[derive(Debug, Deserialize)]
#[serde(tag = "command")]
pub(super) enum Command {
    #[serde(rename = "getAccounts")]
    Accounts {},
    #[serde(rename = "acquirePrtSsoCookie")]
    Cookie {
        account: Named,
        // There, but perhaps empty.
        #[serde(rename = "ssoUrl", deserialize_with = "nullable")]
        url: Option<String>,
    },
    #[serde(rename = "acquireTokenSilently")]
    Token {
        account: Named,
        #[serde(default)]
        scopes: Option<Vec<String>>,
    },
    #[serde(rename = "getVersion")]
    Version {},
}

/// Null is a value, and absence is none.
fn nullable<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(from)
}

const NAMES: [&str; 4] = [
    "getAccounts",
    "acquirePrtSsoCookie",
    "acquireTokenSilently",
    "getVersion",
];

/// The command's name, empty where there is none that could be named, and the command.
pub(super) fn read(text: &str) -> (String, Result<Command, Code>) {
    #[derive(Deserialize)]
    struct Head {
        #[serde(default)]
        command: String,
    }
    let nameless = (String::new(), Err(Code::BAD_FRAME));
    if !peek::is_object(text.as_bytes()) || peek::is_too_deep(text) {
        return nameless;
    }
    let Ok(Head { command: name }) = serde_json::from_str(text) else {
        return nameless;
    };
    if name.is_empty() || name.len() > LONGEST {
        return nameless;
    }
    if !NAMES.contains(&name.as_str()) {
        return (name, Err(Code::BROKER_NOT_OFFERED));
    }
    let command = serde_json::from_str(text).map_err(|_| Code::BAD_FRAME);
    (name, command)
}

impl Command {
    /// What the daemon is asked.
    pub(super) fn request(self) -> Result<Request, Code> {
        match self {
            Self::Accounts {} => Ok(Request::Accounts(Empty {})),
            Self::Cookie { account, url } => Ok(Request::Cookie(CookieAsk {
                url: address(url)?,
                nonce: None,
                account: Some(id(account)?),
            })),
            Self::Token { account, scopes } => Ok(Request::BrokerToken(BrokerAsk {
                account: Some(id(account)?),
                client_id: EDGE_CLIENT_ID.parse().map_err(|_| Code::UNSUPPORTED)?,
                scope: scopes
                    .filter(|scopes| !scopes.is_empty())
                    .map_or_else(|| GRAPH_DEFAULT.to_owned(), |scopes| scopes.join(" ")),
                authority: None,
                redirect_uri: None,
                claims: None,
                nonce: None,
                correlation_id: None,
            })),
            Self::Version {} => Ok(Request::Hello(Hello {
                protocol: vec![PROTOCOL],
                client: "linux_entra_sso".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            })),
        }
    }
}

/// Never somebody because nobody was named.
fn id(account: Named) -> Result<String, Code> {
    account
        .home_account_id
        .filter(|id| !id.is_empty())
        .ok_or(Code::BAD_FRAME)
}

/// The address that the cookie is for. Which hosts may be signed in at is the daemon's to know; that no cookie goes over a
/// line without TLS can be seen here.
fn address(url: Option<String>) -> Result<String, Code> {
    let url = url
        .filter(|url| !url.is_empty())
        .unwrap_or_else(|| LOGIN_DEFAULT.to_owned());
    if url.starts_with("https://") {
        Ok(url)
    } else {
        Err(Code::SSO_HOST_REFUSED)
    }
}
