//! The join: a stored state, a struct per step, one runner.

pub mod approve;
pub mod begin;
pub mod confirm;
pub mod record;
pub mod runner;
pub mod state;
pub mod step;
pub mod token;
