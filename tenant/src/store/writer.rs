//! Group commit. One thread writes to SQLite: it takes every operation that waits, each behind a savepoint of its own, commits
//! them together, and only then tells anybody. While one commit waits for the disk the next operations gather.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::connection::Connection;
use super::error::StoreError;
use super::sqlite::Held;
use super::write::Operation;

type Main = Arc<tokio::sync::Mutex<rusqlite::Connection>>;

/// Operations that may wait; beyond them callers wait to be let in.
const WAITING: usize = 1024;
/// Operations of one commit: a bound on how long the first waits for the last.
const TOGETHER: usize = 128;

/// One operation with the caller who waits for it, whatever their types.
trait Job: Send {
    /// Does it. `false`: it failed, and what it did is to be undone.
    fn run(&mut self, connection: &mut Connection) -> bool;
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
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || work(&main, receiver))
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
        if let Some(thread) = thread
            && tokio::task::spawn_blocking(move || thread.join())
                .await
                .is_err()
        {
            tracing::error!("the writing thread could not be awaited");
        }
    }
}

fn work(main: &Main, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
    while let Some(first) = jobs.blocking_recv() {
        let mut batch = Vec::new();
        let committed = together(main, first, &mut jobs, &mut batch);
        if let Err(error) = &committed {
            tracing::error!(%error, operations = batch.len(), "a commit failed");
        }
        let text = committed.err().map(|error| error.to_string());
        for job in batch {
            // Each caller has an error of its own to hold.
            job.tell(
                text.clone()
                    .map_or(Ok(()), |text| Err(StoreError::Lost(text))),
            );
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
    let mut next = Some(first);
    let held = match Held::begin(main.clone().blocking_lock_owned()) {
        Ok(held) => held,
        Err(error) => {
            batch.extend(next);
            return Err(error);
        }
    };
    let mut connection = Connection::Sqlite(held);
    while let Some(mut job) = next.take() {
        savepoint(&connection, "SAVEPOINT one")?;
        let done = job.run(&mut connection);
        batch.push(job);
        let end = if done {
            "RELEASE one"
        } else {
            "ROLLBACK TO one; RELEASE one"
        };
        savepoint(&connection, end)?;
        if batch.len() < TOGETHER {
            next = jobs.try_recv().ok();
        }
    }
    match connection {
        Connection::Sqlite(held) => held.commit(),
        Connection::Postgres(_) => Ok(()),
    }
}

fn savepoint(connection: &Connection, text: &str) -> Result<(), StoreError> {
    match connection {
        Connection::Sqlite(held) => Ok(held.execute_batch(text)?),
        Connection::Postgres(_) => Ok(()),
    }
}
