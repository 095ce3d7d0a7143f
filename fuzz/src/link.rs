//! What comes from browsers, pages and local programs.

use dovetail_shared::broker1::{Ask, find};
use dovetail_shared::link::{Envelope, Incoming};

use crate::form::Fields;

/// A frame to the daemon. What is read can be written and read again.
pub(crate) fn envelope(frame: &[u8]) {
    if let Ok(envelope) = Envelope::parse(frame) {
        assert_eq!(
            Envelope::parse(&envelope.to_frame()).as_ref(),
            Ok(&envelope)
        );
        if let Ok(request) = envelope.request() {
            assert_eq!(Envelope::new("x", &request).request(), Ok(request));
        }
    }
}

/// A frame from the daemon, as page, popup and command line read it.
pub(crate) fn incoming(frame: &[u8]) {
    let _ = Incoming::parse(frame);
}

/// A request of another program to the identity broker. Whatever is read can be asked for everything that the broker asks.
pub(crate) fn broker1(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(ask) = Ask::parse(text) else { return };
    assert!(!ask.scope().trim().is_empty());
    assert!(
        ask.authority()
            .is_none_or(|authority| !authority.is_empty())
    );
    let _ = (ask.sso_url(), ask.client_id(), ask.claims());
    let _ = (ask.wants_a_person(), ask.wants_proof_of_possession());
    assert!(find(&[], &ask.account()).is_none());
}

/// A browser's stream to the native-messaging host, and the bytes as one request and as one answer of the daemon's.
pub(crate) fn host(bytes: &[u8]) {
    dovetail_host::fuzz::browser(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        dovetail_host::fuzz::request(text);
        dovetail_host::fuzz::daemon(text);
    }
}

/// A session bus's stream.
pub(crate) fn bus(bytes: &[u8]) {
    dovetail_session::fuzz::bus(bytes);
}

/// An answer in the page's address. A name that stands twice is no answer.
pub(crate) fn page(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Some(mut fields) = Fields::read(text, &["state", "code", "error", "id_token"]) else {
        return;
    };
    let state = fields.take("state");
    assert!(state.is_none_or(|state| state.len() <= 3 * text.len()));
    assert_eq!(fields.take("state"), None);
}
