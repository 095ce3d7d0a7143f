//! SyncML 1.2 as OMA-DM uses it (OMA-TS-DM_Protocol-V1_2, MS-MDM; reference §1.10): messages read and written, nothing decided.

mod read;
mod write;

pub use read::{Command, Header, Item, Kind, Message, read};
pub use write::{Alert, Last, Piece, Writer};

/// Elements of the representation protocol.
pub(super) const SYNCML: &str = "SYNCML:SYNCML1.2";
/// What stands in `Meta`.
pub(super) const METINF: &str = "syncml:metinf";
