//! Management sessions (OMA-DM 1.2, MDM reference §1.10): SyncML in, SyncML out, the client proved by its TLS certificate.

mod ask;
pub(super) mod fuzz;
mod handler;
mod message;
mod next;
mod place;
mod refused;
mod round;
mod store;
mod write;

pub(super) use ask::{ENCRYPTION, FIREWALL, VERSION};
pub(super) use handler::dm;
pub(super) use message::is_node;
pub(crate) use place::Sessions;
pub(super) use round::Fact;
