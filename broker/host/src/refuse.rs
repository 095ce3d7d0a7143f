//! Answers that the host gives in the daemon's place.

use dovetail_client::blame;
use dovetail_shared::Code;
use dovetail_shared::link::failure_frame;

/// The JSON of a refusal: a whole report, as from the daemon.
pub(crate) fn frame(id: &str, code: Code) -> Vec<u8> {
    failure_frame(id, &blame::report(code))
}
