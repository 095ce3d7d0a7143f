//! One chain, being written: lines are sealed into the chain first and put into the file then; what could not be put there waits.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use dovetail_shared::encode::hex_upper;
use dovetail_shared::id::TenantId;

use super::error::AuditError;
use super::event::{Event, OfTheLog, Outcome};
use super::files;
use super::line::{Head, said, seal};
use super::read::{Kept, first_line};
use crate::{clock, random};

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Bytes after which the next file is begun.
    pub(crate) file: u64,
    /// Files of a chain; the oldest one goes.
    pub(crate) files: usize,
}

impl Default for Bounds {
    /// One gigabyte: some two million lines.
    fn default() -> Self {
        Self {
            file: 16 * 1024 * 1024,
            files: 64,
        }
    }
}

/// A chain that this process alone writes.
#[derive(Debug)]
pub(super) struct Book {
    /// The chain's name.
    pub(super) name: String,
    pub(super) folder: PathBuf,
    tenant: TenantId,
    bounds: Bounds,
    /// Number of the file that is written.
    number: u32,
    pub(super) file: File,
    /// Bytes of it that are whole lines.
    length: u64,
    head: Head,
    /// Lines that are in the chain and not in the file yet.
    pending: Vec<u8>,
    _lock: File,
}

impl Book {
    /// Goes on with a chain that nobody writes, or begins one.
    pub(super) fn open(data: &Path, tenant: TenantId, bounds: Bounds) -> Result<Self, AuditError> {
        let all = files::folder(data);
        files::make(&all)?;
        for name in files::chains(&all)? {
            let folder = all.join(&name);
            if let Some(lock) = files::lock(&folder)
                && let Some(book) = Self::go_on(name, folder, tenant, bounds, lock)?
            {
                return Ok(book);
            }
        }
        let name = random::guid().simple().to_string();
        let folder = all.join(&name);
        files::make(&folder)?;
        let lock = files::lock(&folder).ok_or(AuditError::Shut)?;
        let begun = Self::go_on(name, folder, tenant, bounds, lock)?;
        begun.ok_or(AuditError::Shut)
    }

    /// `None` where the last line says nothing that could be gone on from: such a chain is left as it is.
    fn go_on(
        name: String,
        folder: PathBuf,
        tenant: TenantId,
        bounds: Bounds,
        lock: File,
    ) -> Result<Option<Self>, AuditError> {
        let number = files::numbers(&folder)?.last().copied().unwrap_or(1);
        let path = files::path(&folder, number);
        let file = files::append(&path)?;
        let (line, length) = files::tail(&path)?;
        let torn = file.metadata().map_err(AuditError::at(&path))?.len() - length;
        let head = if length > 0 {
            let (Some(kept), Some(hash)) = (Kept::parse(&line), said(&line)) else {
                tracing::error!(file = %path.display(), "the audit log ends in a line that is none: it is left as it is");
                return Ok(None);
            };
            Head {
                number: kept.n,
                hash,
            }
        } else if number > 1 {
            // Begun, and nothing was written: the file before says where the chain stands.
            let (line, _) = files::tail(&files::path(&folder, number - 1))?;
            match (Kept::parse(&line), said(&line)) {
                (Some(kept), Some(hash)) => Head {
                    number: kept.n,
                    hash,
                },
                _ => return Ok(None),
            }
        } else {
            Head::default()
        };
        let mut book = Self {
            name,
            folder,
            tenant,
            bounds,
            number,
            file,
            length,
            head,
            pending: Vec::new(),
            _lock: lock,
        };
        let mut opened = book.of_the_log("audit.opened");
        if torn > 0 {
            book.file.set_len(length).map_err(AuditError::at(&path))?;
            opened.reason =
                Some(format!("{torn} bytes of a line that was not finished were cut off").into());
        }
        book.add(&opened);
        book.flush()?;
        Ok(Some(book))
    }

    fn of_the_log(&self, word: &'static str) -> Event {
        let mut event = Event::new(word, Outcome::Noted, clock::now());
        event.log = Some(OfTheLog {
            file: self.number,
            previous: hex_upper(&self.head.hash),
            last: None,
        });
        event
    }

    /// Puts an event into the chain.
    pub(super) fn add(&mut self, event: &Event) {
        match seal(&self.head, self.tenant, event) {
            Ok((line, head)) => {
                self.pending.extend_from_slice(line.as_bytes());
                self.head = head;
            }
            Err(error) => tracing::error!(%error, "an event could not be written as JSON"),
        }
    }

