//! The token endpoint: one file a grant, one for the answer, one for what is kept of codes, one for refresh tokens.
//!
//! A grant proves who asks and gives back a [`granted::Granted`]; the answer is made from that alone.

mod answer;
mod authorization_code;
mod code;
mod endpoint;
mod family;
mod form;
mod granted;
mod password;
mod refresh_token;
mod refusal;
mod resource;
mod routes;
mod saml_bearer;

pub(crate) use code::{NewCode, issue_code};
pub(crate) use resource::{ResourceError, resource};
pub(crate) use routes::routes;
