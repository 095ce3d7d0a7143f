//! Reads the authorize request, once. Client and redirect URI are judged before anything else, because until they hold, nothing
//! may be sent to that address.

use std::collections::BTreeMap;

use super::demand;
use super::request::{Extras, Mode, Read, Refusal, Request, Shell, Untrusted, Wanted};
use crate::app::App;
use crate::client::{Platform, Registration, may_have_tokens, registration};
use crate::grant::{Version, resolve};
use crate::rule::Strength;
use crate::store::StoreError;

/// Longest value of a parameter, in bytes.
const LONGEST: usize = 4096;
/// Longest nonce: it goes into tokens.
const LONGEST_NONCE: usize = 512;
/// Most parameters.
const MOST: usize = 64;

/// The parameters, each once.
pub(super) type Fields = BTreeMap<String, String>;

/// Reads the query.
pub(super) async fn read(tenant: &App, version: Version, query: &str) -> Result<Read, StoreError> {
    let untrusted = |number, text| Ok(Read::Untrusted(Untrusted { number, text }));
    let Some(fields) = fields(query) else {
        return untrusted(9_000_411, "A parameter is duplicated or too long.");
    };
    let Some(client_id) = get(&fields, "client_id") else {
        return untrusted(900_144, "The request must contain the parameter client_id.");
    };
    let Some(app) = registration(&tenant.store, &client_id.to_ascii_lowercase()).await? else {
        return untrusted(700_016, "The application was not found in the directory.");
    };
    let Some(redirect_uri) = get(&fields, "redirect_uri") else {
        return untrusted(
            900_144,
            "The request must contain the parameter redirect_uri.",
        );
    };
    // To the letter: no prefix, no normalisation, no wildcard; of a loopback address the port is free.
    let Some(platform) = app.platform(redirect_uri) else {
        return untrusted(
            50011,
            "The redirect URI specified in the request does not match the redirect URIs configured for the application.",
        );
    };
    let wanted = wanted(&fields);
    let mode = mode(&fields, wanted.unwrap_or_default());
    let mut request = request(&fields, &app, platform, version);
    request.wanted = wanted.unwrap_or_default();
    // A refusal may go back by query only where the good answer may.
    request.mode = match (wanted, mode) {
        (_, Some(mode)) => mode,
        (Some(wanted), None) if !wanted.shows_tokens() => Mode::Query,
        _ => Mode::Fragment,
    };
    let tokens = request.wanted.token && may_have_tokens(&tenant.store, &app.client_id).await?;
    let checked = type_refusal(&app, &fields, wanted, mode, tokens)
        .and_then(|()| refusal(&request, &fields))
        .and_then(|()| demands(&mut request, &fields))
        .and_then(|()| challenge_refusal(&request, &fields));
    let checked = match checked {
        Ok(()) => resource_refusal(tenant, &app, &mut request).await?,
        refused => refused,
    };
    Ok(match checked {
        Err(refusal) => Read::Refused(Box::new(request), refusal),
        Ok(()) => Read::Good(Box::new(request)),
    })
}

/// Name to value; `None` when a name stands twice or something is absurdly long.
pub(super) fn fields(query: &str) -> Option<Fields> {
    let mut fields = Fields::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if value.len() > LONGEST
            || fields.len() >= MOST
            || fields
                .insert(name.into_owned(), value.into_owned())
                .is_some()
        {
            return None;
        }
    }
    Some(fields)
}

/// A value that is there and not empty.
pub(super) fn get<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    let value = fields.get(name).map(String::as_str);
    value.filter(|value| !value.is_empty())
}

/// The words of `response_type`, in any order; `None` when one is unknown, doubled, or none is there.
pub(super) fn wanted(fields: &Fields) -> Option<Wanted> {
    let mut wanted = Wanted::default();
    for word in get(fields, "response_type")?.split(' ') {
        let place = match word {
            "code" => &mut wanted.code,
            "id_token" => &mut wanted.id_token,
            "token" => &mut wanted.token,
            _ => return None,
        };
        if std::mem::replace(place, true) {
            return None;
        }
    }
    Some(wanted)
}

/// How the answer goes back; `None` for a mode that is unknown, or would put tokens into logs and histories.
pub(super) fn mode(fields: &Fields, wanted: Wanted) -> Option<Mode> {
    match get(fields, "response_mode") {
        None if wanted.shows_tokens() => Some(Mode::Fragment),
        None => Some(Mode::Query),
        Some("fragment") => Some(Mode::Fragment),
        Some("form_post") => Some(Mode::FormPost),
        Some("query") if !wanted.shows_tokens() => Some(Mode::Query),
        Some(_) => None,
    }
}

/// The request, before its parts are judged.
fn request(fields: &Fields, app: &Registration, platform: Platform, version: Version) -> Request {
    let text = |name: &str| get(fields, name).map(str::to_owned);
    let on = |name: &str| get(fields, name) == Some("1");
    Request {
        client_id: app.client_id.clone(),
        redirect_uri: text("redirect_uri").unwrap_or_default(),
        platform,
        version,
        wanted: Wanted::default(),
        mode: Mode::Fragment,
        scope: text("scope").unwrap_or_default(),
        resource_name: text("resource"),
        resource: String::new(),
        challenge: text("code_challenge"),
        state: fields.get("state").cloned(),
        nonce: text("nonce"),
        prompt: text("prompt"),
        login_hint: text("login_hint").or_else(|| text("username")),
        domain_hint: text("domain_hint").filter(|hint| hint != "organizations"),
        sid: text("sid"),
        max_age: None,
        strength: Strength::Any,
        extras: Extras {
            client_info: on("client_info"),
            account_id: on("nativebroker"),
            windows: get(fields, "windows_api_version")
                .is_some_and(|version| version.starts_with('2')),
        },
        shell: Shell {
            flow: text("cxhflow"),
            version: text("cxhver"),
            platform: text("cxhplatform"),
        },
    }
}

