//! The little that the host must know of a frame: its id, its deadline, and that the daemon will be able to read it.

use std::time::Duration;

use dovetail_shared::Code;
use dovetail_shared::link::{DEADLINE_DEFAULT_MS, DEADLINE_MAX_MS, MAX_ID, PROTOCOL};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::dialect::Refused;

/// No honest body is nested deeper; the daemon's parser gives up at 128.
const DEEPEST: usize = 100;

/// A request, as far as the host looks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// Comes back in the reply.
    pub(crate) id: String,
    /// How long the asker waits.
    pub(crate) patience: Duration,
}

/// The envelope with its members' types, so that what the daemon would not understand is answered here.
#[derive(Deserialize)]
#[expect(
    dead_code,
    reason = "the types are checked, the values are the daemon's business"
)]
struct Head {
    v: u16,
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    origin: Option<String>,
    #[serde(default)]
    deadline_ms: Option<u32>,
    #[serde(default)]
    body: IgnoredAny,
}

#[derive(Deserialize)]
struct OnlyId {
    id: String,
}

/// What comes up from the daemon.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Upward {
    /// An answer to the request with this id.
    Reply(String),
    /// For whom it concerns.
    Event,
    /// Nothing that a browser should see.
    Noise,
}

/// Looks at a frame from the browser.
pub(crate) fn request(text: &str) -> Result<Request, Refused> {
    let refused = |code| Refused {
        id: id_in(text.as_bytes()),
        code,
    };
    if !is_object(text.as_bytes()) || is_too_deep(text) {
        return Err(refused(Code::BAD_FRAME));
    }
    let head: Head = serde_json::from_str(text).map_err(|_| refused(Code::BAD_FRAME))?;
    if head.id.is_empty() || head.id.len() > MAX_ID {
        return Err(refused(Code::BAD_FRAME));
    }
    if head.v != PROTOCOL {
        return Err(refused(Code::UNSUPPORTED));
    }
    let patience = head
        .deadline_ms
        .unwrap_or(DEADLINE_DEFAULT_MS)
        .min(DEADLINE_MAX_MS);
    Ok(Request {
        id: head.id,
        patience: Duration::from_millis(patience.into()),
    })
}

/// Looks at a frame from the daemon.
pub(crate) fn upward(text: &str) -> Upward {
    #[derive(Deserialize)]
    struct Raw {
        #[serde(default)]
        id: Option<String>,
        #[serde(default)]
        event: Option<IgnoredAny>,
    }
    if !is_object(text.as_bytes()) {
        return Upward::Noise;
    }
    match serde_json::from_str(text) {
        Ok(Raw { id: Some(id), .. }) => Upward::Reply(id),
        Ok(Raw { event: Some(_), .. }) => Upward::Event,
        Ok(Raw { .. }) | Err(_) => Upward::Noise,
    }
}

/// The id in a frame that is otherwise of no use; empty where there is none to be found.
pub(crate) fn id_in(json: &[u8]) -> String {
    serde_json::from_slice(json)
        .ok()
        .filter(|_| is_object(json))
        .map(|OnlyId { id }| id)
        .filter(|id| id.len() <= MAX_ID)
        .unwrap_or_default()
}

/// serde would also take an array of the members in order.
pub(crate) fn is_object(json: &[u8]) -> bool {
    json.trim_ascii_start().first() == Some(&b'{')
}

/// Counts brackets outside of strings, without recursion and without memory.
pub(crate) fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                if depth > DEEPEST {
                    return true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_deadline_are_read_and_the_deadline_is_bounded() {
        let patience = |text: &str| request(text).unwrap().patience.as_millis();
        assert_eq!(patience(r#"{"v":1,"id":"a","type":"x"}"#), 10_000);
        assert_eq!(
            patience(r#"{"v":1,"id":"a","type":"x","deadline_ms":5}"#),
            5
        );
        assert_eq!(
            patience(r#"{"v":1,"id":"a","type":"x","deadline_ms":4000000000}"#),
            60_000
        );
    }

    #[test]
    fn what_the_daemon_could_not_read_is_refused_with_its_id() {
        for (text, id, code) in [
            ("", "", Code::BAD_FRAME),
            ("[]", "", Code::BAD_FRAME),
            ("null", "", Code::BAD_FRAME),
            (r#"[1,"a","x",null,null,{}]"#, "", Code::BAD_FRAME),
            (r#"{"v":1,"type":"x"}"#, "", Code::BAD_FRAME),
            (r#"{"v":1,"id":7,"type":"x"}"#, "", Code::BAD_FRAME),
            (r#"{"v":1,"id":"","type":"x"}"#, "", Code::BAD_FRAME),
            (r#"{"v":1,"id":"a"}"#, "a", Code::BAD_FRAME),
            (r#"{"v":1,"id":"a","type":7}"#, "a", Code::BAD_FRAME),
            (
                r#"{"v":1,"id":"a","type":"x","origin":7}"#,
                "a",
                Code::BAD_FRAME,
            ),
            (
                r#"{"v":1,"id":"a","type":"x","deadline_ms":-1}"#,
                "a",
                Code::BAD_FRAME,
            ),
            (r#"{"v":2,"id":"a","type":"x"}"#, "a", Code::UNSUPPORTED),
            (
                r#"{"v":1,"id":"a","id":"b","type":"x"}"#,
                "",
                Code::BAD_FRAME,
            ),
        ] {
            let refused = request(text).unwrap_err();
            assert_eq!((refused.id.as_str(), refused.code), (id, code), "{text}");
        }
        let long = format!(r#"{{"v":1,"id":"{}","type":"x"}}"#, "a".repeat(65));
        assert_eq!(request(&long).unwrap_err().id, "");
    }

    /// [NH-06] Bodies nested two thousand and a million deep are refused by name, and the stack holds.
    #[test]
    fn deep_nesting_is_refused() {
        for depth in [101, 2_000, 500_000] {
            let text = format!(
                r#"{{"v":1,"id":"a","type":"x","body":{}{}}}"#,
                "[".repeat(depth),
                "]".repeat(depth)
            );
            let refused = request(&text).unwrap_err();
            assert_eq!((refused.id.as_str(), refused.code), ("a", Code::BAD_FRAME));
            assert!(request(&"[".repeat(1_000_000)).is_err());
        }
        let brackets_in_text = format!(
            r#"{{"v":1,"id":"a","type":"x","body":"\"{}"}}"#,
            "[".repeat(500)
        );
        assert!(request(&brackets_in_text).is_ok());
    }

    #[test]
    fn only_replies_and_events_go_up() {
        assert_eq!(upward(r#"{"id":"a","ok":true}"#), Upward::Reply("a".into()));
        assert_eq!(upward(r#"{"event":"x","body":{}}"#), Upward::Event);
        for noise in ["", "[]", r#"["a","b"]"#, "{}", "{", "panicked at"] {
            assert_eq!(upward(noise), Upward::Noise, "{noise}");
        }
    }
}
