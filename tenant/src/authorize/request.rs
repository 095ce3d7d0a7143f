//! The authorize request, parsed once. Client and redirect URI are judged before anything else, because until they hold,
//! nothing may be sent to that address.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::app::{App, app};
use crate::store::{Store, StoreError};

/// How the answer goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Mode {
    Fragment,
    FormPost,
    Query,
}

/// What the browser shell said of itself (article §"cxh").
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Shell {
    pub(super) flow: Option<String>,
    pub(super) version: Option<String>,
    pub(super) platform: Option<String>,
}

/// A request whose client and address are known good.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) mode: Mode,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) prompt: Option<String>,
    pub(super) login_hint: Option<String>,
    /// `windows_api_version=2.0`: the device-management claims are wanted.
    pub(super) windows: bool,
    pub(super) shell: Shell,
}

/// Refused without a redirect: the address is not to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Untrusted {
    pub(super) number: u32,
    pub(super) text: &'static str,
}

/// Refused by redirect: error word, number, sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) error: &'static str,
    pub(super) number: u32,
    pub(super) text: &'static str,
}

/// How reading went.
#[derive(Debug)]
pub(super) enum Read {
    Good(Box<Request>),
    Untrusted(Untrusted),
    Refused(Box<Request>, Refusal),
}

const LONGEST: usize = 4096;

/// Reads the query.
pub(super) async fn read(store: &Store, query: &str) -> Result<Read, StoreError> {
    let untrusted = |number, text| Ok(Read::Untrusted(Untrusted { number, text }));
    let Some(fields) = fields(query) else {
        return untrusted(9_000_411, "A parameter is duplicated or too long.");
    };
    let get = |name: &str| fields.get(name).cloned().filter(|value| !value.is_empty());
    let Some(client_id) = get("client_id") else {
        return untrusted(900_144, "The request must contain the parameter client_id.");
    };
    let Some(app) = app(store, &client_id.to_ascii_lowercase()).await? else {
        return untrusted(700_016, "The application was not found in the directory.");
    };
    let Some(redirect_uri) = get("redirect_uri") else {
        return untrusted(
            900_144,
            "The request must contain the parameter redirect_uri.",
        );
    };
    // To the letter: no prefix, no normalisation, no wildcard.
    if !app.redirect_uris.contains(&redirect_uri) {
        return untrusted(
            50011,
            "The redirect URI specified in the request does not match the redirect URIs configured for the application.",
        );
    }
    let mode = match fields.get("response_mode").map(String::as_str) {
        None | Some("" | "fragment") => Some(Mode::Fragment),
        Some("form_post") => Some(Mode::FormPost),
        Some("query") => Some(Mode::Query),
        Some(_) => None,
    };
    let request = Request {
        client_id: app.client_id.clone(),
        redirect_uri,
        mode: mode.unwrap_or(Mode::Fragment),
        state: fields.get("state").cloned(),
        nonce: get("nonce"),
        prompt: get("prompt"),
        login_hint: get("login_hint").or_else(|| get("username")),
        windows: get("windows_api_version").is_some_and(|version| version.starts_with('2')),
        shell: Shell {
            flow: get("cxhflow"),
            version: get("cxhver"),
            platform: get("cxhplatform"),
        },
    };
    Ok(match refusal(&app, &request, mode, &fields) {
        Some(refusal) => Read::Refused(Box::new(request), refusal),
        None => Read::Good(Box::new(request)),
    })
}

fn refusal(
    app: &App,
    request: &Request,
    mode: Option<Mode>,
    fields: &BTreeMap<String, String>,
) -> Option<Refusal> {
    let refused = |error, number, text| {
        Some(Refusal {
            error,
            number,
            text,
        })
    };
    match fields.get("response_type").map(String::as_str) {
        Some("id_token") if app.id_token => {}
        Some("id_token") => {
            return refused(
                "unsupported_response_type",
                700_054,
                "The response_type 'id_token' is not enabled for the application.",
            );
        }
        Some(_) => {
            return refused(
                "unsupported_response_type",
                70_007,
                "The response_type is not supported.",
            );
        }
        None => {
            return refused(
                "invalid_request",
                900_144,
                "The request must contain the parameter response_type.",
            );
        }
    }
    // Query would put the token into logs and histories.
    if mode.is_none() || mode == Some(Mode::Query) {
        return refused(
            "invalid_request",
            70_007,
            "The response_mode is not supported for a token.",
        );
    }
    if request.nonce.is_none() {
        return refused(
            "invalid_request",
            90_014,
            "The required field 'nonce' is missing.",
        );
    }
    if !fields
        .get("scope")
        .is_some_and(|scope| scope.split(' ').any(|word| word == "openid"))
    {
        return refused(
            "invalid_request",
            90_014,
            "The required scope 'openid' is missing.",
        );
    }
    let known = ["login", "none", "select_account", "consent"];
    if request
        .prompt
        .as_deref()
        .is_some_and(|prompt| !known.contains(&prompt))
    {
        return refused(
            "invalid_request",
            90_023,
            "The prompt value is not supported.",
        );
    }
    None
}

/// Name to value; `None` when a name stands twice or something is absurdly long.
fn fields(query: &str) -> Option<BTreeMap<String, String>> {
    let mut fields = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if value.len() > LONGEST
            || fields.len() > 64
            || fields
                .insert(name.into_owned(), value.into_owned())
                .is_some()
        {
            return None;
        }
    }
    Some(fields)
}
