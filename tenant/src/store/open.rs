//! Opening the store.

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::connection::{Database, Store};
use super::epoch::Epoch;
use super::error::StoreError;
use super::sqlite::Sqlite;
use super::{mark, migrate};

/// Connections to PostgreSQL that one server holds at most.
const CONNECTIONS: u32 = 16;
/// Longest wait for one.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens the database at `address` (`postgres://…`), or `DIR/tenant.db` without one, and brings it up to date.
pub(crate) async fn open(data: &Path, address: Option<&str>) -> Result<Store, StoreError> {
    let epoch = Arc::new(Epoch::default());
    let Some(address) = address else {
        let file = data.join("tenant.db");
        mark::check(&file)?;
        migrate::sqlite(&file).await?;
        let sqlite = Sqlite::open(&file, epoch.clone())?;
        return Ok(Store::new(Database::Sqlite(sqlite), data, epoch));
    };
    if !address.starts_with("postgres://") && !address.starts_with("postgresql://") {
        return Err(StoreError::Address("it begins with postgres://".to_owned()));
    }
    // The parser's own words could repeat the password.
    let options = PgConnectOptions::from_str(address)
        .map_err(|_| StoreError::Address("it cannot be read".to_owned()))?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await?;
    migrate::postgres(&pool).await?;
    Ok(Store::new(Database::Postgres(pool), data, epoch))
}
