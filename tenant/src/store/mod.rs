//! The store: SQLite in WAL mode, so that the command line works beside a running server.
//!
//! Each concept keeps its own statements beside its type (`account/`, `device/`, …); all of them are static text.

mod open;

pub(crate) use open::{Store, StoreError, hash, open};
