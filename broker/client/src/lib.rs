//! Talks to the Dovetail daemon over its Unix socket.
//!
//! [`Client`] asks and listens; [`frame`] is the framing that client and daemon share; [`peer`] decides whether the
//! other end of a socket may be believed. Without the feature `async` only [`peer`], [`place`] and [`blame`] are left:
//! what the native-messaging host needs.

pub mod blame;
#[cfg(feature = "async")]
mod call;
#[cfg(feature = "async")]
mod connect;
#[cfg(feature = "async")]
mod error;
#[cfg(feature = "async")]
mod events;
#[cfg(feature = "async")]
pub mod frame;
pub mod peer;
pub mod place;
#[cfg(feature = "async")]
pub mod portal;

#[cfg(feature = "async")]
pub use connect::Client;
#[cfg(feature = "async")]
pub use error::ClientError;
