//! How the daemon hands its numbers to its other half: `policy.json` in the state directory one way, an answer in a
//! directory of root's the other way. Each side reads the other's file as something that anybody may have written.

use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{FileType, Mode, OFlags, fstat, inotify, open};
use serde::{Deserialize, Serialize};

use super::apply::PutError;
use super::demand::Put;
use crate::store::{Store, write_atomic};

/// File name in the state directory; `dovetail-policy.path` waits for it to change.
const ORDER: &str = "policy.json";
/// Where `dovetail-policy.service` answers.
pub const RUN: &str = "/run/dovetail-policy";
const ANSWER: &str = "applied.json";
/// Largest file that is read, in bytes.
const MAX: u64 = 16 * 1024;
/// How long the other half may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is to be put in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    /// Grows with each change.
    pub(super) generation: u64,
    /// The numbers.
    pub(super) put: Put,
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Answer {
    generation: u64,
    failed: Vec<String>,
}

/// Hands the numbers over and waits for the answer. Numbers that are in force already are not handed over again.
pub(super) fn give(put: &Put, store: &Store, run: &Path) -> Result<(), PutError> {
    let Some(generation) = leave(put, store, run)? else {
        return Ok(());
    };
    let answer = wait(run, generation).ok_or(PutError::Silent)?;
    if answer.failed.is_empty() {
        Ok(())
    } else {
        Err(PutError::Refused(answer.failed.join(", ")))
    }
}

/// Leaves the numbers for the other half. Returns the generation to wait for; `None` where nothing is to be done.
pub(super) fn leave(put: &Put, store: &Store, run: &Path) -> Result<Option<u64>, PutError> {
    let path = store.path(ORDER);
    let form = || PutError::Form(path.clone());
    let last = store
        .read(ORDER)
        .map_err(|_| form())?
        .and_then(|bytes| serde_json::from_slice::<Order>(&bytes).ok());
    if last.is_none() && *put == Put::default() {
        return Ok(None);
    }
    let order = match last {
        Some(last) if last.put == *put => last,
        last => Order {
            generation: last.map_or(0, |last| last.generation).saturating_add(1),
            put: *put,
        },
    };
    let done = answered(run, order.generation).is_some_and(|answer| answer.failed.is_empty());
    if last == Some(order) && done {
        return Ok(None);
    }
    let bytes = serde_json::to_vec(&order).map_err(|_| form())?;
    // Readable by all: it says no more than the files that it leads to.
    store.write(ORDER, &bytes, 0o644).map_err(PutError::Store)?;
    Ok(Some(order.generation))
}

/// Reads the numbers of `state_dir`; where there are none, everything is to be undone.
pub(super) fn take(state_dir: &Path) -> Result<Order, PutError> {
    let path = state_dir.join(ORDER);
    let form = || PutError::Form(path.clone());
    let Some(bytes) = read(&path)? else {
        return Ok(Order {
            generation: 0,
            put: Put::default(),
        });
    };
    let order: Order = serde_json::from_slice(&bytes).map_err(|_| form())?;
    if order.put.is_sound() {
        Ok(order)
    } else {
        Err(form())
    }
}

/// Leaves the answer.
pub(super) fn answer(run: &Path, generation: u64, failed: Vec<String>) -> Result<(), PutError> {
    let io = |error| PutError::Io(run.join(ANSWER), error);
    DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(run)
        .map_err(io)?;
    let bytes = serde_json::to_vec(&Answer { generation, failed })
        .map_err(|error| io(std::io::Error::other(error)))?;
    write_atomic(&File::open(run).map_err(io)?, ANSWER, &bytes, 0o644).map_err(io)
}

fn answered(run: &Path, generation: u64) -> Option<Answer> {
    let bytes = read(&run.join(ANSWER)).ok()??;
    serde_json::from_slice::<Answer>(&bytes)
        .ok()
        .filter(|answer| answer.generation == generation)
}

/// Waits until the answer to this generation is there.
fn wait(run: &Path, generation: u64) -> Option<Answer> {
    let watch =
        inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK).ok()?;
    inotify::add_watch(&watch, run, inotify::WatchFlags::MOVED_TO).ok()?;
    let end = Instant::now() + PATIENCE;
    let mut seen = [0_u8; 4096];
    loop {
        if let Some(answer) = answered(run, generation) {
            return Some(answer);
        }
        let left = end.checked_duration_since(Instant::now())?;
        let left = rustix::event::Timespec::try_from(left).ok()?;
        poll(&mut [PollFd::new(&watch, PollFlags::IN)], Some(&left)).ok()?;
        // What it says is of no interest, only that it says something.
        rustix::io::read(&watch, &mut seen).ok();
    }
}

