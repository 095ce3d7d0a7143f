//! The authorize request of the join page, as in the 2016 article.

use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseType {
    /// `id_token`: the article's way.
    #[serde(rename = "id_token")]
    IdToken,
    /// `code`
    #[serde(rename = "code")]
    Code,
}

/// How the answer comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// Behind `#`: never sent to a server.
    Fragment,
    /// As a posted form.
    FormPost,
    /// In the query.
    Query,
}

/// The parameters, in the article's order. Values are unencoded; [`Self::pairs`] feeds a URL serializer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizeRequest {
    /// `01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9`
    pub client_id: String,
    /// From the daemon: 22 base64url characters, single use.
    pub nonce: String,
    /// From the page: tells its own answer from a foreign one.
    pub state: String,
    /// The page's own address, without query and fragment.
    pub redirect_uri: String,
    /// The account name as typed, when it was.
    pub login_hint: Option<String>,
    /// `MOSET` from settings, `OOBE` at first run.
    pub cxhflow: &'static str,
}

impl AuthorizeRequest {
    /// Name and value of each parameter.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let mut pairs = vec![
            ("client_id", self.client_id.as_str()),
            ("msafed", "0"),
            ("nonce", &self.nonce),
            ("prompt", "login"),
            ("redirect_uri", &self.redirect_uri),
            ("response_type", "id_token"),
            ("response_mode", "fragment"),
            ("scope", "openid sid"),
            ("state", &self.state),
            ("uxoptin", "true"),
            ("windows_api_version", "2.0"),
            ("cxhflow", self.cxhflow),
            ("cxhver", "1.0"),
            ("cxhplatform", "Desktop"),
        ];
        if let Some(hint) = &self.login_hint {
            pairs.push(("login_hint", hint));
        }
        pairs
    }
}
