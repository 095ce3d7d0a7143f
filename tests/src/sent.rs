//! What a tenant's visitors sent and were refused: at the end it is held against the tenant's audit log.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use reqwest::{Request, Response, header};

/// Fields of forms whose values nobody may find in a log.
const SECRET_FIELDS: &[&str] = &[
    "password",
    "passwd",
    "code",
    "code_verifier",
    "refresh_token",
    "device_code",
    "client_secret",
    "client_assertion",
    "assertion",
    "request",
    "id_token",
    "access_token",
    "wresult",
    "flowToken",
    "canary",
    "ctx",
];
/// Headers of the same kind.
const SECRET_HEADERS: &[&str] = &["x-ms-refreshtokencredential", "x-ms-devicecredential"];
/// Shorter values are words that may stand anywhere.
const SHORTEST: usize = 12;

/// Shared by all visitors of a tenant.
#[derive(Debug, Clone, Default)]
pub struct Sent(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    refused: Vec<(String, u16)>,
    secrets: BTreeSet<String>,
}

impl Sent {
    /// Ids and statuses of the requests that were refused.
    pub fn refused(&self) -> Vec<(String, u16)> {
        self.0.lock().unwrap().refused.clone()
    }

    /// What was sent that lets somebody in.
    pub fn secrets(&self) -> Vec<String> {
        self.0.lock().unwrap().secrets.iter().cloned().collect()
    }

    /// Remembers what must not be found.
    pub(crate) fn request(&self, request: &Request) {
        let mut found = Vec::new();
        for name in [header::AUTHORIZATION, header::COOKIE] {
            for value in request.headers().get_all(name) {
                let value = value.to_str().unwrap_or_default();
                found.extend(value.split([' ', ';', '=', '.']).map(str::to_owned));
            }
        }
        for name in SECRET_HEADERS {
            let value = request.headers().get(*name);
            found.extend(
                value
                    .and_then(|value| value.to_str().ok())
                    .map(str::to_owned),
            );
        }
        let body = request.body().and_then(reqwest::Body::as_bytes);
        for (name, value) in form_urlencoded::parse(body.unwrap_or_default()) {
            if SECRET_FIELDS.contains(&name.as_ref()) {
                found.push(value.into_owned());
            }
        }
        found.retain(|text| {
            text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_graphic())
        });
        self.0.lock().unwrap().secrets.extend(found);
    }

    /// Remembers a refusal.
    pub(crate) fn response(&self, response: &Response) {
        let id = response.headers().get("x-ms-request-id");
        let id = id.and_then(|id| id.to_str().ok());
        let status = response.status();
        let location = response.headers().get(header::LOCATION);
        let error = location.is_some_and(|location| {
            let text = location.to_str().unwrap_or_default();
            text.contains("#error=") || text.contains("?error=") || text.contains("&error=")
        });
        if let Some(id) = id
            && (error || status.as_u16() >= 400)
        {
            let mut inner = self.0.lock().unwrap();
            inner.refused.push((id.to_owned(), status.as_u16()));
        }
    }
}
