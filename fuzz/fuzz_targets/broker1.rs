//! Requests of other people's programs to the identity broker. They must be read or refused; whatever is read can be asked for
//! everything that the broker asks.
#![no_main]

use dovetail_shared::broker1::{Ask, find};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(ask) = Ask::parse(text) else { return };
    assert!(!ask.scope().trim().is_empty());
    assert!(ask.authority().is_none_or(|authority| !authority.is_empty()));
    let _ = (ask.sso_url(), ask.client_id(), ask.claims());
    let _ = (ask.wants_a_person(), ask.wants_proof_of_possession());
    assert!(find(&[], &ask.account()).is_none());
});
