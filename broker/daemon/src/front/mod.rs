//! The way in: a socket for every local user, decided by who the kernel says is there.

mod connection;
mod listen;
mod may;
mod peer;
mod program;

pub use connection::serve;
pub use listen::{ListenError, listener, own_listener};
pub use may::may;
pub use peer::Peer;
pub use program::{Image, Program, Running};
