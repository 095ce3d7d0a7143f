//! The ID token, verified by ourselves: nothing is believed because the page says so.

mod keys;
mod verify;

pub use keys::Provider;
pub use verify::{Expect, TokenError, Verified, verify};
