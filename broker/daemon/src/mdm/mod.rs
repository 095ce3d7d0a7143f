//! Management of this device (MDM): enrollment by MS-MDE2, sessions by OMA-DM, and what is kept of both.

pub mod address;
pub mod discover;
pub mod enroll;
pub mod error;
pub mod machine;
pub mod node;
pub mod policy_service;
pub mod provision;
pub mod record;
pub mod soap;
pub mod xml;

pub use error::MdmError;
pub use record::{Management, Offer};
