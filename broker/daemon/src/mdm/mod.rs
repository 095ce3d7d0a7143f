//! Management of this device (MDM): enrollment by MS-MDE2, sessions by OMA-DM, and what is kept of both.

pub mod address;
pub mod ask;
pub mod cms;
pub mod discover;
pub mod enroll;
pub mod enter;
pub mod error;
pub mod facts;
#[doc(hidden)]
pub mod fuzz;
pub mod machine;
pub mod node;
pub mod policy;
pub mod policy_service;
pub mod provision;
#[cfg(test)]
mod published;
pub mod record;
pub mod renew;
pub mod schedule;
pub mod session;
pub mod soap;
pub mod sync;
pub mod syncml;
pub mod unenroll;
pub mod xml;

pub use error::MdmError;
pub use record::{Management, Offer};
