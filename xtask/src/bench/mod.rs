//! `bench`: figures beside their limits. Ratios within one run, because machines differ.

mod daemon;
mod figure;
mod fleet;
mod growth;
mod host;
mod join;
mod measured;
mod page;
mod pipe;
mod report;
mod sign_on;
mod sso;
mod tenant;
mod token;

pub(crate) use daemon::configuration as idle_configuration;
pub(crate) use report::Bench;
