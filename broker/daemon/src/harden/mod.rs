//! What the process does to itself and to its places before it serves anybody.

mod place;
mod process;

pub use place::{PlaceError, own_directory, own_file};
pub use process::process;
