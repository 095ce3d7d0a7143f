//! Federated sign-in: another organisation's sign-in service (STS) says who somebody is, in a signed assertion.
//!
//! One way through: `limits` (is it small enough to be read?), `document` (is it XML of the right shape?), `signature` (did the domain sign it, by which element?),
//! `assertion` (what does that element say?), `judge` (is it for us, for now, for one of our users, for the first time?).

mod assertion;
mod certificate;
mod document;
mod error;
pub mod fuzz;
mod judge;
mod limits;
mod metadata;
mod request;
mod signature;
mod used;

pub(crate) use certificate::certificate;
pub(crate) use error::FederationError;
pub(crate) use judge::{Federated, Purpose, verify_answer, verify_assertion};
pub(crate) use metadata::{Metadata, metadata};
pub(crate) use request::{REALM, Want, address};
