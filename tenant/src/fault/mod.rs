//! Misbehaving on request, for labs.

mod id_token;
mod misbehave;

pub(crate) use misbehave::{Asked, Fault, Kind, clear, list, misbehave, set};
