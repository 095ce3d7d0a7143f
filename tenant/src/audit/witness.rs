//! The way out: every answer passes here, and every one that refuses leaves a line. So no handler can forget.

use std::cell::RefCell;
use std::future::Future;
use std::net::IpAddr;

use axum::http::Method;
use axum::response::Response;
use uuid::Uuid;

use super::event::{Event, Outcome, Place};
use super::reason::{Kind, Reason};
use super::seen::{SEEN, Seen};
use super::trail::Trail;
use crate::clock;

/// What is known of a request before anybody looks at it.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The role of the name that it came for.
    pub(crate) host: Option<&'static str>,
    pub(crate) method: Method,
    pub(crate) peer: Option<IpAddr>,
    /// The id that its answer will have.
    pub(crate) id: Uuid,
}

/// Answers a request, and writes down what has to be.
pub(crate) async fn witness(
    trail: &Trail,
    asked: Asked,
    answer: impl Future<Output = Response>,
) -> Response {
    let seen = Seen {
        place: Place {
            host: asked.host,
            method: Some(word(&asked.method)),
            peer: asked.peer,
            request: Some(asked.id),
            ..Place::default()
        },
        ..Seen::default()
    };
    let watched = async {
        let mut unfinished = Unfinished(Some(trail));
        let mut response = answer.await;
        unfinished.0 = None;
        record(trail, &mut response);
        response
    };
    SEEN.scope(RefCell::new(seen), watched).await
}

/// A line where the answer refuses: by its status, or because it says so (a redirect, a page that asks once more).
fn record(trail: &Trail, response: &mut Response) {
    let status = response.status();
    let reason = response.extensions_mut().remove::<Reason>();
    if reason
        .as_ref()
        .is_some_and(|reason| reason.kind == Kind::TurnedAway)
    {
        return trail.turned_away();
    }
    if reason.is_none() && !status.is_client_error() && !status.is_server_error() {
        return;
    }
    // The management service answers every refusal with 500.
    let failed = status.is_server_error() && reason.as_ref().is_none_or(Reason::is_fault);
    let outcome = if failed {
        Outcome::Failed
    } else {
        Outcome::Refused
    };
    let mut event = Event::new("refused", outcome, clock::now());
    event.status = Some(status.as_u16());
    if let Some(reason) = reason {
        event.code = Some(reason.code);
        event.reason = Some(reason.text);
        event.trace = reason.trace;
        event.correlation = reason.correlation;
    }
    trail.tell(event);
}

/// A request that is being answered. Dropped before that, its client has gone away.
struct Unfinished<'a>(Option<&'a Trail>);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(trail) = self.0 {
            trail.tell(Event::new("cut_off", Outcome::CutOff, clock::now()));
        }
    }
}

/// Only words of ours: a method may be any text.
fn word(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "PATCH", "DELETE", "OPTIONS", "HEAD", "PUT"];
    KNOWN
        .into_iter()
        .find(|known| *known == method.as_str())
        .unwrap_or("other")
}
