//! One program for all targets: `DOVETAIL_FUZZ` says which one, the arguments are libFuzzer's. `cargo xtask fuzz` starts it.
#![no_main]

use std::sync::OnceLock;

use dovetail_fuzz::{TARGETS, Target};
use libfuzzer_sys::fuzz_target;

static CHOSEN: OnceLock<&Target> = OnceLock::new();

fn chosen() -> &'static Target {
    CHOSEN.get_or_init(|| {
        let name = std::env::var("DOVETAIL_FUZZ").unwrap_or_default();
        let found = TARGETS.iter().find(|target| target.name == name);
        found.unwrap_or_else(|| panic!("DOVETAIL_FUZZ={name:?} is no target"))
    })
}

fuzz_target!(|bytes: &[u8]| (chosen().run)(bytes));
