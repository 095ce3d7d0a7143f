//! Files of the state directory: written whole or not at all, read only when they are ours.

mod atomic;
mod dir;

pub use atomic::write_atomic;
pub use dir::{Store, StoreError};
