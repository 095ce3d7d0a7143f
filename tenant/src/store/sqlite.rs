//! SQLite: one connection that writes, taken in turn, and a few that read beside it. WAL lets them not wait for each other.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::types::{ToSqlOutput, ValueRef};
use tokio::sync::OwnedMutexGuard;

use super::connection::{Answer, Run};
use super::epoch::Epoch;
use super::error::StoreError;
use super::mark;
use super::query::Query;
use super::remember::EPOCH;
use super::row::Row;
use super::value::{Kind, Value};
use super::write::Operation;
use super::writer::Writer;

/// Statements that a connection remembers prepared.
const PREPARED: usize = 256;
/// Pages that a connection keeps for itself; the system keeps the rest.
const CACHE_KIB: i64 = 512;
/// Reading connections that are kept open.
const KEPT: usize = 4;
/// Longest wait for another process.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of the write-ahead log from which on it is emptied.
const LOG: u64 = 16 * 1024 * 1024;
/// For how long writers wait meanwhile for those who read in it.
const READERS: Duration = Duration::from_millis(100);

/// The database file.
#[derive(Debug, Clone)]
pub(crate) struct Sqlite(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    readers: Mutex<Vec<rusqlite::Connection>>,
    file: Box<Path>,
    main: Arc<tokio::sync::Mutex<Main>>,
    writer: Writer,
}

/// The connection that writes, and whom it tells what its commits did to the epoch.
#[derive(Debug)]
pub(super) struct Main {
    connection: rusqlite::Connection,
    epoch: Arc<Epoch>,
}

/// The writing connection, inside a transaction; let go, that is undone.
#[derive(Debug)]
pub(crate) struct Held {
    main: OwnedMutexGuard<Main>,
    /// Rows that it had changed before.
    changed: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.is_autocommit()
            && let Err(error) = self.step("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be undone");
        }
    }
}

impl Deref for Held {
    type Target = rusqlite::Connection;
    fn deref(&self) -> &rusqlite::Connection {
        &self.main.connection
    }
}

impl Held {
    /// Begins a transaction that nobody else can write beside.
    pub(super) fn begin(main: OwnedMutexGuard<Main>) -> Result<Self, StoreError> {
        let changed = main.connection.total_changes();
        let held = Self { main, changed };
        held.step("BEGIN IMMEDIATE")?;
        Ok(held)
    }

    /// Commits. Who is told of it is told after the epoch: it is seen with what it changed.
    pub(super) fn commit(self) -> Result<(), StoreError> {
        if self.total_changes() != self.changed {
            mark::advance(&self)?;
        }
        let when = Instant::now();
        let number = self
            .prepare_cached(EPOCH)?
            .query_row([], |row| row.get(0))?;
        self.step("COMMIT")?;
        self.main.epoch.learn(number, when);
        Ok(())
    }

    /// Runs a statement that says where a transaction begins or ends: prepared once.
    pub(super) fn step(&self, text: &str) -> Result<(), StoreError> {
        self.prepare_cached(text)?.raw_execute()?;
        Ok(())
    }
}

fn connect(file: &Path) -> Result<rusqlite::Connection, StoreError> {
    let connection = rusqlite::Connection::open(file)?;
    // Another process, the command line, may be writing.
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(connection)
}

impl Sqlite {
    /// Opens the file, whose tables are up to date.
    pub(super) fn open(file: &Path, epoch: Arc<Epoch>) -> Result<Self, StoreError> {
        let connection = connect(file)?;
        let main = Arc::new(tokio::sync::Mutex::new(Main { connection, epoch }));
        Ok(Self(Arc::new(Inner {
            readers: Mutex::new(vec![connect(file)?]),
            file: file.into(),
            writer: Writer::start(main.clone())?,
            main,
        })))
    }

    /// Runs a reading statement here and now: microseconds, where a hop to another thread would cost more.
    pub(super) fn read(&self, query: &Query, how: Run) -> Result<Answer, StoreError> {
        let free = self.readers().pop();
        let connection = free.map_or_else(|| connect(&self.0.file), Ok)?;
        let answer = run(&connection, query, how);
        let mut readers = self.readers();
        if readers.len() < KEPT {
            readers.push(connection);
        }
        answer
    }

    fn readers(&self) -> std::sync::MutexGuard<'_, Vec<rusqlite::Connection>> {
        self.0
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn write<O: Operation>(&self, operation: O) -> Result<O::Output, O::Error> {
        self.0.writer.write(operation).await
    }

    /// The writing connection, once it is free, inside a transaction.
    pub(super) async fn begin(&self) -> Result<Held, StoreError> {
        let main = self.0.main.clone().lock_owned().await;
        blocking(move || Held::begin(main)).await
    }

