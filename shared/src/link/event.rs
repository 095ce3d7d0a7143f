//! What is told without being asked.

use serde_json::Value;

use super::{JoinView, NewProgram, SignInEnded};
use crate::status::Status;

/// An event. Sent after the change is on disk, never before.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// `join.changed`: a join of this user moved on.
    JoinChanged(Box<JoinView>),
    /// `status.changed`: joined, left, renamed.
    StatusChanged(Box<Status>),
    /// `sign_in.ended`: this user's sign-in on another machine came to an end.
    SignInEnded(Box<SignInEnded>),
    /// `sso.new_program`: a program used this user's sign-on for the first time; sent where the configuration asks for it.
    NewProgram(Box<NewProgram>),
    /// A newer peer's event; ignore it.
    Unknown(String),
}

impl Event {
    /// From name and body.
    pub fn parse(name: &str, body: Option<Value>) -> Self {
        let body = body.unwrap_or_default();
        let known = match name {
            "join.changed" => serde_json::from_value(body).ok().map(Self::JoinChanged),
            "status.changed" => serde_json::from_value(body).ok().map(Self::StatusChanged),
            "sign_in.ended" => serde_json::from_value(body).ok().map(Self::SignInEnded),
            "sso.new_program" => serde_json::from_value(body).ok().map(Self::NewProgram),
            _ => None,
        };
        known.unwrap_or_else(|| Self::Unknown(name.to_owned()))
    }

    /// Name and body.
    pub fn parts(&self) -> (&str, Value) {
        match self {
            Self::JoinChanged(view) => (
                "join.changed",
                serde_json::to_value(view).unwrap_or_default(),
            ),
            Self::StatusChanged(status) => (
                "status.changed",
                serde_json::to_value(status).unwrap_or_default(),
            ),
            Self::SignInEnded(end) => (
                "sign_in.ended",
                serde_json::to_value(end).unwrap_or_default(),
            ),
            Self::NewProgram(program) => (
                "sso.new_program",
                serde_json::to_value(program).unwrap_or_default(),
            ),
            Self::Unknown(name) => (name, Value::Null),
        }
    }
}
