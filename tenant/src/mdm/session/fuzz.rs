//! The reader of sessions.

use super::message::read;

/// A device's message in a session (SyncML), XML.
pub fn syncml(xml: &[u8]) {
    if let Ok(message) = read(xml) {
        assert!(!message.session_id.is_empty() && !message.source.is_empty());
    }
}
