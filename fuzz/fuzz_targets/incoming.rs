//! A frame from the daemon, as page, extension popup and command line read it.
#![no_main]

use dovetail_shared::link::Incoming;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|frame: &[u8]| {
    let _ = Incoming::parse(frame);
});
