//! The sign-in of the join: out to the tenant with the daemon's nonce, back with an ID token.

pub(crate) mod authorize;
pub(crate) mod callback;
pub(crate) mod origin;
pub(crate) mod session;
