//! Where a person leaves to, and what they bring back: the sign-in with the daemon's nonce and its ID token, the terms of
//! use and their answer, the management service's code.

pub(crate) mod ask;
pub(crate) mod authorize;
pub(crate) mod callback;
pub(crate) mod form;
pub(crate) mod origin;
pub(crate) mod session;
pub(crate) mod terms;
