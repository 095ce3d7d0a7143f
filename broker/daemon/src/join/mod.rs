//! The join: a stored state, a struct per step, one runner.

pub mod approve;
pub mod begin;
pub mod code;
pub mod confirm;
pub mod device_code;
pub mod direct;
pub mod manage;
pub mod record;
pub mod runner;
pub mod secrets;
pub mod state;
pub mod step;
pub mod terms;
pub mod token;
