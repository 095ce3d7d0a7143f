//! Group commit. One thread writes to SQLite: it takes every operation that waits, commits them together, and only then tells
//! anybody. While one commit waits for the disk the next operations gather; where several come at a time, commits keep a pace, so
//! that more of them share one (ADR 27, ADR 51).

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::connection::Connection;
use super::error::StoreError;
use super::sqlite::{self, Held};
use super::write::Operation;

type Main = Arc<tokio::sync::Mutex<sqlite::Main>>;

/// Operations that may wait; beyond them callers wait to be let in.
const WAITING: usize = 1024;
/// Operations of one commit: a bound on how long the first waits for the last.
const TOGETHER: usize = 128;
/// From one commit to the next, for each operation that the last one held: the more come, the more share the next. One that is
/// alone waits for nobody.
const PACE: Duration = Duration::from_micros(300);
/// But no longer than this.
const LONGEST_PACE: Duration = Duration::from_millis(8);

/// One operation with the caller who waits for it, whatever their types.
trait Job: Send {
    /// Does it. `false`: it failed, and what it did is to be undone.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// Whether it leaves nothing behind that would have to be undone.
    fn is_one_statement(&self) -> bool;
    /// Tells the caller: what it gave, or that the commit failed.
    fn tell(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Waiting<O: Operation> {
    operation: O,
    result: Option<Result<O::Output, O::Error>>,
    caller: oneshot::Sender<Result<O::Output, O::Error>>,
}

impl<O: Operation> Job for Waiting<O> {
    fn run(&mut self, connection: &mut Connection) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        // On SQLite every statement is done when its future is first asked.
        let result = match pin!(self.operation.run(connection)).poll(&mut context) {
            Poll::Ready(result) => result,
            Poll::Pending => Err(StoreError::Waited.into()),
        };
        let done = result.is_ok();
        self.result = Some(result);
        done
    }

    fn is_one_statement(&self) -> bool {
        O::ONE_STATEMENT
    }

    fn tell(self: Box<Self>, committed: Result<(), StoreError>) {
        let result = match (self.result, committed) {
            (Some(Err(refused)), _) => Err(refused),
            (_, Err(error)) => Err(error.into()),
            (Some(Ok(output)), Ok(())) => Ok(output),
            (None, Ok(())) => Err(StoreError::NoWriter.into()),
        };
        // Whoever asked may have gone.
        drop(self.caller.send(result));
    }
}

/// The way to the writing thread.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(main: Main) -> Result<Self, StoreError> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let (done, committed) = mpsc::unbounded_channel();
        tokio::spawn(tell(committed));
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || work(&main, receiver, &done))
            .map_err(|_| StoreError::NoWriter)?;
        Ok(Self {
            jobs: Mutex::new(Some(sender)),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Has an operation done; it is on disk when this returns well.
    pub(super) async fn write<O: Operation>(&self, operation: O) -> Result<O::Output, O::Error> {
        let (caller, answer) = oneshot::channel();
        let job = Box::new(Waiting {
            operation,
            result: None,
            caller,
        });
        let jobs = self
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or(StoreError::NoWriter)?;
        jobs.send(job).await.map_err(|_| StoreError::NoWriter)?;
        drop(jobs);
        answer.await.map_err(|_| StoreError::NoWriter)?
    }

    /// Lets everything that waits be done, and ends the thread.
    pub(super) async fn close(&self) {
        self.jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(thread) = thread else { return };
        thread.thread().unpark();
        let joined = tokio::task::spawn_blocking(move || thread.join());
        if joined.await.is_err() {
            tracing::error!("the writing thread could not be awaited");
        }
    }
}

/// What one commit held, and why it failed if it did.
struct Committed {
    batch: Vec<Box<dyn Job>>,
    error: Option<String>,
}

/// Tells the callers. They are woken from inside the runtime, all those of a commit at once: from outside each would cost a way
/// into it, and a thread that is woken for it.
async fn tell(mut commits: mpsc::UnboundedReceiver<Committed>) {
    while let Some(Committed { batch, error }) = commits.recv().await {
        for job in batch {
            // Each caller has an error of its own to hold.
            job.tell(match &error {
                Some(error) => Err(StoreError::Lost(error.clone())),
                None => Ok(()),
            });
        }
    }
}

fn work(
    main: &Main,
    mut jobs: mpsc::Receiver<Box<dyn Job>>,
    commits: &mpsc::UnboundedSender<Committed>,
) {
    while let Some(first) = jobs.blocking_recv() {
        let (begun, mut batch) = (Instant::now(), Vec::new());
        let committed = together(main, first, &mut jobs, &mut batch);
        let operations = u32::try_from(batch.len()).unwrap_or(u32::MAX);
        if let Err(error) = &committed {
            tracing::error!(%error, operations = batch.len(), "a commit failed");
        }
        let error = committed.err().map(|error| error.to_string());
        // Where the runtime has gone, so have the callers.
        drop(commits.send(Committed { batch, error }));
        if operations > 1 {
            let pace = LONGEST_PACE.min(PACE.saturating_mul(operations));
            // No operation wakes it; whoever closes the store does.
            std::thread::park_timeout(pace.saturating_sub(begun.elapsed()));
        }
    }
}

/// Does what waits, and commits it.
fn together(
    main: &Main,
    first: Box<dyn Job>,
    jobs: &mut mpsc::Receiver<Box<dyn Job>>,
    batch: &mut Vec<Box<dyn Job>>,
) -> Result<(), StoreError> {
    let held = match Held::begin(main.clone().blocking_lock_owned()) {
        Ok(held) => held,
        Err(error) => {
            batch.push(first);
            return Err(error);
        }
    };
    let mut connection = Connection::Sqlite(held);
    let mut more = |held: usize| (held < TOGETHER).then(|| jobs.try_recv().ok()).flatten();
    let mut next = Some(first);
    // Nearly always nothing fails: so nobody pays for a way back. Where somebody needs one, all begin again, each with its own.
    while let Some(mut job) = next {
        let done = job.run(&mut connection);
        let whole = done || job.is_one_statement();
        batch.push(job);
        if !done {
            still_open(&connection)?;
        }
        if !whole {
            step(&connection, "ROLLBACK")?;
            step(&connection, "BEGIN IMMEDIATE")?;
            for job in batch.iter_mut() {
                by_itself(&mut connection, &mut **job)?;
            }
            while let Some(mut job) = more(batch.len()) {
                let done = by_itself(&mut connection, &mut *job);
                batch.push(job);
                done?;
            }
            break;
        }
        next = more(batch.len());
    }
    match connection {
        Connection::Sqlite(held) => held.commit(),
        Connection::Postgres(_) => Ok(()),
    }
}

/// Does an operation with a way back of its own: what fails is undone, and nothing else.
fn by_itself(connection: &mut Connection, job: &mut dyn Job) -> Result<(), StoreError> {
    let alone = job.is_one_statement();
    if !alone {
        step(connection, "SAVEPOINT one")?;
    }
    let done = job.run(connection);
    if !done {
        still_open(connection)?;
    }
    if !alone {
        if !done {
            step(connection, "ROLLBACK TO one")?;
        }
        step(connection, "RELEASE one")?;
    }
    Ok(())
}

/// What fails like a full disk takes the whole transaction with it: nobody's part is there.
fn still_open(connection: &Connection) -> Result<(), StoreError> {
    let ended = match connection {
        Connection::Sqlite(held) => held.is_autocommit(),
        Connection::Postgres(_) => false,
    };
    if ended {
        return Err(StoreError::Lost("the transaction was undone".to_owned()));
    }
    Ok(())
}

fn step(connection: &Connection, text: &str) -> Result<(), StoreError> {
    match connection {
        Connection::Sqlite(held) => held.step(text),
        Connection::Postgres(_) => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::store::{Store, open, query};

    /// An operation of two statements, the second of which may fail.
    struct Two(i64);

    impl Operation for Two {
        type Output = ();
        type Error = StoreError;

        async fn run(&self, connection: &mut Connection) -> Result<(), StoreError> {
            for name in [self.0, self.0 % 10] {
                query("INSERT INTO policy (name, value) VALUES ($1, 'two')")
                    .bind(name.to_string())
                    .execute(&mut *connection)
                    .await?;
            }
            Ok(())
        }
    }

    async fn one(store: &Store, name: i64) -> Result<(), StoreError> {
        query("INSERT INTO policy (name, value) VALUES ($1, 'one')")
            .bind(name.to_string())
            .execute(store)
            .await
            .map(drop)
    }

    /// Of those that share a commit the ones that fail are undone, as a whole, and nobody else: single statements and operations.
    #[tokio::test]
    async fn only_what_fails_is_undone() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path(), None).await.unwrap();
        // 0 to 9, each twice; then 10 to 29, each of which wants one of 0 to 9, too.
        let ones = join_all((0..20).map(|name| one(&store, name % 10)));
        let twos = join_all((10..30).map(|name| store.write(Two(name))));
        let (ones, twos) = tokio::join!(ones, twos);
        assert_eq!(ones.iter().filter(|done| done.is_ok()).count(), 10);
        assert!(twos.iter().all(Result::is_err), "{twos:?}");
        assert!(store.write(Two(30)).await.is_err());
        let row = query("SELECT count(*) FROM policy WHERE value = 'one'").fetch_one(&store);
        assert_eq!(row.await.unwrap().try_get::<i64, _>(0).unwrap(), 10);
        let row = query("SELECT count(*) FROM policy WHERE value = 'two'").fetch_one(&store);
        assert_eq!(row.await.unwrap().try_get::<i64, _>(0).unwrap(), 0);
    }
}
