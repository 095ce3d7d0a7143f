//! The device registration service: discovery, attestation, registration, leaving.

mod attest;
mod bearer;
mod challenge;
mod credential;
mod csr;
mod delete;
mod documents;
mod ek_root;
mod error;
pub mod fuzz;
mod join;
mod key;
mod key_refusal;
mod nonce;
mod routes;
mod transport;

pub(crate) use csr::is_good_key;
pub(crate) use ek_root::{EkRoots, add as add_ek_root};
pub(crate) use routes::routes;
