//! The only HTTP call: GET, no credentials for other sites, a time limit, a size limit, and a way to stop it.

use std::pin::Pin;

use dovetail_shared::Code;
use gloo_net::http::Request;
use gloo_timers::callback::Timeout;
use serde::de::DeserializeOwned;
use web_sys::{AbortController, RequestCredentials};

use crate::value::read;

/// Longer than a slow network's answer, shorter than patience.
const LIMIT_MS: u32 = 8_000;
/// The largest real answer (provider metadata) is below 4 kB.
const LIMIT_CHARS: usize = 256 * 1024;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FetchError {
    /// No connection, no TLS, not allowed by the server, or too late.
    Unreachable,
    /// An HTTP status that is no success.
    Status(u16),
    /// Larger than any real answer.
    TooLarge,
    /// Not the JSON that was asked for.
    Nonsense,
}

impl FetchError {
    /// What the person is told.
    pub(crate) fn code(self) -> Code {
        match self {
            Self::Status(429) => Code::THROTTLED,
            Self::Unreachable | Self::Status(500..) => Code::UNREACHABLE,
            Self::Status(_) | Self::Nonsense => Code::NONSENSE,
            Self::TooLarge => Code::TOO_LARGE,
        }
    }
}

/// Stops a fetch that nobody waits for any more.
#[derive(Debug, Clone)]
pub(crate) struct Stop(Option<AbortController>);

impl Stop {
    pub(crate) fn new() -> Self {
        Self(AbortController::new().ok())
    }

    pub(crate) fn now(&self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

/// Gets JSON from a URL.
pub(super) async fn json<T: DeserializeOwned>(url: &str, stop: &Stop) -> Result<T, FetchError> {
    let text = text(url.to_owned(), stop.clone()).await?;
    // The browser's own JSON parser: it is there already.
    let value = js_sys::JSON::parse(&text).map_err(|_| FetchError::Nonsense)?;
    read(value).ok_or(FetchError::Nonsense)
}

type Get = Pin<Box<dyn Future<Output = Result<String, FetchError>>>>;

/// Gets text from a URL.
pub(crate) fn text(url: String, stop: Stop) -> Get {
    Box::pin(async move {
        let late = Timeout::new(LIMIT_MS, {
            let stop = stop.clone();
            move || stop.now()
        });
        let signal = stop.0.as_ref().map(AbortController::signal);
        let response = Request::get(&url)
            .header("accept", "application/json, */*;q=0.1")
            .credentials(RequestCredentials::SameOrigin)
            .abort_signal(signal.as_ref())
            .send()
            .await
            .map_err(|_| FetchError::Unreachable)?;
        if !response.ok() {
            return Err(FetchError::Status(response.status()));
        }
        let text = response.text().await.map_err(|_| FetchError::Unreachable)?;
        drop(late);
        if text.len() > LIMIT_CHARS {
            return Err(FetchError::TooLarge);
        }
        Ok(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_has_a_code() {
        for (error, code) in [
            (FetchError::Unreachable, Code::UNREACHABLE),
            (FetchError::Status(404), Code::NONSENSE),
            (FetchError::Status(429), Code::THROTTLED),
            (FetchError::Status(503), Code::UNREACHABLE),
            (FetchError::TooLarge, Code::TOO_LARGE),
            (FetchError::Nonsense, Code::NONSENSE),
        ] {
            assert_eq!(error.code(), code);
        }
    }
}
