//! What the page says, in two languages. The sources are the Fluent files beside this one; `build.rs` compiles them:
//! English into the Wasm, German into a file that is fetched when it is wanted.

mod fetched;
mod render;
mod table;

pub(crate) use fetched::fetch;
pub(crate) use render::{rich, say, told};
pub(crate) use table::{Id, Lang, id, known, own};
