//! The token endpoint: one file a grant, one for the answer, one for what is kept of codes (`code`), one for refresh tokens (`lineage`).
//!
//! A grant proves who asks and gives back a [`granted::Granted`]; `answer::tokens` makes the tokens from that alone, and knows no HTTP.

mod access;
mod answer;
mod authorization_code;
mod client;
mod client_credentials;
mod code;
mod correlation;
mod cors;
mod device_code;
mod device_proof;
mod endpoint;
mod foci;
mod form;
pub mod fuzz;
mod granted;
mod lineage;
mod on_behalf_of;
mod origin;
mod password;
mod refresh_token;
mod refusal;
mod resource;
mod resource_error;
mod revoke;
mod routes;
mod saml_bearer;
mod scope;
mod seal;

pub(crate) use access::access_allowed;
pub(crate) use answer::tokens;
pub(crate) use code::{NewCode, issue_code};
pub(crate) use correlation::{echo, of as correlation};
pub(crate) use form::Form;
pub(crate) use granted::Granted;
pub(crate) use lineage::{lineage_of, origin_of};
pub(crate) use origin::{Flow, Origin};
pub(crate) use password::proved as by_password;
pub(crate) use refusal::{Refusal, Version};
pub(crate) use resource::{Resource, resolve, resolve_for};
pub(crate) use routes::routes;
pub(crate) use saml_bearer::proved as by_saml;
pub(crate) use scope::meant_by_v1;
pub(crate) use seal::GrantKey;
