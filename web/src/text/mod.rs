//! What the page says, in two languages. The sources are the Fluent files beside this one; `build.rs` compiles them:
//! a table of ids into the Wasm, the words of each language into a file of its own.

mod fetched;
mod render;
mod table;

pub(crate) use fetched::{fetch, fetch_codes, fetch_late, take_given};
pub(crate) use render::{rich, say, told};
pub(crate) use table::{Id, Lang, codes_are_here, german, id, own};
