//! One state per file. A step does one thing, asks one party, and never saves the record.

mod attest;
mod discover;
mod enroll;
pub mod install;
mod outcome;
mod probe;
mod redeem;
pub mod register;
mod sign_on;
mod sync;
mod verify;

pub use attest::Attest;
pub use discover::Discover;
pub use enroll::Enroll;
pub use install::Install;
pub use outcome::Outcome;
pub use probe::Probe;
pub use redeem::Redeem;
pub use register::Register;
pub use sign_on::SignOn;
pub use sync::Sync;
pub use verify::{Verify, certificate_device};
