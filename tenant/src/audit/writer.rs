//! The thread that writes the log.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::anchor::Anchor;
use super::book::Book;
use super::error::AuditError;
use super::event::{Event, Outcome};
use super::trail::Shared;
use crate::clock;

/// Lines that are put into the file at once.
const BATCH: usize = 1024;
/// From one batch to the next: nobody waits for a line, and a thread that is woken for each costs more than the line.
const PACE: Duration = Duration::from_millis(20);
/// What is counted instead of written is written so often, and what could not be written is tried again.
const EVERY: Duration = Duration::from_secs(1);
/// At the latest then, what is in the file is on disk.
const SYNC: Duration = Duration::from_secs(10);

/// What is in the queue.
#[derive(Debug)]
pub(super) enum Message {
    Event(Box<Event>),
    Close,
}

/// Writes until it is told to close, or nobody is there any more to tell it.
pub(super) fn run(mut book: Book, events: &Receiver<Message>, shared: &Shared) {
    let (mut counted, mut synced) = (Instant::now(), Instant::now());
    let mut dirty = true;
    loop {
        let mut closing = false;
        match events.recv_timeout(EVERY) {
            Ok(message) => {
                dirty = true;
                closing = take(&mut book, message);
                // While nothing can be written, the queue fills, and what finds no place is counted.
                for message in events.try_iter().take(BATCH) {
                    closing |= take(&mut book, message);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => closing = true,
        }
        if closing || counted.elapsed() >= EVERY {
            counted = Instant::now();
            dirty |= count(&mut book, shared);
        }
        while let Err(error) = book.flush() {
            fail(shared, &error);
            if closing || shared.closing.load(Ordering::Relaxed) {
                return;
            }
            std::thread::park_timeout(EVERY);
        }
        if shared.shut.swap(false, Ordering::Relaxed) {
            tracing::warn!("the audit log can be written again");
        }
        if dirty && (closing || synced.elapsed() >= SYNC) {
            synced = Instant::now();
            dirty = false;
            sync(&mut book, shared);
        }
        if closing {
            return;
        }
        // Whoever closes the log wakes it.
        std::thread::park_timeout(PACE);
    }
}

/// Whether it was told to close.
fn take(book: &mut Book, message: Message) -> bool {
    match message {
        Message::Event(event) => {
            book.add(&event);
            false
        }
        Message::Close => true,
    }
}

/// Puts what was only counted into the chain; tells whether there was anything.
fn count(book: &mut Book, shared: &Shared) -> bool {
    let lost = shared.lost.swap(0, Ordering::Relaxed);
    if lost > 0 {
        let mut event = Event::new("audit.lost", Outcome::Noted, clock::now());
        event.reason = Some("there were more events than could be written".into());
        event.count = Some(lost);
        book.add(&event);
    }
    let turned_away = shared.turned_away.swap(0, Ordering::Relaxed);
    if turned_away > 0 {
        let mut event = Event::new("refused", Outcome::Refused, clock::now());
        event.status = Some(429);
        event.code = Some("AADSTS90055".into());
        event.reason = Some("too many requests at a time: nobody looked at these".into());
        event.count = Some(turned_away);
        book.add(&event);
    }
    lost + turned_away > 0
}

/// Says so once, and closes the door for grants.
fn fail(shared: &Shared, error: &AuditError) {
    if !shared.shut.swap(true, Ordering::Relaxed) {
        tracing::error!(%error, "the audit log cannot be written: nothing is granted that has to stand in it");
    }
}

fn sync(book: &mut Book, shared: &Shared) {
    match book.sync() {
        Ok(head) => {
            let mut synced = shared.synced.lock().unwrap_or_else(PoisonError::into_inner);
            *synced = Some(Anchor {
                chain: book.name.clone(),
                head,
            });
        }
        Err(error) => tracing::error!(%error, "the audit log could not be put on disk"),
    }
}
