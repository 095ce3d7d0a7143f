//! A token from a page: taken apart without a panic, and put together again to the same text.
#![no_main]

use dovetail_shared::encode::b64url;
use dovetail_shared::jose::Jws;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|token: &str| {
    if let Ok(jws) = Jws::split(token) {
        assert_eq!(format!("{}.{}", jws.signed, b64url(&jws.signature)), token);
    }
});
