//! The management tree of this device (OMA-DM): addresses, values, and what each node reads or keeps.
//!
//! A node never opens a file by its address: [`Uri`] is looked up in tables, and only the table's own code reads.

mod bitlocker;
mod capabilities;
mod control;
mod devdetail;
mod devicestatus;
mod devinfo;
mod dmclient;
mod facts;
mod leaf;
mod machine;
mod network;
mod nodecache;
mod policies;
mod record;
mod root;
mod shape;
mod status;
#[cfg(test)]
pub(crate) mod test;
mod tree;
mod undo;
mod uri;
mod value;
mod verdict;

pub(crate) use dmclient::hidden;
pub use facts::{Facts, Poll};
pub(crate) use machine::system_version;
pub(crate) use record::{Kept, NodeRecord};
pub use root::Root;
pub use status::Status;
pub use tree::Tree;
pub use undo::{reapply, undo_all};
pub(crate) use uri::encode;
pub use uri::{Scope, Uri};
pub use value::{Effect, Value};
