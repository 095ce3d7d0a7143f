//! Between structured values on the port and the shared types.

use dovetail_shared::link::{DEADLINE_DEFAULT_MS, DEADLINE_MAX_MS, PROTOCOL, Request};
use dovetail_shared::{Code, Report};
use js_sys::{Array, Object, Reflect};
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use super::request::{Field, parts};
use crate::fault;
use crate::value::{member, object, read};

/// How long an answer may take: longer where the device asks the tenant before it answers.
pub(super) fn deadline_ms(request: &Request) -> u32 {
    match request {
        Request::Preflight(_) | Request::JoinCode(_) | Request::SignInCode(_) => DEADLINE_MAX_MS,
        _ => DEADLINE_DEFAULT_MS,
    }
}

/// A request in its envelope, without an origin: that is the extension's to write.
pub(super) fn envelope(id: &str, request: &Request) -> Option<JsValue> {
    let (kind, members) = parts(request)?;
    let body = Object::new();
    for (name, field) in members {
        let value = match field {
            Field::Text(text) => JsValue::from_str(&text),
            Field::Numbers(numbers) => numbers
                .into_iter()
                .map(JsValue::from)
                .collect::<Array>()
                .into(),
        };
        Reflect::set(&body, &JsValue::from_str(name), &value).ok()?;
    }
    object(&[
        ("v", PROTOCOL.into()),
        ("id", id.into()),
        ("type", kind.into()),
        ("deadline_ms", deadline_ms(request).into()),
        ("body", body.into()),
    ])
}

/// A reply's body, or why there is none.
pub(super) fn body(message: &JsValue) -> Result<JsValue, Box<Report>> {
    if member(message, "ok").is_truthy() {
        return Ok(member(message, "body"));
    }
    Err(read(member(message, "error")).unwrap_or_else(|| fault::report(Code::BAD_FRAME, None)))
}

/// A body of the expected type; another one was made by a program of another age.
pub(super) fn reply<T: DeserializeOwned>(body: JsValue) -> Result<T, Box<Report>> {
    read(body).ok_or_else(|| fault::report(Code::UNSUPPORTED, None))
}
