//! The way out: one HTTP client over rustls, made when needed and dropped after.

mod body;
mod client;
mod error;
mod pause;
mod resolve;
mod roots;

pub use body::Body;
pub use client::{Answer, Ask, Conversation, Net};
pub use error::NetError;
#[cfg(test)]
pub(crate) use pause::{Next, next};
