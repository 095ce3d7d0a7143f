//! Names from people and directories: what is taken holds nothing that steers text, logs or paths.
#![no_main]

use dovetail_shared::name::{DisplayName, DomainName, Upn};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(name) = text.parse::<DisplayName>() {
        assert!(!name.as_str().chars().any(char::is_control));
    }
    if let Ok(upn) = text.parse::<Upn>() {
        assert!(!upn.as_str().contains(['/', ':', '\n', '\0', ' ']));
        assert!(upn.domain().parse::<DomainName>().is_ok());
    }
});
