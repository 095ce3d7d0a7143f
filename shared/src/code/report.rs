//! The whole story of one failure: shown on the page, printed by the command line, kept in the join record.

use serde::{Deserialize, Serialize};

use super::{Code, Fix};
use crate::id::CorrelationId;
use crate::phase::{Phase, Step};
use crate::time::UnixTime;

/// One failure. Holds no secret: no token, no key, no URL with a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The number to search for.
    pub code: Code,
    /// The code's short name, `QUOTA_REACHED`; text ids on the page are made from it.
    #[serde(default)]
    pub symbol: String,
    /// The phase in which it happened, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// The step in which it happened, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
    /// What happened, one sentence in English.
    pub what: String,
    /// What to do, one sentence in English starting with a verb.
    pub cure: String,
    /// Particulars in English: which host, which proxy, which file. Never a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Who can mend it.
    pub fix: Fix,
    /// Whether trying the same again can succeed.
    pub retry: bool,
    /// Ties this report to lines in the logs.
    pub correlation_id: CorrelationId,
    /// When it happened.
    pub time: UnixTime,
    /// How many times this step had been tried, counting from 1. 0 where nothing is counted.
    #[serde(default)]
    pub attempt: u32,
    /// What a server answered, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<ServerSaid>,
}

/// A server's refusal, as far as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ServerSaid {
    /// HTTP status.
    pub http_status: u16,
    /// Its own error word or type, `AuthenticationError`.
    #[serde(default)]
    pub error: String,
    /// Its own sentence, cut at 512 characters.
    #[serde(default)]
    pub message: String,
    /// Its request or trace id.
    #[serde(default)]
    pub request_id: String,
}

impl Report {
    /// A report with the table's words for `code`.
    pub fn new(code: Code, correlation_id: CorrelationId, time: UnixTime) -> Self {
        let entry = code.entry();
        Self {
            code,
            symbol: entry.map_or_else(String::new, |e| e.symbol.to_owned()),
            phase: None,
            step: None,
            what: entry
                .map_or(
                    "The server refused with a code that is not in our list.",
                    |e| e.what,
                )
                .to_owned(),
            cure: entry
                .map_or("Give this code to your administrator.", |e| e.cure)
                .to_owned(),
            detail: None,
            fix: code.fix(),
            retry: entry.is_some_and(|e| e.retry),
            correlation_id,
            time,
            attempt: 0,
            server: None,
        }
    }

    /// The same report with particulars.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The same report, said to have happened in `step`.
    #[must_use]
    pub fn in_step(mut self, step: Step) -> Self {
        self.step = Some(step);
        self.phase = Some(step.phase());
        self
    }
}
