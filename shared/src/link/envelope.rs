//! What stands around every message.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Event, MAX_ID, PROTOCOL, Request};
use crate::code::{Code, Report};

/// A request as it travels. Unknown members are ignored, unknown types are answered with [`Code::UNSUPPORTED`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// [`PROTOCOL`]
    pub v: u16,
    /// Chosen by the asker, comes back in the reply; 1 to [`MAX_ID`] bytes.
    pub id: String,
    /// `join.begin`, `status`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Exact origin of the web page that asks. Written by the extension's background only; absent when no page is behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// After so many milliseconds the asker does not wait any longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u32>,
    /// Depends on the type; absent is the same as `{}`.
    #[serde(default = "empty_object")]
    pub body: Value,
}

fn empty_object() -> Value {
    json!({})
}

/// Why a frame is not a request. [`Self::code`] goes into the reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Not UTF-8 JSON of an envelope.
    #[error("the frame is not a JSON request")]
    NotJson,
    /// No usable id, so no reply can name it.
    #[error("the request has no id, or one that is too long")]
    Id,
    /// Another protocol version.
    #[error("protocol version {0} is not spoken here")]
    Version(u16),
    /// A type that this side does not know.
    #[error("unknown request type")]
    UnknownType,
    /// A known type with a body that does not fit.
    #[error("the body does not fit the request type: {0}")]
    Body(String),
}

impl EnvelopeError {
    /// The code that the asker is told.
    pub fn code(&self) -> Code {
        match self {
            Self::NotJson | Self::Id | Self::Body(_) => Code::BAD_FRAME,
            Self::Version(_) | Self::UnknownType => Code::UNSUPPORTED,
        }
    }
}

impl Envelope {
    /// A request in its envelope.
    pub fn new(id: impl Into<String>, request: &Request) -> Self {
        let value = serde_json::to_value(request).unwrap_or_default();
        let kind = value
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let body = value.get("body").cloned().unwrap_or_else(empty_object);
        Self {
            v: PROTOCOL,
            id: id.into(),
            kind,
            origin: None,
            deadline_ms: None,
            body,
        }
    }

    /// Reads a frame's JSON. The envelope only; see [`Self::request`].
    pub fn parse(frame: &[u8]) -> Result<Self, EnvelopeError> {
        let envelope: Self = serde_json::from_slice(frame).map_err(|_| EnvelopeError::NotJson)?;
        if envelope.id.is_empty() || envelope.id.len() > MAX_ID {
            return Err(EnvelopeError::Id);
        }
        if envelope.v != PROTOCOL {
            return Err(EnvelopeError::Version(envelope.v));
        }
        Ok(envelope)
    }

    /// The request inside.
    pub fn request(&self) -> Result<Request, EnvelopeError> {
        if !Request::TYPES.contains(&self.kind.as_str()) {
            return Err(EnvelopeError::UnknownType);
        }
        let body = if self.body.is_null() {
            empty_object()
        } else {
            self.body.clone()
        };
        serde_json::from_value(json!({ "type": self.kind, "body": body }))
            // serde's message names fields and types, and quotes values of enums only: no token can be in it.
            .map_err(|error| EnvelopeError::Body(error.to_string().chars().take(200).collect()))
    }

