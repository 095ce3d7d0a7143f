//! The caller's own id of a request (`client-request-id`): written into refusals, and echoed.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

const NAME: &str = "client-request-id";

/// From the header or the query; only a GUID is one, as it is written into logs and answers.
pub(crate) fn of(headers: &HeaderMap, query: Option<&str>) -> Option<Uuid> {
    let header = headers.get(NAME).and_then(|value| value.to_str().ok());
    let from_query = || {
        form_urlencoded::parse(query?.as_bytes())
            .find(|(name, _)| name == NAME)
            .map(|(_, value)| value.into_owned())
    };
    let text = header.map(str::to_owned).or_else(from_query)?;
    (text.len() == 36)
        .then(|| Uuid::try_parse(&text).ok())
        .flatten()
}

/// Sends it back.
pub(crate) fn echo(headers: &mut HeaderMap, id: Option<Uuid>) {
    if let Some(value) = id.and_then(|id| HeaderValue::from_str(&id.to_string()).ok()) {
        headers.insert(HeaderName::from_static(NAME), value);
    }
}
