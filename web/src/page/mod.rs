//! One file per screen.

mod account;
mod approve;
mod choose;
mod confirm;
mod done;
mod failed;
mod greeting;
mod home;
mod missing;
mod plain;
mod progress;
mod props;

pub(crate) use account::Account;
pub(crate) use approve::Approve;
pub(crate) use choose::Choose;
pub(crate) use confirm::Confirm;
pub(crate) use done::Done;
pub(crate) use failed::Failed;
pub(crate) use greeting::Greeting;
pub(crate) use home::Home;
pub(crate) use missing::Missing;
pub(crate) use plain::{cancelled, waiting};
pub(crate) use progress::Progress;
pub(crate) use props::PageProps;
