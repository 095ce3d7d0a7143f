//! What the page says, in two languages. The sources are the Fluent files beside this one; `build.rs` compiles them.

mod render;
mod table;

pub(crate) use render::{rich, say};
pub(crate) use table::{Id, Lang, id, known};
