//! What the page knows and which screen follows from it. Pure: no browser, no clock; tested natively.

mod model;
mod realm;
mod reduce;
#[cfg(test)]
pub(crate) mod sample;
mod screen;
mod status;

pub(crate) use model::{Action, Errand, Link, Model, Stage};
pub(crate) use realm::{Lookup, Realm, looks_whole};
pub(crate) use screen::{Missing, Screen};
pub(crate) use status::{Management, Status};
