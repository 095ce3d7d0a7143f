//! Real browsers, each with a profile, a home and a driver of its own.

mod chromium;
mod driver;
mod firefox;
mod managed;

pub use driver::{Browser, Kind, Options};
pub use managed::Managed;
