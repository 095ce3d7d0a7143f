//! Tests against a made-up machine.

mod machine;
mod sessions;

pub(crate) use machine::{Machine, chr, uri};
