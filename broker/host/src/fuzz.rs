//! What reads strangers' bytes, each as one function that a fuzz target calls. The program itself uses none of it.

use dovetail_shared::link::{Envelope, MAX_ID};

use crate::dialect::Dialect;
use crate::entra::Entra;
use crate::inbox::{Frame, Inbox};
use crate::outbox::Outbox;
use crate::peek::{id_in, upward};
use crate::plain::Plain;

/// One of each kind that the other project's extension may ask.
const COMMANDS: [&str; 4] = [
    r#"{"command":"getAccounts"}"#,
    r#"{"command":"getVersion"}"#,
    r#"{"command":"acquirePrtSsoCookie","account":{"homeAccountId":"a"},"ssoUrl":null}"#,
    r#"{"command":"acquireTokenSilently","account":{"homeAccountId":"a"}}"#,
];

/// A browser's stream, in two pieces: frames, and in each dialect the request in them. What goes on to the daemon is a frame
/// that it can read, under the id that the host remembers.
pub fn browser(stream: &[u8]) {
    let (first, second) = stream.split_at(stream.len() / 2);
    let mut inbox = Inbox::default();
    for piece in [first, second] {
        inbox.add(piece);
        while let Ok(Some(frame)) = inbox.next() {
            match frame {
                Frame::Text(text) => request(&text),
                Frame::TooLarge(bytes) => assert!(id_in(&bytes).len() <= MAX_ID),
                Frame::NotText => {}
            }
        }
    }
}

/// One request.
pub fn request(text: &str) {
    if let Ok(ask) = Plain::default().ask(text) {
        let read = Envelope::parse(&ask.frame);
        assert!(read.is_ok_and(|envelope| envelope.id == ask.id));
    }
    if let Ok(ask) = Entra::default().ask(text) {
        let read = Envelope::parse(&ask.frame);
        assert!(read.is_ok_and(|envelope| envelope.id == ask.id && envelope.request().is_ok()));
    }
}

/// A frame from the daemon: which way it goes, and what the other project's extension hears of it.
pub fn daemon(text: &str) {
    let _ = upward(text);
    let mut out = Outbox::default();
    let mut entra = Entra::default();
    for command in COMMANDS {
        if let Ok(ask) = entra.ask(command) {
            entra.answered(&ask.id, text, &mut out);
        }
    }
    let looking = entra.told("{}", &mut out).unwrap_or_default();
    if let Ok(envelope) = Envelope::parse(&looking) {
        let _ = entra.unasked(&envelope.id, text, &mut out);
    }
}
