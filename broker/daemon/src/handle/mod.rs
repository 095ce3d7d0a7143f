//! One request, one answer.

mod dispatch;
mod doctor;
pub mod status;

pub use dispatch::dispatch;
