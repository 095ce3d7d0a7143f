//! The registration service: where it is, and what it refuses.

mod discover;
mod refusal;

pub use discover::{endpoint, read};
pub use refusal::refusal;
