//! Real browsers, each with a profile, a home and a driver of its own.

mod chromium;
mod driver;
mod firefox;
mod managed;
pub mod packed;

pub use driver::{Browser, Change, Cookies, Kind, Options, Wasm, unpacked};
pub use managed::Managed;
