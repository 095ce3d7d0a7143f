//! Single sign-on: the primary refresh token of each account of each local user, got by the device key, used by the session key in the TPM.
//!
//! One record an account, `sso/<uid>/prt.json` and `prt-<n>.json`; the token in it is encrypted under a key that the TPM has sealed. Nothing in clear
//! outlives its use. Whatever goes wrong becomes a state that says who can mend it ([`dovetail_shared::status::SsoState`]).

mod account;
mod accounts;
mod acquire;
mod answer;
mod ask;
mod book;
mod broker;
mod cookie;
mod device_code;
mod error;
#[doc(hidden)]
pub mod fuzz;
mod grant;
pub mod hello;
mod host;
mod open;
#[cfg(test)]
mod outage;
mod person;
mod programs;
mod rate;
mod record;
mod renew;
mod schedule;
mod sign_in;
mod sign_on;
mod signed;
mod status;
mod token;

pub use accounts::{accounts, choose, sign_out};
pub use book::Book;
pub use broker::broker_token;
pub use cookie::cookie;
pub use device_code::device_code;
pub use schedule::start;
pub use sign_in::{begin, code};
pub use sign_on::sign_on;
pub use status::{check_owner, details};
pub use token::token;
