//! Documents that tell where things are. Public; readable from any page, without credentials.

mod credential_type;
mod federation_provider;
mod instance;
mod openid;
mod realm;
mod routes;

pub(crate) use routes::routes;
