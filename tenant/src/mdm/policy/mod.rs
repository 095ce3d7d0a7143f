//! Policy sets: what administrators demand of devices, to whom it applies, and how it is told to a device.

mod merge;
mod nodes;
mod options;
mod store;

pub(super) use merge::Effective;
pub(super) use nodes::{hello, replaces, result_uri};
pub(super) use options::version;
pub(crate) use options::{Class, Options};
pub(super) use store::effective;
pub(crate) use store::{
    Assignment, PolicyError, assign, create, delete, seed, set, sets, unassign,
};
