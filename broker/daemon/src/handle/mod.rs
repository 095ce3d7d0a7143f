//! One request, one answer.

mod dispatch;
mod doctor;
mod preflight;
pub mod status;

pub use dispatch::dispatch;
