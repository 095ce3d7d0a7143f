//! Primary refresh tokens (MS-OAPXBC; registration reference §4): issued to a device for a person, used with a session key
//! that only the device can open. ADR 20.
//!
//! One way in from the token endpoint (`endpoint`), one from the authorize endpoint (`credential`).

mod code;
pub(crate) mod credential;
mod device_key;
mod device_request;
mod endpoint;
pub mod fuzz;
mod hello;
mod id_token;
mod key;
mod nonce;
pub(crate) mod pkeyauth;
mod refusal;
mod session_key;
mod session_request;
mod session_signed;
mod store;
mod used;
mod who;

pub(crate) use code::sealed_for_code;
pub(crate) use credential::{Credential, Person};
pub(crate) use device_key::Proof;
pub(crate) use endpoint::{Asked, challenge, signed_request};
pub(crate) use key::PrtKey;
pub(crate) use refusal::PrtRefusal;
pub(crate) use session_key::SealError;
