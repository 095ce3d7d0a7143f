//! The Dovetail daemon: holds the machine's keys and takes the machine through a join.
//!
//! One way in (`front`: frames over a Unix socket, decided by peer), one way out (`net`: one HTTP client).
//! Between them stands the join, a resumable state machine whose record is saved around every act
//! that the outside world remembers.

#![expect(
    clippy::result_large_err,
    reason = "a Report is made once per failed request, and boxing it would be at every hand-over"
)]

pub mod audit;
pub mod clock;
pub mod config;
pub mod daemon;
pub mod direct;
pub mod drs;
pub mod front;
#[doc(hidden)]
pub mod fuzz;
pub mod handle;
pub mod harden;
pub mod health;
pub mod join;
pub mod leave;
pub mod mdm;
pub mod net;
pub mod oidc;
pub mod prt;
pub mod store;
pub mod tpm;
pub mod vault;

pub use daemon::Daemon;
