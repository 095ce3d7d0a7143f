//! Values of nodes with their formats (`Meta/Format`), and what an Exec asks for.

use dovetail_shared::encode::{b64, from_b64};
use serde::{Deserialize, Serialize};

use super::Status;
use super::uri::encode;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// An interior node: the names of its children, not encoded.
    Node(Vec<String>),
    /// `chr`
    Text(String),
    /// `int`
    Int(i64),
    /// `bool`
    Bool(bool),
    /// `b64`: the bytes.
    Base64(Vec<u8>),
    /// `xml`: as text.
    Xml(String),
}

impl Value {
    /// A value as it comes in: format as in `Meta/Format` (`chr` where there is none), data as text.
    /// 415 for a format that is not known here, 400 for data that is not of its format.
    pub fn parse(format: Option<&str>, data: &str) -> Result<Self, Status> {
        match format.unwrap_or("chr") {
            "chr" => Ok(Self::Text(data.to_owned())),
            "null" => Ok(Self::Text(String::new())),
            "int" => whole(data).map(Self::Int).ok_or(Status::MALFORMED),
            "bool" => truth(data).map(Self::Bool).ok_or(Status::MALFORMED),
            "b64" => from_b64(data.trim())
                .map(Self::Base64)
                .map_err(|_| Status::MALFORMED),
            "xml" => Ok(Self::Xml(data.to_owned())),
            "node" => Ok(Self::Node(Vec::new())),
            _ => Err(Status::FORMAT),
        }
    }

    /// The word for `Meta/Format`.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Node(_) => "node",
            Self::Text(_) => "chr",
            Self::Int(_) => "int",
            Self::Bool(_) => "bool",
            Self::Base64(_) => "b64",
            Self::Xml(_) => "xml",
        }
    }

    /// The text for `Data`, not yet escaped for XML; children are percent-encoded and joined by `/`.
    pub fn data(&self) -> String {
        match self {
            Self::Node(children) => children
                .iter()
                .map(|name| encode(name))
                .collect::<Vec<_>>()
                .join("/"),
            Self::Text(text) | Self::Xml(text) => text.clone(),
            Self::Int(number) => number.to_string(),
            Self::Bool(truth) => truth.to_string(),
            Self::Base64(bytes) => b64(bytes),
        }
    }
}

/// A decimal number in its one form: no sign but minus, no leading zeros, no blanks.
pub(super) fn whole(text: &str) -> Option<i64> {
    text.parse::<i64>()
        .ok()
        .filter(|number| number.to_string() == text)
}

/// The four ways in which servers write a truth value.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// What an Exec asks of the daemon once the session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing is left to do.
    Done,
    /// Leave the management (reference §1.11).
    Unenroll,
    /// Start the machine again.
    Reboot,
    /// Lock the sessions of this machine.
    Lock,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Results go out in the format in which the same value would come in.
    #[test]
    fn values_travel_in_their_format() {
        for (format, data, value) in [
            (None, "a b", Value::Text("a b".into())),
            (Some("int"), "-7", Value::Int(-7)),
            (Some("bool"), "true", Value::Bool(true)),
            (Some("b64"), "AQI=", Value::Base64(vec![1, 2])),
            (Some("xml"), "<a/>", Value::Xml("<a/>".into())),
        ] {
            assert_eq!(Value::parse(format, data), Ok(value.clone()));
            assert_eq!(value.format(), format.unwrap_or("chr"));
            assert_eq!(value.data(), data);
        }
        let node = Value::Node(vec!["a/b".into(), "c".into()]);
        assert_eq!((node.format(), node.data().as_str()), ("node", "a%2Fb/c"));
    }

    /// [MD-04] Numbers and truth values have few forms; everything else is no number.
    #[test]
    fn data_that_is_not_of_its_format_is_refused() {
        for data in [
            "",
            " 1",
            "1 ",
            "+1",
            "01",
            "1e3",
            "0x10",
            "1;id",
            "9223372036854775808",
            "١",
        ] {
            assert_eq!(
                Value::parse(Some("int"), data),
                Err(Status::MALFORMED),
                "{data:?}"
            );
        }
        for data in ["", "yes", "TRUE", "2", "true "] {
            assert_eq!(
                Value::parse(Some("bool"), data),
                Err(Status::MALFORMED),
                "{data:?}"
            );
        }
        assert_eq!(Value::parse(Some("b64"), "*"), Err(Status::MALFORMED));
        assert_eq!(Value::parse(Some("date"), "2020"), Err(Status::FORMAT));
    }
}
