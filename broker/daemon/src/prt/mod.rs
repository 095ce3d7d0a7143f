//! Single sign-on: each local user's primary refresh token, got by the device key, used by the session key in the TPM.
//!
//! One record a user, `sso/<uid>/prt.json`; the token in it is encrypted under a key that the TPM has sealed. Nothing in clear
//! outlives its use. Whatever goes wrong becomes a state that says who can mend it ([`dovetail_shared::status::SsoState`]).

mod accounts;
mod acquire;
mod answer;
mod ask;
mod book;
mod broker;
mod cookie;
mod error;
mod host;
mod open;
mod person;
mod rate;
mod record;
mod renew;
mod schedule;
mod sign_in;
mod sign_on;
mod signed;
mod status;
mod token;
mod user;

pub use accounts::accounts;
pub use book::Book;
pub use broker::broker_token;
pub use cookie::cookie;
pub use schedule::start;
pub use sign_in::{begin, code};
pub use sign_on::sign_on;
pub use status::{about, check_owner, details};
pub use token::token;
