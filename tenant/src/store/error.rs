//! What the store can say.

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// A row that must be there is not.
    #[error("a row is missing")]
    NoRow,
    /// The answer has no such column.
    #[error("the answer has no column {0}")]
    NoColumn(String),
    /// What stands there is of another type or form.
    #[error("a value cannot be read: {0}")]
    Decode(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What should be kept cannot be written down.
    #[error("a value cannot be written: {0}")]
    Encode(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another row has a value that must be one in the table.
    #[error("another row has this value already: {0}")]
    Taken(String),
    /// Two changes collided; the same again may succeed.
    #[error("a change collided with another: {0}")]
    Collided(String),
    /// The database went away; what was under way may or may not have happened.
    #[error("the database went away: {0}")]
    Lost(String),
    /// The database's own words.
    #[error("SQLite: {0}")]
    Sqlite(rusqlite::Error),
    /// The database's own words.
    #[error("PostgreSQL: {0}")]
    Postgres(sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("tables: {0}")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// A later version has changed the tables: its step of that number is unknown here.
    #[error(
        "the database was brought up to date by a newer version of dovetail-tenant (step {0}): servers of one tenant are upgraded together, and none goes back; upgrade this one"
    )]
    Newer(i64),
    /// The write-ahead log is not the file's.
    #[error(
        "{0} is older than the database beside it and would take parts of it back: was the database restored from a copy? Move that file away to start with the database as it stands"
    )]
    OldLog(std::path::PathBuf),
    /// The write-ahead log goes on from a later state than the file's, or from another file's.
    #[error(
        "{0} goes on from another state than that of the database beside it, and parts of both would be mixed: was the database restored from a copy? Move that file away to start with the database as it stands"
    )]
    OtherLog(std::path::PathBuf),
    /// `--database` is no address of a database.
    #[error("the database's address: {0}")]
    Address(String),
    /// The database is not a file of ours.
    #[error("the database is PostgreSQL's: back it up with pg_dump")]
    NotAFile,
    /// A file beside the database.
    #[error("a file of the store: {0}")]
    File(#[from] std::io::Error),
    /// The thread that writes has ended, or could not start.
    #[error("the writing thread is not there")]
    NoWriter,
    /// An operation on SQLite waited for something else than its database.
    #[error("an operation waited for something else than the store")]
    Waited,
}

impl StoreError {
    /// Whether the same once more is right: nothing was committed.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Self::Collided(_) | Self::Lost(_))
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMissing(step) => Self::Newer(step),
            other => Self::Migrate(other),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
        match error.sqlite_error() {
            Some(code)
                if [SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY]
                    .contains(&code.extended_code) =>
            {
                Self::Taken(error.to_string())
            }
            Some(code) if code.code == rusqlite::ErrorCode::DatabaseBusy => {
                Self::Collided(error.to_string())
            }
            _ => Self::Sqlite(error),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let sqlx::Error::Database(database) = &error else {
            return match error {
                sqlx::Error::Io(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::WorkerCrashed => Self::Lost(error.to_string()),
                other => Self::Postgres(other),
            };
        };
        // PostgreSQL 15, appendix A.
        let text = database.message().to_owned();
        match database.code().as_deref() {
            Some("23505") => Self::Taken(text),
            // serialization_failure, deadlock_detected.
            Some("40001" | "40P01") => Self::Collided(text),
            // connection_exception, and what a server says that is about to stop.
            Some(code) if code.starts_with("08") || code.starts_with("57P") => Self::Lost(text),
            _ => Self::Postgres(error),
        }
    }
}
