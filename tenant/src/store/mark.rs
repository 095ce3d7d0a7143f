//! Whether SQLite's file and its write-ahead log belong together. SQLite puts whatever log it finds over the file: one of an older
//! state would take some pages back, one of a newer state would leave out what came between, and nobody would see it.
//!
//! Every commit counts up a number in the file's header (`user_version`), so what stands in the file alone is never ahead of file
//! and log together; and since a log begins anew only when everything before it stands in the file, its first change follows on from
//! the file's number or an earlier one. Copies that were laid out anew (`backup`) have a name of their own (`application_id`), which
//! changes of the original do not have.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;

use super::error::StoreError;
use super::log::first_page;
use crate::random;

/// The header of the first page, as far as it is of use (SQLite, file format §1.3).
#[derive(Debug, Clone, Copy)]
struct Head([u8; 72]);

impl Head {
    /// The commits so far; it goes around one day.
    fn number(&self) -> i32 {
        self.integer(60)
    }

    /// Which file it is.
    fn name(&self) -> i32 {
        self.integer(68)
    }

    fn integer(&self, place: usize) -> i32 {
        let bytes = self.0.get(place..).and_then(<[u8]>::first_chunk);
        bytes.map_or(0, |bytes| i32::from_be_bytes(*bytes))
    }
}

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

/// Gives a copy a name that no other file has.
pub(super) fn rename(copy: &Path) -> Result<(), StoreError> {
    let name = random::bytes().map_err(|error| StoreError::Encode(Box::new(error)))?;
    let name = i32::from_be_bytes(name);
    let connection = rusqlite::Connection::open(copy)?;
    connection.execute_batch(&format!("PRAGMA application_id = {name}"))?;
    Ok(connection.close().map_err(|(_, error)| error)?)
}

/// Refuses a file beside a log that is not its own, and leaves both as they are.
pub(super) fn check(file: &Path) -> Result<(), StoreError> {
    let log = log(file);
    let has_log = std::fs::metadata(&log).is_ok_and(|log| log.len() > 0);
    let Some(alone) = in_file(file).filter(|_| has_log) else {
        return Ok(());
    };
    if let Some(first) = in_log(&log) {
        // One more than what it began on; the same where it was no commit of ours that came first.
        let ahead = first.number().wrapping_sub(alone.number());
        if first.name() != alone.name() || ahead > 1 {
            return Err(StoreError::OtherLog(log));
        }
    }
    let connection = rusqlite::Connection::open(file)?;
    // Closing would write the log into the file.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    if number(&connection)?.wrapping_sub(alone.number()) < 0 {
        return Err(StoreError::OldLog(log));
    }
    Ok(())
}

/// The header in the file alone; `None` where there is no file yet.
fn in_file(file: &Path) -> Option<Head> {
    let mut head = [0; 72];
    File::open(file).ok()?.read_exact(&mut head).ok()?;
    Some(Head(head))
}

/// The header as the log's first change leaves it.
fn in_log(log: &Path) -> Option<Head> {
    let log = BufReader::with_capacity(1 << 16, File::open(log).ok()?);
    first_page(log).map(Head)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// A database that keeps its log when it is closed.
    fn open(file: &Path) -> rusqlite::Connection {
        let connection = rusqlite::Connection::open(file).unwrap();
        connection
            .pragma_update(None, "journal_mode", "wal")
            .unwrap();
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
            .unwrap();
        connection
            .execute_batch("CREATE TABLE IF NOT EXISTS row (number INTEGER)")
            .unwrap();
        connection
    }

    fn commit(connection: &rusqlite::Connection) {
        connection
            .execute_batch("BEGIN; INSERT INTO row SELECT count(*) FROM row")
            .unwrap();
        advance(connection).unwrap();
        connection.execute_batch("COMMIT").unwrap();
    }

    fn checkpoint(connection: &rusqlite::Connection) {
        connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .unwrap();
    }

    fn rows(file: &Path) -> i64 {
        let count = "VALUES ((SELECT count(*) FROM row))";
        open(file).query_row(count, [], |row| row.get(0)).unwrap()
    }

    /// [ST-02] The file as it was before each commit, beside the log of the last ones: where the log began after the file it is refused,
    /// where it has everything that the file lacks nothing is lost.
    #[test]
    fn a_log_that_began_later_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("t.db");
        let connection = open(&file);
        let copy = |number: i32| dir.path().join(format!("{number}.db"));
        for number in 0..=6 {
            if number > 0 {
                commit(&connection);
            }
            checkpoint(&connection);
            std::fs::copy(&file, copy(number)).unwrap();
        }
        for _ in 0..3 {
            commit(&connection);
        }
        drop(connection);
        let kept = std::fs::read(log(&file)).unwrap();
        assert!(!kept.is_empty());
        for number in 0..=6 {
            std::fs::copy(copy(number), &file).unwrap();
            std::fs::write(log(&file), &kept).unwrap();
            let found = check(&file);
            if number == 6 {
                found.unwrap();
                assert_eq!(rows(&file), 9);
            } else {
                assert!(matches!(found, Err(StoreError::OtherLog(_))), "{number}");
                assert_eq!(std::fs::read(log(&file)).unwrap(), kept);
            }
        }
    }

    /// [ST-02] A copy that was laid out anew, as of any moment, is not the file that the log's pages are for.
    #[test]
    fn a_log_of_the_original_is_refused_beside_a_backup() {
        let dir = tempfile::tempdir().unwrap();
        let (file, copy) = (dir.path().join("t.db"), dir.path().join("copy.db"));
        let connection = open(&file);
        commit(&connection);
        checkpoint(&connection);
        commit(&connection);
        connection
            .execute("VACUUM INTO ?1", [copy.to_string_lossy()])
            .unwrap();
        commit(&connection);
        drop(connection);
        rename(&copy).unwrap();
        std::fs::copy(&copy, &file).unwrap();
        assert!(matches!(check(&file), Err(StoreError::OtherLog(_))));
        std::fs::remove_file(log(&file)).unwrap();
        check(&file).unwrap();
        assert_eq!(rows(&file), 2);
    }
}
