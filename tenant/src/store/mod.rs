//! The store, over SQLite (its own file, in WAL mode, so that the command line works beside a running server) or PostgreSQL.
//!
//! Each concept keeps its own statements beside its type (`account/`, `device/`, …); all of them are static text that both
//! databases understand, with `$1, $2 …` for values. What is bound and read is an integer, a text, bytes, or nothing.

mod connection;
mod epoch;
mod error;
mod hash;
mod log;
mod mark;
mod migrate;
mod open;
mod postgres;
mod query;
mod remember;
mod row;
mod sqlite;
mod sweep;
mod transaction;
mod value;
mod write;
mod writer;

pub(crate) use connection::{Connection, On, Store};
pub(crate) use error::StoreError;
pub(crate) use hash::hash;
pub(crate) use open::open;
pub(crate) use query::query;
pub(crate) use remember::seen_everywhere;
pub(crate) use row::Row;
pub(crate) use write::Operation;
