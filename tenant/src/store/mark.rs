//! Whether SQLite's file and its write-ahead log belong together. SQLite puts whatever log it finds over the file: one that was left
//! there by an older state would take some pages back, and nobody would see it.
//!
//! Every commit counts up a number in the file's header (`user_version`), so what stands in the file alone is never ahead of file
//! and log together, unless the log is not the file's.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;

use super::error::StoreError;

/// Where the number stands in the file, big-endian (SQLite, file format §1.3.15).
const PLACE: usize = 60;

/// The log of a database file.
pub(super) fn log(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Counts a commit, inside its transaction.
pub(super) fn advance(connection: &rusqlite::Connection) -> Result<(), StoreError> {
    let next = number(connection)?.wrapping_add(1);
    Ok(connection.execute_batch(&format!("PRAGMA user_version = {next}"))?)
}

fn number(connection: &rusqlite::Connection) -> Result<i32, StoreError> {
    let mut statement = connection.prepare_cached("PRAGMA user_version")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Refuses a file beside the log of an older one, and leaves both as they are.
pub(super) fn check(file: &Path) -> Result<(), StoreError> {
    let has_log = std::fs::metadata(log(file)).is_ok_and(|log| log.len() > 0);
    let Some(alone) = in_file(file).filter(|_| has_log) else {
        return Ok(());
    };
    let connection = rusqlite::Connection::open(file)?;
    // Closing would write the log into the file.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // The number goes around one day.
    if number(&connection)?.wrapping_sub(alone) < 0 {
        return Err(StoreError::OldLog(log(file)));
    }
    Ok(())
}

/// The number in the file alone; `None` where there is no file yet.
fn in_file(file: &Path) -> Option<i32> {
    let mut head = [0; PLACE + 4];
    File::open(file).ok()?.read_exact(&mut head).ok()?;
    head.last_chunk().map(|number| i32::from_be_bytes(*number))
}
