//! Where events go in. Telling one costs a request no more than a place in a queue: a thread of its own writes them.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use dovetail_shared::id::TenantId;

use super::anchor::Anchor;
use super::book::{Book, Bounds};
use super::error::AuditError;
use super::event::{Act, Event, Outcome};
use super::reason::Reason;
use super::seen::SEEN;
use super::writer::{self, Message};
use crate::clock;

/// Events that wait for the thread. At some 500 bytes each: half a second of a great many refusals.
const WAITING: usize = 4096;

/// What requests and the thread share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Events that found no place.
    pub(super) lost: AtomicU64,
    /// Requests that were turned away because there were too many.
    pub(super) turned_away: AtomicU64,
    /// Whether lines cannot be written at the moment.
    pub(super) shut: AtomicBool,
    /// Whether the log is being closed.
    pub(super) closing: AtomicBool,
    /// How far the chain is on disk.
    pub(super) synced: Mutex<Option<Anchor>>,
}

/// The running log.
#[derive(Debug)]
pub(crate) struct Trail {
    queue: SyncSender<Message>,
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Trail {
    /// Opens a chain in the data directory and begins to write it.
    pub(crate) fn open(data: &Path, tenant: TenantId, bounds: Bounds) -> Result<Self, AuditError> {
        Self::of(Book::open(data, tenant, bounds)?)
    }

    fn of(book: Book) -> Result<Self, AuditError> {
        let folder = book.folder.clone();
        let (queue, events) = sync_channel(WAITING);
        let shared = Arc::new(Shared::default());
        let theirs = shared.clone();
        let thread = std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || writer::run(book, &events, &theirs))
            .map_err(AuditError::at(&folder))?;
        Ok(Self {
            queue,
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Asked before anything is granted that has to be written down: an error while lines cannot be written. Refusals do not ask.
    pub(crate) fn open_for_grants(&self) -> Result<(), AuditError> {
        if self.shared.shut.load(Ordering::Relaxed) {
            return Err(AuditError::Shut);
        }
        Ok(())
    }

    /// Something was granted to whoever the request was proved to be from.
    pub(crate) fn granted(&self, act: Act) {
        self.tell(Event::granted(act, clock::now()));
    }

    /// The same, about something.
    pub(crate) fn granted_about(&self, act: Act, about: impl Into<String>) {
        let mut event = Event::granted(act, clock::now());
        event.about = Some(about.into());
        self.tell(event);
    }

    /// A credential was passed over, as if it were not there: the request goes on, and its answer will not say so.
    pub(crate) fn ignored(&self, reason: Reason) {
        let mut event = Event::new("credential.ignored", Outcome::Refused, clock::now());
        event.code = Some(reason.code);
        event.reason = Some(reason.text);
        self.tell(event);
    }

    /// A request was turned away before anybody looked at it.
    pub(super) fn turned_away(&self) {
        self.shared.turned_away.fetch_add(1, Ordering::Relaxed);
    }

    /// Puts an event into the queue, with what is known of the request that is being answered.
    pub(super) fn tell(&self, mut event: Event) {
        SEEN.try_with(|seen| {
            if let Ok(seen) = seen.try_borrow() {
                seen.fill(&mut event);
            }
        })
        .ok();
        if self
            .queue
            .try_send(Message::Event(Box::new(event)))
            .is_err()
        {
            self.shared.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How far the chain is on disk, where that was not asked before.
    pub(crate) fn synced(&self) -> Option<Anchor> {
        let synced = self.shared.synced.lock();
        synced.unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Writes what waits, and ends.
    pub(crate) fn close(&self) {
        let thread = self.thread.lock();
        let Some(thread) = thread.unwrap_or_else(PoisonError::into_inner).take() else {
            return;
        };
        self.shared.closing.store(true, Ordering::Relaxed);
        thread.thread().unpark();
        // Waits for a place: the thread is taking from the queue, or ends because it cannot write.
        if self.queue.send(Message::Close).is_err() || thread.join().is_err() {
            tracing::error!("the audit log could not be written to its end");
        }
    }
}

/// Writes one event into a chain of its own process: for commands. Gives where the chain stands.
pub(crate) fn one(
    data: &Path,
    tenant: TenantId,
) -> Result<impl FnOnce(&Event) -> Result<Anchor, AuditError>, AuditError> {
    let mut book = Book::open(data, tenant, Bounds::default())?;
    Ok(move |event: &Event| {
        book.add(event);
        book.flush()?;
        let head = book.sync()?;
        Ok(Anchor {
            chain: book.name.clone(),
            head,
        })
    })
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::audit::verify::verify;

    fn until(what: &str, mut so: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !so() {
            assert!(Instant::now() < deadline, "{what}");
            std::thread::yield_now();
        }
    }

    /// [OP-03] While nothing can be written, refusals go on and grants do not; what found no place is counted; afterwards all of it
    /// stands in the chain.
    #[test]
    fn a_log_that_cannot_be_written_refuses_grants_alone() {
        let data = tempfile::tempdir().unwrap();
        let tenant = TenantId(uuid::Uuid::nil());
        let mut book = Book::open(data.path(), tenant, Bounds::default()).unwrap();
        let path = book.folder.join("000001.jsonl");
        book.file = File::open(&path).unwrap();
        let trail = Trail::of(book).unwrap();
        assert!(trail.open_for_grants().is_ok());
        let refused = || trail.ignored(Reason::aadsts(50_126, "wrong"));
        refused();
        until("the log to be shut", || trail.open_for_grants().is_err());
        for _ in 0..WAITING + 7 {
            refused();
        }
        assert!(trail.shared.lost.load(Ordering::Relaxed) > 0);
        let before = Instant::now();
        trail.close();
        assert!(before.elapsed() < Duration::from_secs(10));
        // Nothing was written, and nothing is broken.
        let verified = verify(data.path(), &[]).unwrap();
        assert_eq!((verified.lines, verified.findings.len()), (1, 0));
    }

    /// [OP-03] Those who are turned away for want of room are counted, not written one by one; what is told before the end is written.
    #[test]
    fn those_who_are_turned_away_are_counted() {
        let data = tempfile::tempdir().unwrap();
        let tenant = TenantId(uuid::Uuid::nil());
        let trail = Trail::open(data.path(), tenant, Bounds::default()).unwrap();
        for _ in 0..1000 {
            trail.turned_away();
        }
        trail.granted(Act::DeviceLeft);
        trail.close();
        let mut lines = Vec::new();
        crate::audit::show(data.path(), &crate::audit::Wanted::default(), |_, line| {
            lines.push(line.clone());
        })
        .unwrap();
        let counted = |line: &serde_json::Value| line["count"].as_u64();
        assert_eq!(lines.iter().filter_map(counted).sum::<u64>(), 1000);
        assert!(lines.len() <= 4, "{lines:?}");
        assert!(lines.iter().any(|line| line["event"] == "device.left"));
        assert!(trail.synced().is_some());
    }
}
