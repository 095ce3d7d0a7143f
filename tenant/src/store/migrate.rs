//! Brings the tables up to date. Several servers may start at once, without locks that outlive a transaction: each step is one
//! transaction together with its row in the list of steps, so of two who try the same step one fails, looks again, and goes on.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, PgPool};

use super::connection::Store;
use super::error::StoreError;
use super::query::query;

static SQLITE: Migrator = Migrator {
    locking: false,
    ..sqlx::migrate!("./migrations/sqlite")
};
static POSTGRES: Migrator = Migrator {
    locking: false,
    ..sqlx::migrate!("./migrations/postgres")
};

/// How often another server may be in the way, and how long it gets.
const TRIES: u32 = 40;
const WAIT: Duration = Duration::from_millis(250);

pub(super) async fn sqlite(file: &Path) -> Result<(), StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10));
    let mut connection = options.connect().await?;
    let mut done = SQLITE.run(&mut connection).await;
    for _ in 0..TRIES {
        if !in_the_way(&done) {
            break;
        }
        tokio::time::sleep(WAIT).await;
        done = SQLITE.run(&mut connection).await;
    }
    connection.close().await?;
    Ok(done?)
}

pub(super) async fn postgres(pool: &PgPool) -> Result<(), StoreError> {
    let mut done = POSTGRES.run(pool).await;
    for _ in 0..TRIES {
        if !in_the_way(&done) {
            break;
        }
        tokio::time::sleep(WAIT).await;
        done = POSTGRES.run(pool).await;
    }
    Ok(done?)
}

impl Store {
    /// The step by which a newer version has changed the tables while this one runs.
    pub(crate) async fn newer(&self) -> Result<Option<i64>, StoreError> {
        let row = query("SELECT max(version) FROM _sqlx_migrations");
        let done: i64 = row.fetch_one(self).await?.try_get(0)?;
        let known = SQLITE.iter().map(|step| step.version).max();
        Ok(Some(done).filter(|done| known < Some(*done)))
    }
}

/// Whether the database itself refused, as it does when somebody else was faster.
fn in_the_way(done: &Result<(), MigrateError>) -> bool {
    matches!(
        done,
        Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..))
    )
}
