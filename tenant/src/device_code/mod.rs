//! Signing in on one device for another, by a code that is typed (RFC 8628): the machine's question (`begin`), the person's
//! pages (`page`, `visit`), and what is kept of both (`store`). The machine's tokens are `grant/device_code.rs`.

mod begin;
mod guess;
mod page;
mod routes;
mod store;
mod user_code;
mod visit;

pub(crate) use guess::Guesses;
pub(crate) use routes::routes;
pub(crate) use store::{Polled, approve_as, is_off, list, poll};
