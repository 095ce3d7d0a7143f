//! The page's files, compressed beforehand. Names with a hash in them may be kept for ever.

use std::path::{Path, PathBuf};

use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::Tenant;

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>Not built</title><h1>The page is not built</h1>\
     <p>Run <code>cargo xtask web</code> in the checkout, then start the tenant with <code>--portal-assets web/dist</code>.</p></html>";

/// `index.html`
pub(super) async fn index(State(app): State<Tenant>, headers: HeaderMap) -> Response {
    let Some(dir) = &app.page else {
        return (
            StatusCode::NOT_FOUND,
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            NOT_BUILT,
        )
            .into_response();
    };
    send(dir, "index.html", &headers).await
}

/// Any other file of the page.
pub(super) async fn file(
    State(app): State<Tenant>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    let plain = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        && !name.starts_with('.');
    match (&app.page, plain) {
        (Some(dir), true) => send(dir, &name, &headers).await,
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `/favicon.ico`: the page's icon under the name browsers ask for.
pub(super) async fn icon(State(app): State<Tenant>, headers: HeaderMap) -> Response {
    let Some(dir) = &app.page else {
        return StatusCode::NO_CONTENT.into_response();
    };
    let mut names = match std::fs::read_dir(dir) {
        Ok(entries) => entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| {
                Path::new(name)
                    .extension()
                    .is_some_and(|ending| ending == "svg")
            })
            .collect::<Vec<_>>(),
        Err(_) => Vec::new(),
    };
    names.sort();
    match names.first() {
        Some(name) => send(dir, name, &headers).await,
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn send(dir: &Path, name: &str, headers: &HeaderMap) -> Response {
    let accepts = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let accepts = |coding: &str| {
        accepts
            .split(',')
            .any(|word| word.trim().split(';').next() == Some(coding))
    };
    let plain = dir.join(name);
    let mut choices: Vec<(PathBuf, Option<&'static str>)> = Vec::new();
    for (coding, ending) in [("br", "br"), ("gzip", "gz")] {
        if accepts(coding) {
            choices.push((dir.join(format!("{name}.{ending}")), Some(coding)));
        }
    }
    choices.push((plain, None));
    for (path, coding) in choices {
        if let Ok(bytes) = tokio::fs::read(&path).await {
            let mut response = bytes.into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(name)));
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
            headers.insert(
                header::CACHE_CONTROL,
                HeaderValue::from_static(if hashed(name) {
                    "public, max-age=31536000, immutable"
                } else {
                    "no-cache"
                }),
            );
            if let Some(coding) = coding {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            return response;
        }
    }
    StatusCode::NOT_FOUND.into_response()
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

/// `name-0123456789abcdef.ext`: eight or more hex digits before the ending.
fn hashed(name: &str) -> bool {
    name.split(['-', '.', '_'])
        .any(|part| part.len() >= 8 && part.chars().all(|c| c.is_ascii_hexdigit()))
}
