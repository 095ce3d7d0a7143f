//! One file per screen.

mod account;
mod approve;
mod choose;
mod confirm;
mod done;
mod failed;
mod greeting;
mod home;
mod manage;
mod missing;
mod plain;
mod progress;
mod props;
mod terms;

pub(crate) use account::Account;
pub(crate) use approve::approve;
pub(crate) use choose::choose;
pub(crate) use confirm::Confirm;
pub(crate) use done::done;
pub(crate) use failed::failed;
pub(crate) use greeting::Greeting;
pub(crate) use home::home;
pub(crate) use manage::manage;
pub(crate) use missing::missing;
pub(crate) use plain::{cancelled, waiting};
pub(crate) use progress::progress;
pub(crate) use props::PageProps;
pub(crate) use terms::terms;
