//! The way out: one HTTP client over rustls, made when needed and dropped after.

mod client;
mod error;
mod resolve;
mod roots;

pub use client::{Answer, Ask, Net};
pub use error::NetError;
