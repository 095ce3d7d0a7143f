//! The directory as an API: the part of Microsoft Graph that clients of devices use (registration reference §7), and the forms
//! of the retired Azure AD Graph that some still send.
//!
//! One way in (`routes.rs`): the path becomes a [`path::Target`], the query [`query::Options`], the bearer a [`caller::Caller`].
//! What somebody may not see is not there: 404, not 403.

mod answer;
mod caller;
mod change;
mod device;
mod error;
mod filter;
pub mod fuzz;
mod going_on;
mod hello;
mod lexer;
mod list;
mod path;
mod people;
mod query;
mod routes;
mod skip;

pub(crate) use routes::routes;
pub(crate) use skip::SkipKey;
