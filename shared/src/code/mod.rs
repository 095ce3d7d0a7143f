//! What went wrong, as a number that can be searched for.
//!
//! Four families: `0x801c…` device registration and `0x8018…` MDM enrollment as Windows prints them,
//! `AADSTS…` as the identity provider says them, `JOIN-…` for what only this machine can get wrong.
//! [`table`] is the only list; constants, `docs/errors.md` and the page's texts come from it.
//! Append only: a number never changes its meaning.

mod fix;
mod number;
mod report;
pub mod table;

pub use fix::Fix;
pub use number::{Code, NotACode};
pub use report::{Report, ServerSaid};
pub use table::Entry;
