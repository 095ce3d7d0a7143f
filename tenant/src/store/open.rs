//! Opening the store, and the hash under which bearer values are kept.

use std::path::Path;
use std::time::Duration;

use aws_lc_rs::digest;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

/// A pool of connections.
pub(crate) type Store = SqlitePool;
/// What the store can say.
pub(crate) type StoreError = sqlx::Error;

/// Opens `DIR/tenant.db`, makes it if need be, and brings it up to date.
pub(crate) async fn open(data: &Path) -> Result<Store, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(data.join("tenant.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10));
    let pool = SqlitePoolOptions::new()
        .max_connections(8)
        .connect_with(options)
        .await?;
    sqlx::migrate!("./migrations").run(&pool).await?;
    Ok(pool)
}

/// SHA-256: what is kept of a cookie, so that a stolen database signs nobody in.
pub(crate) fn hash(value: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, value.as_bytes())
        .as_ref()
        .to_vec()
}
