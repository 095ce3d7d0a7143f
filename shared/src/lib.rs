//! The words that Dovetail's programs speak with each other and with a tenant.
//!
//! What may live here: types, their parsing and their printing; pure arithmetic on bytes.
//! What may not: I/O, async, clocks, randomness, keys in use. The crate builds for
//! `wasm32-unknown-unknown`, so the page shares it with the daemon and the tenant.
//!
//! A wire type here is used by both ends, so both could be wrong together. Each one is therefore
//! held to samples that others made: see `tests/` of this crate and `docs/protocol.md`.

pub mod broker1;
pub mod code;
pub mod drs;
pub mod encode;
pub mod guid;
pub mod id;
pub mod jose;
pub mod link;
pub mod name;
pub mod oidc;
pub mod phase;
pub mod prt;
pub mod realm;
pub mod rsa_blob;
pub mod secret;
pub mod status;
pub mod time;

pub use code::{Code, Report};
pub use phase::{Phase, Step};
pub use secret::Secret;
pub use time::UnixTime;
