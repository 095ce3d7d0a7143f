//! What a writable node takes. Values are data: they are held to a form, and no form has room for a command.

use super::value::{truth, whole};
use super::{Status, Value};

/// The form of a node's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A number from … to …, both included.
    Int(i64, i64),
    /// A truth value.
    Bool,
    /// One line of at most so many characters.
    Line(usize),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A version: one to four numbers with dots between.
    Version,
    /// A JSON array of at most 32 lines for people.
    Lines,
}

impl Shape {
    /// The value in its one form; 415 for another format, 400 for a value that does not fit.
    pub(crate) fn check(self, value: Value) -> Result<Value, Status> {
        match self {
            Self::Int(low, high) => {
                let number = match value {
                    Value::Int(number) => number,
                    // Servers leave the format out; then it is text.
                    Value::Text(text) => whole(&text).ok_or(Status::MALFORMED)?,
                    _ => return Err(Status::FORMAT),
                };
                (low..=high)
                    .contains(&number)
                    .then_some(Value::Int(number))
                    .ok_or(Status::MALFORMED)
            }
            Self::Bool => match value {
                Value::Bool(truth) => Ok(Value::Bool(truth)),
                Value::Int(number @ (0 | 1)) => Ok(Value::Bool(number == 1)),
                Value::Int(_) => Err(Status::MALFORMED),
                Value::Text(text) => truth(&text).map(Value::Bool).ok_or(Status::MALFORMED),
                _ => Err(Status::FORMAT),
            },
            Self::Line(most) => {
                let Value::Text(text) = value else {
                    return Err(Status::FORMAT);
                };
                line(&text, most)
                    .then_some(Value::Text(text))
                    .ok_or(Status::MALFORMED)
            }
            Self::Word(words) => {
                let Value::Text(text) = value else {
                    return Err(Status::FORMAT);
                };
                words
                    .contains(&text.as_str())
                    .then_some(Value::Text(text))
                    .ok_or(Status::MALFORMED)
            }
            Self::Version => {
                let Value::Text(text) = value else {
                    return Err(Status::FORMAT);
                };
                let number = |part: &str| part.parse::<u32>().is_ok() && !part.starts_with('+');
                (text.split('.').count() <= 4 && text.split('.').all(number))
                    .then_some(Value::Text(text))
                    .ok_or(Status::MALFORMED)
            }
            Self::Lines => {
                let Value::Text(text) = value else {
                    return Err(Status::FORMAT);
                };
                if text.len() > 16 * 1024 {
                    return Err(Status::MALFORMED);
                }
                let lines: Vec<String> =
                    serde_json::from_str(&text).map_err(|_| Status::MALFORMED)?;
                (lines.len() <= 32 && lines.iter().all(|text| line(text, 300)))
                    .then_some(Value::Text(text))
                    .ok_or(Status::MALFORMED)
            }
        }
    }
}

/// Whether it is one line that shows as what it is: no control characters, nothing that turns the direction of writing.
fn line(text: &str, most: usize) -> bool {
    text.chars().count() <= most
        && !text.contains(|letter: char| {
            letter.is_control() || matches!(letter, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
}
