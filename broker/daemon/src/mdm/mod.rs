//! Management of this device (MDM): enrollment by MS-MDE2, sessions by OMA-DM, and what is kept of both.

pub mod address;
pub mod node;
pub mod policy;
pub mod record;

pub use record::{Management, Offer};
