//! JOSE in compact form, taken apart and put together as text. No cryptography here.

mod jwk;
mod jws;

pub use jwk::{Jwk, JwkSet};
pub use jws::{Jws, JwsError, JwsHeader, MAX_TOKEN, signing_input};