    /// Empties the write-ahead log when it has grown long: it begins anew by itself only when nobody happens to read in it, and
    /// readers can follow each other closely. One who reads for long is waited for next time.
    pub(super) async fn shorten_log(&self) -> Result<(), StoreError> {
        let length = std::fs::metadata(mark::log(&self.0.file)).map_or(0, |log| log.len());
        if length <= LOG {
            return Ok(());
        }
        let main = self.0.main.clone().lock_owned().await;
        blocking(move || {
            main.connection.busy_timeout(READERS)?;
            let done = main
                .connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            main.connection.busy_timeout(PATIENCE)?;
            Ok(done?)
        })
        .await
    }

    /// Writes a copy as of now, while others go on reading and writing.
    pub(super) async fn copy(&self, to: &Path) -> Result<(), StoreError> {
        let (connection, to) = (connect(&self.0.file)?, to.to_owned());
        blocking(move || {
            let path = to.to_string_lossy();
            connection.execute("VACUUM INTO ?1", [path.as_ref()])?;
            // Its pages are laid out anew: nobody is to put the original's log over them.
            mark::rename(&to)
        })
        .await
    }

    pub(super) async fn close(&self) {
        self.0.writer.close().await;
        self.readers().clear();
    }
}

/// Commits, which waits for the disk.
pub(super) async fn commit(held: Held) -> Result<(), StoreError> {
    blocking(move || held.commit()).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| StoreError::NoWriter)?
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null(_) => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Runs a statement.
pub(super) fn run(
    connection: &rusqlite::Connection,
    query: &Query,
    how: Run,
) -> Result<Answer, StoreError> {
    let mut statement = connection.prepare_cached(query.text)?;
    let known = known(&statement, query.text)?;
    bind(&mut statement, &known, &query.values)?;
    if how == Run::Execute && statement.column_count() == 0 {
        let changed = statement.raw_execute()?;
        return Ok(Answer {
            rows: Vec::new(),
            changed: u64::try_from(changed).unwrap_or(0),
        });
    }
    let mut answer = Answer::default();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        answer.changed += 1;
        // A statement that changes and answers must run to its end.
        if how == Run::All || (how == Run::First && answer.rows.is_empty()) {
            let values = (0..known.names.len())
                .map(|column| value(row.get_ref(column)?))
                .collect::<Result<_, StoreError>>()?;
            answer.rows.push(Row {
                names: known.names.clone(),
                values,
            });
        }
        if how == Run::First && query.reads() {
            break;
        }
    }
    Ok(answer)
}

/// What is known of a statement after its first run.
#[derive(Debug, Default, Clone)]
struct Known {
    /// Of the columns of its answer.
    names: Arc<[String]>,
    /// Of each of its parameters, which of the values it is.
    values: Arc<[usize]>,
}

/// By where a statement's text stands, and how long it is.
type Statements = HashMap<(usize, usize), Known>;

thread_local! {
    static KNOWN: RefCell<Statements> = RefCell::default();
}

/// What is known of a statement, found out once. A text that now means other columns has another number of them: columns are
/// added to tables, never renamed.
fn known(
    statement: &rusqlite::CachedStatement<'_>,
    text: &'static str,
) -> Result<Known, StoreError> {
    KNOWN.with_borrow_mut(|statements| {
        let place = (text.as_ptr().addr(), text.len());
        if let Some(known) = statements.get(&place)
            && known.names.len() == statement.column_count()
        {
            return Ok(known.clone());
        }
        let names = statement.column_names().into_iter().map(str::to_owned);
        let known = Known {
            names: names.collect(),
            values: (1..=statement.parameter_count())
                .map(|parameter| meant(statement, parameter))
                .collect::<Result<_, _>>()?,
        };
        statements.insert(place, known.clone());
        Ok(known)
    })
}

/// `$3` is the third value, wherever and however often it stands.
fn meant(statement: &rusqlite::CachedStatement<'_>, parameter: usize) -> Result<usize, StoreError> {
    let number = statement
        .parameter_name(parameter)
        .and_then(|name| name.get(1..)?.parse::<usize>().ok())
        .unwrap_or(parameter);
    number
        .checked_sub(1)
        .ok_or_else(|| StoreError::NoColumn("$0".to_owned()))
}

fn bind(
    statement: &mut rusqlite::CachedStatement<'_>,
    known: &Known,
    values: &[Value],
) -> Result<(), StoreError> {
    for (parameter, &place) in known.values.iter().enumerate() {
        let value = values
            .get(place)
            .ok_or_else(|| StoreError::NoColumn(format!("${}", place + 1)))?;
        statement.raw_bind_parameter(parameter + 1, value)?;
    }
    Ok(())
}

fn value(value: ValueRef<'_>) -> Result<Value, StoreError> {
    Ok(match value {
        ValueRef::Null => Value::Null(Kind::Text),
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Text(text) => Value::Text(
            String::from_utf8(text.to_vec())
                .map_err(|error| StoreError::Decode(Box::new(error)))?,
        ),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return Err(StoreError::Decode("a number with a point".into())),
    })
}
