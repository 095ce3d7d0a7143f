//! Registered applications: what they are, where their answers may go, how they prove who they are.
//!
//! Only the command line registers any (`command/app.rs`): there is no endpoint for it.

mod assertion;
mod credential;
mod first_party;
mod implicit;
mod redirect;
mod registration;

pub(crate) use assertion::{AssertionError, check_assertion, named_client};
pub(crate) use credential::{add_key, add_secret, check_secret};
pub(crate) use first_party::{BROKER, DEVICE_LOGIN, JOIN_PAGE, keep_first_party};
pub(crate) use implicit::{allow_tokens, may_have_tokens};
pub(crate) use redirect::{Platform, Redirect, is_spa_origin};
pub(crate) use registration::{
    IdTokenAlg, Registration, any_es256, keep, registration, registrations,
};