/// A plain file of bounded size, whoever made the directory: no link is followed, nothing is waited for.
fn read(path: &PathBuf) -> Result<Option<Vec<u8>>, PutError> {
    let io = |error: std::io::Error| PutError::Io(path.clone(), error);
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::RDONLY;
    let file = match open(path, flags, Mode::empty()) {
        Ok(fd) => File::from(fd),
        Err(error) if std::io::Error::from(error).kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(error.into())),
    };
    let stat = fstat(&file).map_err(|error| io(error.into()))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(PutError::Form(path.clone()));
    }
    let mut bytes = Vec::new();
    file.take(MAX).read_to_end(&mut bytes).map_err(io)?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::super::apply::apply_handed_over;
    use super::*;
    use crate::config::{Applying, Management};
    use crate::mdm::node::test::Machine;

    const PUT: Put = Put {
        password_length: Some(12),
        password_classes: None,
        failed_sign_ins: None,
        lock_minutes: None,
    };

    /// The daemon waits, the other half writes and answers; then the numbers are in force, and are not handed over again.
    #[test]
    fn numbers_are_handed_over_and_answered() {
        let machine = Machine::new();
        let (state, run) = (machine.at("/../state"), machine.at("/../run"));
        let config = Management {
            apply: Applying::Service,
            ..machine.config.clone()
        };
        std::fs::create_dir(&run).unwrap();
        let before = machine.files();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let end = Instant::now() + Duration::from_secs(10);
                while !state.join(ORDER).exists() {
                    assert!(Instant::now() < end, "no order came");
                    std::thread::yield_now();
                }
                apply_handed_over(&state, &run, &config).unwrap();
            });
            give(&PUT, &machine.store, &run).unwrap();
        });
        let dropin = "/etc/security/pwquality.conf.d/90-dovetail-minlen.conf";
        assert!(
            machine
                .root()
                .text(dropin)
                .unwrap()
                .ends_with("minlen = 12")
        );
        let order = std::fs::read(state.join(ORDER)).unwrap();
        give(&PUT, &machine.store, &run).unwrap();
        assert_eq!(std::fs::read(state.join(ORDER)).unwrap(), order);
        // The administrator wants reports only, and later policies again.
        let reports = Management {
            apply: Applying::Never,
            ..config.clone()
        };
        apply_handed_over(&state, &run, &reports).unwrap();
        assert_eq!(machine.files(), before);
        apply_handed_over(&state, &run, &config).unwrap();
        assert_ne!(machine.files(), before);
        // Whoever removes the state directory gets rid of the policies too.
        std::fs::remove_file(state.join(ORDER)).unwrap();
        apply_handed_over(&state, &run, &config).unwrap();
        assert_eq!(machine.files(), before);
    }

    /// The service is not installed: that is said, not waited for; and nothing to do needs nobody.
    #[test]
    fn a_missing_other_half_is_told() {
        let machine = Machine::new();
        let run = machine.at("/../run");
        give(&Put::default(), &machine.store, &run).unwrap();
        assert!(!machine.at("/../state").join(ORDER).exists());
        assert!(matches!(
            give(&PUT, &machine.store, &run),
            Err(PutError::Silent)
        ));
    }

    /// [MD-04] Somebody took over the daemon: its other half takes numbers within bounds, and nothing else.
    #[test]
    fn the_other_half_takes_numbers_only() {
        let machine = Machine::new();
        let (state, run) = (machine.at("/../state"), machine.at("/../run"));
        let config = Management {
            apply: Applying::Service,
            ..machine.config.clone()
        };
        let before = machine.files();
        for order in [
            "",
            "null",
            r#"{"generation":1}"#,
            r#"{"generation":1,"put":{"password_length":"12; rm -rf /"}}"#,
            r#"{"generation":1,"put":{"password_length":12,"path":"/etc/shadow"}}"#,
            r#"{"generation":1,"put":{"password_length":0}}"#,
            r#"{"generation":1,"put":{"password_length":200}}"#,
            r#"{"generation":1,"put":{"password_length":-1}}"#,
            r#"{"generation":1,"put":{"password_classes":5}}"#,
            r#"{"generation":1,"put":{"lock_minutes":70000}}"#,
            r#"{"generation":1,"put":{"failed_sign_ins":1e3}}"#,
            r#"{"generation":1,"put":{},"more":1}"#,
        ] {
            std::fs::write(state.join(ORDER), order).unwrap();
            let refused = apply_handed_over(&state, &run, &config);
            assert!(
                matches!(refused, Err(PutError::Form(_))),
                "{order}: {refused:?}"
            );
            assert_eq!(machine.files(), before, "{order}");
        }
        std::fs::remove_file(state.join(ORDER)).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", state.join(ORDER)).unwrap();
        assert!(apply_handed_over(&state, &run, &config).is_err());
        std::fs::remove_file(state.join(ORDER)).unwrap();
        std::fs::create_dir(state.join(ORDER)).unwrap();
        assert!(apply_handed_over(&state, &run, &config).is_err());
    }
}
