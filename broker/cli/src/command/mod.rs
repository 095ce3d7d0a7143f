//! One file per command.

mod accounts;
mod approve;
mod bus;
mod code;
mod completions;
mod cookie;
mod doctor;
mod follow;
mod install;
mod join;
mod leave;
mod local;
mod man;
mod management;
mod pin;
mod portal;
mod sign_in;
mod status;
mod sync;
mod token;
mod unenroll;
mod uninstall;

pub(crate) use accounts::{Accounts, SignOut};
pub(crate) use approve::Approve;
pub(crate) use completions::Completions;
pub(crate) use cookie::Cookie;
pub(crate) use doctor::Doctor;
pub(crate) use install::Install;
pub(crate) use join::Join;
pub(crate) use leave::Leave;
pub(crate) use man::Man;
pub(crate) use pin::Pin;
pub(crate) use sign_in::SignIn;
pub(crate) use status::Status;
pub(crate) use sync::Sync;
pub(crate) use token::Token;
pub(crate) use unenroll::Unenroll;
pub(crate) use uninstall::Uninstall;

use std::time::Duration;

/// For requests that the daemon answers out of its memory.
const QUICK: Duration = Duration::from_secs(10);

/// For requests that go to the TPM or to the tenant first.
const PATIENT: Duration = Duration::from_mins(1);

/// For a talk with the management service, in which this device may be enrolled and its policies put in force.
const LONG: Duration = Duration::from_mins(5);
