//! The registration service: where it is, and what it refuses.

mod ask;
mod discover;
mod refusal;

pub use ask::ask;
pub use discover::{endpoint, read};
pub use refusal::refusal;
