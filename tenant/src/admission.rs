//! How many requests are worked on at once. Beyond that the next is told at once to come again, instead of making everybody wait.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::audit::Reason;
use crate::oauth::oauth_error;
use crate::random;

/// Requests under way. More would only wait for the same processors.
const MOST: usize = 256;
/// A request's body must have come by then; while it comes, the request holds no place.
const BODY: Duration = Duration::from_secs(20);
/// Seconds after which those who were sent away come again at the latest; spread by chance, so that they do not come together.
const SPREAD_SECS: u8 = 3;

/// The places.
#[derive(Debug)]
pub(crate) struct Admission(Semaphore);

impl Default for Admission {
    fn default() -> Self {
        Self(Semaphore::new(MOST))
    }
}

impl Admission {
    /// A place, if there is one.
    pub(crate) fn enter(&self) -> Option<SemaphorePermit<'_>> {
        self.0.try_acquire().ok()
    }
}

/// Come again in a moment: 429 with `Retry-After` (RFC 6585 §4), AADSTS90055.
pub(crate) fn come_again() -> Response {
    let refused = oauth_error(
        StatusCode::TOO_MANY_REQUESTS,
        "temporarily_unavailable",
        90_055,
        "There are too many requests at the moment. Try again in a few seconds.",
    );
    let reason = Reason::oauth(&refused.1).turned_away();
    let mut response = refused.into_response();
    retry_after(&mut response);
    reason.on(response)
}

/// Says when to come again.
pub(crate) fn retry_after(response: &mut Response) {
    let chance = random::bytes::<1>().map_or(0, |[byte]| byte % SPREAD_SECS);
    response.headers_mut().insert(
        header::RETRY_AFTER,
        HeaderValue::from(1 + u16::from(chance)),
    );
}

/// The request with its body in memory: as much of it as anybody looks at, and a little more where there is more, so that whoever
/// it is for refuses it. `None` when it did not come in time.
pub(crate) async fn whole(request: Request, most: usize) -> Option<Request> {
    let (parts, mut body) = request.into_parts();
    let read = async {
        let mut bytes = Vec::new();
        while bytes.len() <= most {
            match body.frame().await {
                Some(Ok(frame)) => bytes.extend_from_slice(&frame.into_data().unwrap_or_default()),
                Some(Err(_)) => return None,
                None => break,
            }
        }
        Some(Bytes::from(bytes))
    };
    let bytes = tokio::time::timeout(BODY, read).await.ok()??;
    Some(Request::from_parts(parts, Body::from(bytes)))
}
