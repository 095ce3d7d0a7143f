//! JOSE in compact form, taken apart and put together as text. No cryptography here.

mod absent;
mod jwe;
mod jwk;
mod jws;
mod x5c;

pub use absent::Absent;
pub use jwe::{Jwe, JweError, JweHeader, compact};
pub use jwk::{Jwk, JwkSet};
pub use jws::{Jws, JwsError, JwsHeader, MAX_TOKEN, signing_input};
