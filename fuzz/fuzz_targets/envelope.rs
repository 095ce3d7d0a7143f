//! A frame from a browser or a local program: never a panic, and what is read can be written and read again.
#![no_main]

use dovetail_shared::link::Envelope;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|frame: &[u8]| {
    if let Ok(envelope) = Envelope::parse(frame) {
        assert_eq!(Envelope::parse(&envelope.to_frame()).as_ref(), Ok(&envelope));
        if let Ok(request) = envelope.request() {
            assert_eq!(Envelope::new("x", &request).request(), Ok(request));
        }
    }
});