    /// The frame's JSON.
    pub fn to_frame(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// What comes back: a reply to one request, or an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// The answer to the request with this id.
    Reply {
        /// Whose answer.
        id: String,
        /// Body, or why not.
        result: Result<Value, Box<Report>>,
    },
    /// Told without being asked. Events of unknown kind are [`Event::Unknown`].
    Event(Event),
}

impl Incoming {
    /// Reads a frame that came up from the daemon. `None` for anything that is neither reply nor event.
    pub fn parse(frame: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Raw {
            #[serde(default)]
            id: Option<String>,
            #[serde(default)]
            ok: Option<bool>,
            #[serde(default)]
            body: Option<Value>,
            #[serde(default)]
            error: Option<Report>,
            #[serde(default)]
            event: Option<String>,
        }
        let raw: Raw = serde_json::from_slice(frame).ok()?;
        match raw {
            Raw {
                id: Some(id),
                ok: Some(true),
                body,
                ..
            } => Some(Self::Reply {
                id,
                result: Ok(body.unwrap_or_else(empty_object)),
            }),
            Raw {
                id: Some(id),
                ok: Some(false),
                error: Some(error),
                ..
            } => Some(Self::Reply {
                id,
                result: Err(Box::new(error)),
            }),
            Raw {
                event: Some(event),
                body,
                ..
            } => Some(Self::Event(Event::parse(&event, body))),
            Raw { .. } => None,
        }
    }
}

/// The frame of a good reply.
pub fn reply_frame<T: Serialize>(id: &str, body: &T) -> Vec<u8> {
    serde_json::to_vec(&json!({ "v": PROTOCOL, "id": id, "ok": true, "body": body }))
        .unwrap_or_default()
}

/// The frame of a refusal. An empty id stands for "the request had none".
pub fn failure_frame(id: &str, error: &Report) -> Vec<u8> {
    serde_json::to_vec(&json!({ "v": PROTOCOL, "id": id, "ok": false, "error": error }))
        .unwrap_or_default()
}

/// The frame of an event.
pub fn event_frame(event: &Event) -> Vec<u8> {
    let (name, body) = event.parts();
    serde_json::to_vec(&json!({ "v": PROTOCOL, "event": name, "body": body })).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::Empty;

    #[test]
    fn a_request_survives_the_way() {
        let envelope = Envelope::new("1", &Request::Status(Empty {}));
        let read = Envelope::parse(&envelope.to_frame()).unwrap();
        assert_eq!(read.kind, "status");
        assert_eq!(read.request(), Ok(Request::Status(Empty {})));
    }

    #[test]
    fn a_missing_body_is_an_empty_one() {
        for text in [
            r#"{"v":1,"id":"a","type":"status"}"#,
            r#"{"v":1,"id":"a","type":"status","body":null}"#,
        ] {
            assert_eq!(
                Envelope::parse(text.as_bytes()).unwrap().request(),
                Ok(Request::Status(Empty {}))
            );
        }
    }

    #[test]
    fn what_is_no_request_has_a_code() {
        let code = |text: &str| match Envelope::parse(text.as_bytes()) {
            Err(error) => error.code(),
            Ok(envelope) => envelope.request().unwrap_err().code(),
        };
        assert_eq!(code("[]"), Code::BAD_FRAME);
        assert_eq!(code("null"), Code::BAD_FRAME);
        assert_eq!(code("{"), Code::BAD_FRAME);
        assert_eq!(code(r#"{"v":1,"id":"","type":"status"}"#), Code::BAD_FRAME);
        assert_eq!(
            code(r#"{"v":2,"id":"a","type":"status"}"#),
            Code::UNSUPPORTED
        );
        assert_eq!(
            code(r#"{"v":1,"id":"a","type":"steal"}"#),
            Code::UNSUPPORTED
        );
        assert_eq!(
            code(r#"{"v":1,"id":"a","type":"join.token","body":{}}"#),
            Code::BAD_FRAME
        );
        assert_eq!(
            code(&format!(
                r#"{{"v":1,"id":"a","type":"status","body":{}{}}}"#,
                "[".repeat(2000),
                "]".repeat(2000)
            )),
            Code::BAD_FRAME
        );
    }

    #[test]
    fn every_listed_type_is_a_request() {
        for kind in Request::TYPES {
            let envelope = Envelope {
                v: 1,
                id: "a".into(),
                kind: (*kind).into(),
                origin: None,
                deadline_ms: None,
                body: json!({}),
            };
            assert_ne!(envelope.request(), Err(EnvelopeError::UnknownType));
            if let Err(EnvelopeError::Body(message)) = envelope.request() {
                assert!(!message.contains("unknown variant"), "{kind}: {message}");
            }
        }
    }
}
