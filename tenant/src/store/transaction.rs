//! Transactions that a caller drives. What is not committed is undone when it is dropped.

use std::ops::{Deref, DerefMut};

use super::connection::{Connection, Database, Store};
use super::error::StoreError;
use super::{postgres, sqlite};

/// A transaction under way.
#[derive(Debug)]
pub(crate) struct Transaction(Connection);

impl Transaction {
    pub(super) async fn begin(store: &Store) -> Result<Self, StoreError> {
        Ok(Self(match &store.database {
            Database::Sqlite(sqlite) => Connection::Sqlite(sqlite.begin().await?),
            Database::Postgres(pool) => {
                Connection::Postgres(Box::pin(postgres::Held::begin(pool)).await?)
            }
        }))
    }

    /// Everything that ran on it is on disk afterwards, or nothing.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self.0 {
            Connection::Sqlite(held) => sqlite::commit(held).await,
            Connection::Postgres(held) => Box::pin(held.commit()).await,
        }
    }
}

impl Deref for Transaction {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}
