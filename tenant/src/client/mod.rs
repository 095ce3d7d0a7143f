//! Registered applications: what they are, where their answers may go, how they prove who they are.
//!
//! Only the command line registers any (`command/app.rs`): there is no endpoint for it.

mod implicit;
mod redirect;
mod registration;

pub(crate) use implicit::{allow_tokens, may_have_tokens};
pub(crate) use redirect::Platform;
pub(crate) use registration::{Registration, keep, registration, registrations};
