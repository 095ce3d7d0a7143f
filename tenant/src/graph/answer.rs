//! Answers: one thing or a list, cut down to what was selected.

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::error::Refusal;
use super::path::Dialect;
use crate::hosts::Hosts;

/// The properties of a thing.
pub(super) type Properties = Map<String, Value>;

/// What a list or thing is of, for its context.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) hosts: &'a Hosts,
    pub(super) dialect: Dialect,
    /// `devices`, `users`, `directoryObjects`.
    pub(super) set: &'a str,
}

impl Context<'_> {
    fn name(&self) -> &'static str {
        match self.dialect {
            Dialect::Graph(_) => "@odata.context",
            Dialect::Legacy => "odata.metadata",
        }
    }

    fn address(&self, end: &str) -> String {
        let (base, set) = (&self.hosts.graph, self.set);
        match self.dialect {
            Dialect::Graph(version) => format!("{base}/{version}/$metadata#{set}{end}"),
            Dialect::Legacy => {
                let end = end.replace("$entity", "@Element");
                format!("{base}/$metadata#directoryObjects/{set}{end}")
            }
        }
    }
}

/// Keeps what was selected; a name that is none is refused.
pub(super) fn select(mut all: Properties, names: &[String]) -> Result<Properties, Refusal> {
    if names.is_empty() {
        return Ok(all);
    }
    let mut kept = Properties::new();
    for name in names {
        let known = all
            .keys()
            .find(|key| key.eq_ignore_ascii_case(name))
            .cloned();
        match known {
            Some(key) => {
                let value = all.get_mut(&key).map(Value::take).unwrap_or_default();
                kept.entry(key).or_insert(value);
            }
            None => {
                return Err(Refusal::invalid(format!(
                    "Could not find a property named '{name:.64}'."
                )));
            }
        }
    }
    Ok(kept)
}

/// One thing.
pub(super) fn one(context: Context<'_>, properties: Properties) -> Response {
    let mut body = Properties::new();
    body.insert(
        context.name().to_owned(),
        context.address("/$entity").into(),
    );
    body.extend(properties);
    odata(Value::Object(body))
}

/// A list, its total when that was asked for, and where it goes on.
pub(super) fn many(
    context: Context<'_>,
    entries: Vec<Properties>,
    count: Option<usize>,
    next: Option<String>,
) -> Response {
    let mut body = Properties::new();
    body.insert(context.name().to_owned(), context.address("").into());
    if let Some(count) = count {
        body.insert("@odata.count".to_owned(), json!(count));
    }
    if let Some(next) = next {
        let name = match context.dialect {
            Dialect::Graph(_) => "@odata.nextLink",
            Dialect::Legacy => "odata.nextLink",
        };
        body.insert(name.to_owned(), next.into());
    }
    body.insert("value".to_owned(), entries.into());
    odata(Value::Object(body))
}

fn odata(body: Value) -> Response {
    let mut response = Json(body).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json;odata.metadata=minimal;charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert("odata-version", HeaderValue::from_static("4.0"));
    response
}

/// An object literal as properties.
pub(super) fn properties(value: Value) -> Properties {
    match value {
        Value::Object(map) => map,
        _ => Properties::new(),
    }
}
