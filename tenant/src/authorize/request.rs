//! The authorize request, parsed once. Client and redirect URI are judged before anything else, because until they hold,
//! nothing may be sent to that address.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::client::{Platform, Registration, registration};
use crate::grant::{Version, resolve};
use crate::store::StoreError;

/// How the answer goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Mode {
    Fragment,
    FormPost,
    Query,
}

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Wanted {
    IdToken,
    Code,
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
    /// What kind of client sits there.
    #[serde(default)]
    pub(super) platform: Platform,
    /// Which endpoint was asked.
    #[serde(default)]
    pub(super) version: Version,
    pub(super) wanted: Wanted,
    pub(super) mode: Mode,
    pub(super) scope: String,
    /// What the code's access token will be for: an audience. Empty where no code is wanted.
    pub(super) resource: String,
    /// PKCE S256 challenge, 43 characters.
    pub(super) challenge: Option<String>,
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
pub(super) async fn read(tenant: &App, version: Version, query: &str) -> Result<Read, StoreError> {
    let untrusted = |number, text| Ok(Read::Untrusted(Untrusted { number, text }));
    let Some(fields) = fields(query) else {
        return untrusted(9_000_411, "A parameter is duplicated or too long.");
    };
    let get = |name: &str| fields.get(name).cloned().filter(|value| !value.is_empty());
    let Some(client_id) = get("client_id") else {
        return untrusted(900_144, "The request must contain the parameter client_id.");
    };
    let Some(app) = registration(&tenant.store, &client_id.to_ascii_lowercase()).await? else {
        return untrusted(700_016, "The application was not found in the directory.");
    };
    let Some(redirect_uri) = get("redirect_uri") else {
        return untrusted(
            900_144,
            "The request must contain the parameter redirect_uri.",
        );
    };
    // To the letter: no prefix, no normalisation, no wildcard.
    let Some(platform) = app.platform(&redirect_uri) else {
        return untrusted(
            50011,
            "The redirect URI specified in the request does not match the redirect URIs configured for the application.",
        );
    };
    let wanted = match fields.get("response_type").map(String::as_str) {
        Some("id_token") => Some(Wanted::IdToken),
        Some("code") => Some(Wanted::Code),
        _ => None,
    };
    let mode = match fields.get("response_mode").map(String::as_str) {
        None | Some("") if wanted == Some(Wanted::Code) => Some(Mode::Query),
        None | Some("" | "fragment") => Some(Mode::Fragment),
        Some("form_post") => Some(Mode::FormPost),
        Some("query") => Some(Mode::Query),
        Some(_) => None,
    };
    // A refusal may go back by query only where the good answer may.
    let back = match (wanted, mode) {
        (Some(Wanted::Code), None) => Mode::Query,
        (Some(Wanted::Code), Some(mode)) => mode,
        (_, Some(Mode::FormPost)) => Mode::FormPost,
        _ => Mode::Fragment,
    };
    let mut request = Request {
        client_id: app.client_id.clone(),
        redirect_uri,
        platform,
        version,
        wanted: wanted.unwrap_or(Wanted::IdToken),
        mode: back,
        scope: get("scope").unwrap_or_default(),
        resource: String::new(),
        challenge: get("code_challenge"),
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
    let code = match wanted {
        Some(Wanted::Code) => code_refusal(tenant, &app, &mut request, &fields).await?,
        _ => None,
    };
    let refusal = refusal(&app, &request, wanted, mode, &fields).or(code);
    Ok(match refusal {
        Some(refusal) => Read::Refused(Box::new(request), refusal),
        None => Read::Good(Box::new(request)),
    })
}

fn refusal(
    app: &Registration,
    request: &Request,
    wanted: Option<Wanted>,
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
    match wanted {
        Some(Wanted::Code) => {}
        Some(Wanted::IdToken) if app.id_token => {}
        Some(Wanted::IdToken) => {
            return refused(
                "unsupported_response_type",
                700_054,
                "The response_type 'id_token' is not enabled for the application.",
            );
        }
        None if fields.contains_key("response_type") => {
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
    let token = wanted == Some(Wanted::IdToken);
    // Query would put the token into logs and histories.
    if mode.is_none() || (token && mode == Some(Mode::Query)) {
        return refused(
            "invalid_request",
            70_007,
            "The response_mode is not supported for this response_type.",
        );
    }
    if token && request.nonce.is_none() {
        return refused(
            "invalid_request",
            90_014,
            "The required field 'nonce' is missing.",
        );
    }
    if token && !request.scope.split(' ').any(|word| word == "openid") {
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

/// What only a code's request can get wrong: its resource, and its PKCE challenge (RFC 7636: S256 only).
async fn code_refusal(
    tenant: &App,
    client: &Registration,
    request: &mut Request,
    fields: &BTreeMap<String, String>,
) -> Result<Option<Refusal>, StoreError> {
    let given = |name: &str| {
        fields
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    };
    // At v1.0 permissions are named by scope only behind a resource's name.
    let scope = Some(request.scope.as_str())
        .filter(|scope| request.version == Version::V2 || scope.contains('/'));
    match resolve(tenant, client, given("resource"), scope).await? {
        Ok(found) => request.resource = found.audience,
        Err(problem) => {
            let (error, number) = problem.words();
            let text = problem.sentence();
            return Ok(Some(Refusal {
                error,
                number,
                text,
            }));
        }
    }
    Ok(challenge_refusal(
        tenant,
        request,
        given("code_challenge_method"),
    ))
}

fn challenge_refusal(tenant: &App, request: &Request, method: Option<&str>) -> Option<Refusal> {
    let refused = |text| {
        Some(Refusal {
            error: "invalid_request",
            number: 501_491,
            text,
        })
    };
    match (&request.challenge, method) {
        (None, None) if request.platform == Platform::Spa => Some(Refusal {
            error: "invalid_request",
            number: 9_002_325,
            text: "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
        }),
        // The page lives in a browser, where a code is seen by others: it is worth nothing without the verifier.
        (None, None) if request.redirect_uri == tenant.hosts.page() => {
            refused("The page must send a code_challenge.")
        }
        (None, None) => None,
        (Some(challenge), Some("S256")) => {
            let form = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            (challenge.len() != 43 || !challenge.bytes().all(form))
                .then_some(())
                .and_then(|()| refused("The size of the code_challenge parameter is not valid."))
        }
        _ => refused("The code_challenge_method must be S256, with a code_challenge."),
    }
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
