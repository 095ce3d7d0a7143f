//! The ID token, verified by ourselves: nothing is believed because the page says so.

mod keys;
mod redeem;
mod verify;

pub use keys::Provider;
pub use redeem::{Grant, RedeemError, accompanies, device_code, redeem};
pub use verify::{Expect, TokenError, Verified, verify};
