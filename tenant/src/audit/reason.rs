//! Why a request was refused, carried by its answer to the way out, where the line is written.

use std::borrow::Cow;

use axum::response::Response;
use dovetail_shared::oidc::OAuthError;

/// Why. Neither code nor text may hold anything that the caller sent.
#[derive(Debug, Clone)]
pub(crate) struct Reason {
    pub(super) code: Cow<'static, str>,
    pub(super) text: Cow<'static, str>,
    pub(super) trace: Option<String>,
    pub(super) correlation: Option<String>,
    pub(super) kind: Kind,
}

/// The code of our own faults.
const FAULT: &str = "fault";

/// What is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A line.
    Line,
    /// One of many that nobody looked at: they are counted.
    TurnedAway,
}

impl Reason {
    /// A service's own word, and a sentence.
    pub(crate) fn new(
        code: impl Into<Cow<'static, str>>,
        text: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            code: code.into(),
            text: text.into(),
            trace: None,
            correlation: None,
            kind: Kind::Line,
        }
    }

    /// The same by an AADSTS number.
    pub(crate) fn aadsts(number: u32, text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(format!("AADSTS{number}"), text)
    }

    /// What the identity provider answers: its first line is a sentence of ours, and its ids are those that the caller sees.
    pub(crate) fn oauth(error: &OAuthError) -> Self {
        let number = error.error_codes.first().copied().unwrap_or_default();
        let line = error.error_description.lines().next().unwrap_or_default();
        let text = line.split_once(": ").map_or(line, |(_, text)| text);
        Self {
            trace: error.trace_id.clone(),
            correlation: error.correlation_id.clone(),
            ..Self::aadsts(number, text.to_owned())
        }
    }

    /// A fault of our own; its cause is in the server's log under the same id.
    pub(crate) fn fault(trace: &str) -> Self {
        Self::new(FAULT, "the server could not answer").traced(trace)
    }

    /// Whether it is one.
    pub(super) fn is_fault(&self) -> bool {
        self.code == FAULT
    }

    /// The id by which the answer is found again.
    #[must_use]
    pub(crate) fn traced(mut self, trace: &str) -> Self {
        self.trace = Some(trace.to_owned());
        self
    }

    /// For those that nobody looked at.
    #[must_use]
    pub(crate) fn turned_away(mut self) -> Self {
        self.kind = Kind::TurnedAway;
        self
    }

    /// The answer, with this reason.
    #[must_use]
    pub(crate) fn on(self, mut response: Response) -> Response {
        response.extensions_mut().insert(self);
        response
    }
}
