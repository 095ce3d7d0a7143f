//! Queries and forms of the management pages, and what is said when nothing fits.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;

use crate::audit::Reason;
use crate::authorize::{content_policy, frame};

const MOST: usize = 32;
const LONGEST: usize = 16 * 1024;

/// Name to value; `None` when a name stands twice or something is absurdly long.
pub(super) fn fields(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
    let mut fields = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(bytes) {
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

/// A page that says why it goes no further.
pub(super) fn error(status: StatusCode, title: &str, text: &str) -> Response {
    let content = html! {
        h1 { (title) }
        div.error role="alert" { p { (text) } }
    };
    let response = (status, frame(title, &content, &content_policy(None, None)));
    Reason::new("page", text.to_owned()).on(response.into_response())
}

/// The visit is gone, or another browser's.
pub(super) fn lost() -> Response {
    error(
        StatusCode::BAD_REQUEST,
        "Go back and start again",
        "This visit has expired or belongs to another browser. Go back to the page you came from and start again.",
    )
}
