//! The audit log: a line for each refusal and for each grant of consequence, in files beside the database, each line holding the
//! hash of the one before (ADR 41).

mod anchor;
mod book;
mod error;
mod event;
mod files;
mod line;
mod read;
mod reason;
mod seen;
mod show;
mod trail;
mod verify;
mod witness;
mod writer;

pub(crate) use anchor::{anchors, note};
pub(crate) use book::Bounds;
pub(crate) use error::AuditError;
pub(crate) use event::{Act, Event, Outcome};
pub(crate) use reason::Reason;
pub(crate) use seen::{
    about, along, is_client, is_device, is_user, route, says_client, says_device, says_user,
};
pub(crate) use show::{Wanted, show};
pub(crate) use trail::{Trail, one};
pub(crate) use verify::verify;
pub(crate) use witness::{Asked, witness};
