//! Real browsers, each with a profile, a home and a driver of its own.

mod chromium;
mod driver;
mod firefox;

pub use driver::{Browser, Kind, Options};