    /// Puts into the file what is in the chain. After an error the same is tried again with the next one.
    pub(super) fn flush(&mut self) -> Result<(), AuditError> {
        self.put()?;
        if self.length >= self.bounds.file {
            self.turn()?;
        }
        Ok(())
    }

    fn put(&mut self) -> Result<(), AuditError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.file.write_all(&self.pending) {
            // Half a line, say: nothing may be put behind it.
            if let Err(error) = self.file.set_len(self.length) {
                tracing::error!(%error, "half a line of the audit log could not be taken back");
            }
            return Err(AuditError::at(&self.path())(error));
        }
        self.length += u64::try_from(self.pending.len()).unwrap_or(0);
        self.pending.clear();
        Ok(())
    }

    fn path(&self) -> PathBuf {
        files::path(&self.folder, self.number)
    }

    /// On to the next file.
    fn turn(&mut self) -> Result<(), AuditError> {
        self.sync()?;
        let next = self.number + 1;
        self.file = files::append(&files::path(&self.folder, next))?;
        (self.number, self.length) = (next, 0);
        let begun = self.of_the_log("audit.opened");
        self.add(&begun);
        self.put()?;
        let all = files::numbers(&self.folder)?;
        let too_many = all.len().saturating_sub(self.bounds.files.max(2));
        for pair in all.windows(2).take(too_many) {
            if let &[gone, after] = pair {
                self.take_away(gone, after)?;
            }
        }
        Ok(())
    }

    /// Takes the oldest file away. The chain says so first, and where that file ended.
    fn take_away(&mut self, gone: u32, after: u32) -> Result<(), AuditError> {
        let path = files::path(&self.folder, gone);
        let opened = first_line(&files::path(&self.folder, after))?;
        if let Some(opened) = opened.as_deref().and_then(Kept::parse) {
            let mut event = self.of_the_log("audit.removed");
            event.log = Some(OfTheLog {
                file: gone,
                previous: opened.previous.unwrap_or_default(),
                last: Some(opened.n.saturating_sub(1)),
            });
            self.add(&event);
            self.put()?;
        }
        self.sync()?;
        std::fs::remove_file(&path).map_err(AuditError::at(&path))
    }

    /// What is in the file is on disk after this; gives where the chain stands there.
    pub(super) fn sync(&mut self) -> Result<Head, AuditError> {
        let synced = self.file.sync_data();
        synced.map_err(AuditError::at(&self.path()))?;
        Ok(self.head.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::anchor::Anchor;
    use crate::audit::verify::verify;

    fn tenant() -> TenantId {
        TenantId(uuid::Uuid::nil())
    }

    fn event() -> Event {
        Event::new("refused", Outcome::Refused, clock::now())
    }

    fn findings(data: &Path, anchors: &[Anchor]) -> Vec<String> {
        let verified = verify(data, anchors).unwrap();
        verified.findings.iter().map(ToString::to_string).collect()
    }

    /// A chain of a few small files, and where it stands.
    fn written(data: &Path, bounds: Bounds) -> (PathBuf, Anchor) {
        let mut book = Book::open(data, tenant(), bounds).unwrap();
        for _ in 0..40 {
            book.add(&event());
            book.flush().unwrap();
        }
        let head = book.sync().unwrap();
        let chain = book.name.clone();
        (book.folder.clone(), Anchor { chain, head })
    }

    fn edit(folder: &Path, change: impl Fn(&mut Vec<String>)) {
        let path = files::path(folder, 2);
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        change(&mut lines);
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    }

    const SMALL: Bounds = Bounds {
        file: 1024,
        files: 100,
    };

    /// [OP-03] The chain goes on from file to file and from process to process, and is whole.
    #[test]
    fn a_chain_goes_on_across_files_and_processes() {
        let data = tempfile::tempdir().unwrap();
        let (folder, first) = written(data.path(), SMALL);
        let (same, second) = written(data.path(), SMALL);
        assert_eq!(folder, same);
        assert!(second.head.number > first.head.number + 40);
        assert!(files::numbers(&folder).unwrap().len() > 10);
        assert_eq!(findings(data.path(), &[first]), [""; 0]);
        assert_eq!(findings(data.path(), &[second]), [""; 0]);
    }

    /// [OP-03] Whoever comes while the chain is being written has one of their own.
    #[test]
    fn two_writers_have_two_chains() {
        let data = tempfile::tempdir().unwrap();
        let one = Book::open(data.path(), tenant(), SMALL).unwrap();
        let two = Book::open(data.path(), tenant(), SMALL).unwrap();
        assert_ne!(one.name, two.name);
        assert_eq!(verify(data.path(), &[]).unwrap().chains, 2);
    }

    /// [OP-03] A line that is changed, taken out, put elsewhere, or cut off at the end is found; so are a file that is missing, and a
    /// chain that was written anew.
    #[test]
    fn whatever_is_done_to_the_files_is_found() {
        let change = |harm: &dyn Fn(&Path)| {
            let data = tempfile::tempdir().unwrap();
            let (folder, anchor) = written(data.path(), SMALL);
            harm(&folder);
            findings(data.path(), &[anchor])
        };
        assert_eq!(change(&|_| {}), [""; 0]);
        let changed = change(&|folder| {
            edit(folder, |lines| {
                lines[1] = lines[1].replace("refused", "granted");
            });
        });
        assert!(
            changed[0].contains("file 2, line 2: the line was changed"),
            "{changed:?}"
        );
        assert_eq!(changed.len(), 1);
        let removed = change(&|folder| edit(folder, |lines| drop(lines.remove(1))));
        assert!(removed[0].contains("comes after line"), "{removed:?}");
        let reordered = change(&|folder| edit(folder, |lines| lines.swap(0, 1)));
        assert!(reordered[0].contains("comes after line"), "{reordered:?}");
        let gone = change(&|folder| std::fs::remove_file(files::path(folder, 2)).unwrap());
        assert!(
            gone[0].contains("a file before this one is missing"),
            "{gone:?}"
        );
        let first = change(&|folder| std::fs::remove_file(files::path(folder, 1)).unwrap());
        assert!(
            first[0].contains("no line says that they were taken away"),
            "{first:?}"
        );
        let last = change(&|folder| {
            let number = files::numbers(folder).unwrap().pop().unwrap();
            std::fs::remove_file(files::path(folder, number)).unwrap();
        });
        assert!(
            last[0].contains("the lines behind this one are missing"),
            "{last:?}"
        );
        let anew = change(&|folder| {
            let number = files::numbers(folder).unwrap().pop().unwrap();
            for number in 1..=number {
                std::fs::remove_file(files::path(folder, number)).unwrap();
            }
            let data = folder.parent().unwrap().parent().unwrap();
            let mut book = Book::open(data, tenant(), SMALL).unwrap();
            for _ in 0..80 {
                book.add(&Event::new("granted", Outcome::Granted, clock::now()));
                book.flush().unwrap();
            }
        });
        assert!(
            anew[0].contains("the database knows another line"),
            "{anew:?}"
        );
    }

    /// [OP-03] No more than so many files are kept; what was taken away is said by the chain, and it is whole.
    #[test]
    fn the_oldest_files_go_and_the_chain_says_so() {
        let data = tempfile::tempdir().unwrap();
        let bounds = Bounds { files: 3, ..SMALL };
        let (folder, anchor) = written(data.path(), bounds);
        let left = files::numbers(&folder).unwrap();
        assert_eq!(left.len(), 3);
        assert!(left[0] > 1);
        assert_eq!(
            findings(data.path(), std::slice::from_ref(&anchor)),
            [""; 0]
        );
        std::fs::remove_file(files::path(&folder, left[0])).unwrap();
        assert_eq!(findings(data.path(), &[anchor]).len(), 1);
    }

    /// [OP-03] What could not be written is written later, in its order; half a line is taken back.
    #[test]
    fn lines_wait_for_room() {
        let data = tempfile::tempdir().unwrap();
        let mut book = Book::open(data.path(), tenant(), Bounds::default()).unwrap();
        let path = files::path(&book.folder, 1);
        let good = std::mem::replace(&mut book.file, File::open(&path).unwrap());
        for _ in 0..3 {
            book.add(&event());
            assert!(book.flush().is_err());
        }
        book.file = good;
        book.flush().unwrap();
        let verified = verify(data.path(), &[]).unwrap();
        assert_eq!((verified.lines, verified.findings.len()), (4, 0));
    }

    /// A process that ended in the middle of a line: the next one cuts the half off, and says so.
    #[test]
    fn half_a_line_is_cut_off_by_the_next_process() {
        let data = tempfile::tempdir().unwrap();
        let (folder, _) = written(data.path(), Bounds::default());
        let path = files::path(&folder, 1);
        let mut file = files::append(&path).unwrap();
        file.write_all(b"{\"n\":42,\"ti").unwrap();
        drop(file);
        assert_eq!(findings(data.path(), &[]), [""; 0]);
        written(data.path(), Bounds::default());
        assert_eq!(findings(data.path(), &[]), [""; 0]);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("11 bytes of a line that was not finished were cut off"));
    }
}