/// What a check says against a request.
type Checked = Result<(), Refusal>;

fn refused(error: &'static str, number: u32, text: &str) -> Checked {
    Err(Refusal {
        error,
        number,
        text: text.to_owned(),
    })
}

/// Whether this application may have what it wants, in the way it wants it.
fn type_refusal(
    app: &Registration,
    fields: &Fields,
    wanted: Option<Wanted>,
    mode: Option<Mode>,
    tokens: bool,
) -> Checked {
    let Some(wanted) = wanted else {
        return if fields.contains_key("response_type") {
            refused(
                "unsupported_response_type",
                70_007,
                "The response_type is not supported.",
            )
        } else {
            refused(
                "invalid_request",
                900_144,
                "The request must contain the parameter response_type.",
            )
        };
    };
    if wanted.id_token && !app.id_token {
        return refused(
            "unsupported_response_type",
            700_054,
            "The response_type 'id_token' is not enabled for the application.",
        );
    }
    if wanted.token && !tokens {
        return refused(
            "unsupported_response_type",
            700_051,
            "The response_type 'token' is not enabled for the application.",
        );
    }
    if mode.is_none() {
        return refused(
            "invalid_request",
            70_007,
            "The response_mode is not supported for this response_type.",
        );
    }
    Ok(())
}

fn refusal(request: &Request, fields: &Fields) -> Checked {
    if request.wanted.id_token && request.nonce.is_none() {
        return refused(
            "invalid_request",
            90_014,
            "The required field 'nonce' is missing.",
        );
    }
    if request
        .nonce
        .as_ref()
        .is_some_and(|nonce| nonce.len() > LONGEST_NONCE)
    {
        return refused("invalid_request", 90_023, "The nonce is too long.");
    }
    if request.wanted.id_token && !request.scope.split(' ').any(|word| word == "openid") {
        return refused(
            "invalid_request",
            90_014,
            "The required scope 'openid' is missing.",
        );
    }
    // Objects by value or by address would be a second way in for everything that was judged above (OIDC Core §6).
    if let Some(name) = ["request", "request_uri"]
        .into_iter()
        .find(|name| fields.contains_key(*name))
    {
        return if name == "request" {
            refused(
                "request_not_supported",
                90_023,
                "The parameter 'request' is not supported.",
            )
        } else {
            refused(
                "request_uri_not_supported",
                90_023,
                "The parameter 'request_uri' is not supported.",
            )
        };
    }
    Ok(())
}

/// Takes over what the request demands of the sign-in.
fn demands(request: &mut Request, fields: &Fields) -> Checked {
    match demand::prompt(request.prompt.as_deref()) {
        Ok(prompt) => request.prompt = prompt.map(str::to_owned),
        Err(()) => {
            return refused(
                "invalid_request",
                90_023,
                "The prompt value is not supported.",
            );
        }
    }
    match demand::max_age(get(fields, "max_age")) {
        Ok(max_age) => request.max_age = max_age,
        Err(()) => {
            return refused(
                "invalid_request",
                90_023,
                "max_age is no number of seconds.",
            );
        }
    }
    match Strength::asked(get(fields, "amr_values"), get(fields, "claims")) {
        Ok(strength) => request.strength = strength,
        Err(()) => {
            return refused(
                "invalid_request",
                90_023,
                "The parameter claims is not valid.",
            );
        }
    }
    Ok(())
}

/// A code's PKCE challenge (RFC 7636: S256 only).
fn challenge_refusal(request: &Request, fields: &Fields) -> Checked {
    if !request.wanted.code {
        return Ok(());
    }
    match (&request.challenge, get(fields, "code_challenge_method")) {
        // Programs in a browser, where a code is seen by others: it is worth nothing without the verifier.
        (None, None) if request.platform == Platform::Spa => refused(
            "invalid_request",
            9_002_325,
            "Proof Key for Code Exchange is required for the redemption of the code from another origin.",
        ),
        (None, None) if request.redirect_uri.ends_with(crate::portal::PATH) => refused(
            "invalid_request",
            501_491,
            "The page must send a code_challenge.",
        ),
        (None, None) => Ok(()),
        (Some(challenge), Some("S256")) => {
            let form = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            if challenge.len() == 43 && challenge.bytes().all(form) {
                return Ok(());
            }
            refused(
                "invalid_request",
                501_491,
                "The size of the code_challenge parameter is not valid.",
            )
        }
        _ => refused(
            "invalid_request",
            501_491,
            "The code_challenge_method must be S256, with a code_challenge.",
        ),
    }
}

/// What code or token will be for.
async fn resource_refusal(
    tenant: &App,
    client: &Registration,
    request: &mut Request,
) -> Result<Checked, StoreError> {
    if !request.wanted.code && !request.wanted.token {
        return Ok(Ok(()));
    }
    let (named, scope) = asked_for(request);
    Ok(
        match resolve(tenant, client, named.as_deref(), scope).await? {
            Ok(found) => {
                request.resource = found.audience;
                Ok(())
            }
            Err(problem) => {
                let (error, number) = problem.words();
                refused(error, number, &problem.to_string())
            }
        },
    )
}

/// The resource's name, and the words of `scope` that name permissions: at v1.0 only behind a resource's name.
pub(super) fn asked_for(request: &Request) -> (Option<String>, Option<&str>) {
    let scope = Some(request.scope.as_str())
        .filter(|scope| request.version == Version::V2 || scope.contains('/'));
    (request.resource_name.clone(), scope)
}
