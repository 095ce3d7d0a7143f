//! What a statement runs on: the store as a whole, or one connection inside a transaction.

use std::path::Path;
use std::sync::Arc;

use super::epoch::Epoch;
use super::error::StoreError;
use super::query::Query;
use super::remember::Remembered;
use super::row::Row;
use super::transaction::Transaction;
use super::write::Operation;
use super::{postgres, sqlite};

/// The store. Clones are the same one.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pub(super) database: Database,
    pub(super) remembered: Arc<Remembered>,
    data: Arc<Path>,
    pub(super) epoch: Arc<Epoch>,
}

/// Where it keeps things.
#[derive(Debug, Clone)]
pub(super) enum Database {
    Sqlite(sqlite::Sqlite),
    Postgres(sqlx::PgPool),
}

/// One connection, inside a transaction.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(sqlite::Held),
    Postgres(postgres::Held),
}

/// Where a statement runs.
#[derive(Debug)]
pub(crate) enum On<'a> {
    Store(&'a Store),
    Connection(&'a mut Connection),
}

/// What is wanted of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    Execute,
    First,
    All,
}

/// What it gave.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(super) rows: Vec<Row>,
    pub(super) changed: u64,
}

impl<'a> From<&'a Store> for On<'a> {
    fn from(store: &'a Store) -> Self {
        Self::Store(store)
    }
}

impl<'a> From<&'a mut Connection> for On<'a> {
    fn from(connection: &'a mut Connection) -> Self {
        Self::Connection(connection)
    }
}

impl On<'_> {
    pub(super) async fn run(self, query: Query, run: Run) -> Result<Answer, StoreError> {
        match self {
            Self::Store(store) => match &store.database {
                Database::Sqlite(sqlite) if query.reads() => sqlite.read(&query, run),
                // In boxes: every future that asks the store would be as large as a conversation with PostgreSQL.
                Database::Sqlite(sqlite) => Box::pin(sqlite.write(Statement { query, run })).await,
                Database::Postgres(pool) => Box::pin(postgres::run_alone(pool, &query, run)).await,
            },
            Self::Connection(Connection::Sqlite(connection)) => {
                sqlite::run(connection, &query, run)
            }
            Self::Connection(Connection::Postgres(held)) => Box::pin(held.run(&query, run)).await,
        }
    }
}

/// A single writing statement is an operation like any other: it shares its commit.
#[derive(Debug)]
struct Statement {
    query: Query,
    run: Run,
}

impl Operation for Statement {
    type Output = Answer;
    type Error = StoreError;

    const ONE_STATEMENT: bool = true;

    async fn run(&self, connection: &mut Connection) -> Result<Answer, StoreError> {
        match connection {
            Connection::Sqlite(connection) => sqlite::run(connection, &self.query, self.run),
            Connection::Postgres(held) => Box::pin(held.run(&self.query, self.run)).await,
        }
    }
}

impl Store {
    pub(super) fn new(database: Database, data: &Path, epoch: Arc<Epoch>) -> Self {
        Self {
            database,
            data: data.into(),
            remembered: Arc::default(),
            epoch,
        }
    }

    /// Where the tenant keeps its files.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Whether other servers may be on it: what one of them must know of another stands in a table then.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.database, Database::Postgres(_))
    }

    /// Begins a transaction that writes. For what happens often, [`Store::write`] is cheaper.
    pub(crate) async fn begin(&self) -> Result<Transaction, StoreError> {
        Transaction::begin(self).await
    }

    /// Runs an operation in a transaction; gives its result once that is on disk.
    pub(crate) async fn write<O: Operation>(&self, operation: O) -> Result<O::Output, O::Error> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.write(operation).await,
            Database::Postgres(pool) => Box::pin(postgres::write(pool, &operation)).await,
        }
    }

    /// Keeps SQLite's write-ahead log from growing without end.
    pub(crate) async fn shorten_log(&self) -> Result<(), StoreError> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.shorten_log().await,
            Database::Postgres(_) => Ok(()),
        }
    }

    /// Writes a copy of the database into a new file, as of now. PostgreSQL has programs of its own for that.
    pub(crate) async fn copy(&self, to: &Path) -> Result<(), StoreError> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.copy(to).await,
            Database::Postgres(_) => Err(StoreError::NotAFile),
        }
    }

    /// Ends everything that is under way, and closes.
    pub(crate) async fn close(&self) {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.close().await,
            Database::Postgres(pool) => pool.close().await,
        }
    }
}
