//! Whether the log is whole: every line goes on from the one before, no number is missing, and it reaches as far as the database
//! says it did.

use std::collections::BTreeMap;
use std::path::Path;

use dovetail_shared::encode::hex_upper;

use super::anchor::Anchor;
use super::error::AuditError;
use super::files;
use super::line::{Head, follows, from_hex, said};
use super::read::{Kept, lines};

/// What was looked at, and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    pub(crate) chains: usize,
    pub(crate) lines: u64,
    pub(crate) findings: Vec<Finding>,
    /// Chains that the database knows and this folder does not have.
    pub(crate) elsewhere: Vec<String>,
}

/// Something that is not as it was written.
#[derive(Debug, thiserror::Error)]
#[error("{chain}, file {file}, line {line}: {what}")]
pub(crate) struct Finding {
    chain: String,
    file: u32,
    /// In the file, from 1 on; 0: the file itself.
    line: u64,
    what: String,
}

/// Looks at every chain in the data directory.
pub(crate) fn verify(data: &Path, anchors: &[Anchor]) -> Result<Verified, AuditError> {
    let folder = files::folder(data);
    let mut verified = Verified::default();
    let mut anchored: BTreeMap<&str, &Head> = anchors
        .iter()
        .map(|anchor| (anchor.chain.as_str(), &anchor.head))
        .collect();
    for name in files::chains(&folder)? {
        let anchor = anchored.remove(name.as_str());
        let mut walk = Walk {
            chain: &name,
            anchor,
            head: None,
            start: None,
            removed: Vec::new(),
            file: 0,
            line: 0,
            verified: &mut verified,
        };
        walk.chain(&folder.join(&name))?;
        verified.chains += 1;
    }
    verified.elsewhere = anchored.into_keys().map(str::to_owned).collect();
    Ok(verified)
}

/// Where the chain's first file that is left begins, or where the last one that was taken away ended.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edge {
    /// Number of the file before.
    file: u32,
    head: Head,
}

/// A chain, being gone through.
struct Walk<'a> {
    chain: &'a str,
    anchor: Option<&'a Head>,
    head: Option<Head>,
    start: Option<Edge>,
    removed: Vec<Edge>,
    file: u32,
    line: u64,
    verified: &'a mut Verified,
}

impl Walk<'_> {
    fn find(&mut self, what: impl Into<String>) {
        self.verified.findings.push(Finding {
            chain: self.chain.to_owned(),
            file: self.file,
            line: self.line,
            what: what.into(),
        });
    }

    fn chain(&mut self, folder: &Path) -> Result<(), AuditError> {
        for number in files::numbers(folder)? {
            let gap = self.file != 0 && number != self.file + 1;
            (self.file, self.line) = (number, 0);
            if gap {
                self.find("a file before this one is missing");
            }
            let path = files::path(folder, number);
            let (_, whole) = files::tail(&path)?;
            let mut read = 0;
            for line in lines(&path)? {
                let line = line?;
                read += u64::try_from(line.len()).unwrap_or(0) + 1;
                // What stands behind the last line break is being written, or was when the power went.
                if read > whole {
                    break;
                }
                self.line += 1;
                self.verified.lines += 1;
                self.look(&line);
            }
        }
        self.end();
        Ok(())
    }

    fn look(&mut self, line: &str) {
        let (Some(kept), Some(hash)) = (Kept::parse(line), said(line)) else {
            return self.find("this is no line of the log");
        };
        let last = self.head.clone().unwrap_or_else(|| self.begin(&kept));
        if kept.n != last.number + 1 {
            self.find(format!("line {} comes after line {}", kept.n, last.number));
        } else if follows(&last.hash, line).is_none() {
            self.find("the line was changed, or does not belong here");
        } else if kept.event == "audit.removed" {
            let gone = edge(kept.file, kept.last, kept.previous.as_deref());
            self.removed.extend(gone);
        }
        let other = self
            .anchor
            .is_some_and(|anchor| anchor.number == kept.n && anchor.hash != hash);
        if other {
            self.find("the database knows another line of this number");
        }
        self.head = Some(Head {
            number: kept.n,
            hash,
        });
    }

    /// What the first line that is left goes on from.
    fn begin(&mut self, first: &Kept) -> Head {
        let before = first.n.saturating_sub(1);
        let start = edge(
            Some(self.file.saturating_sub(1)),
            Some(before),
            first.previous.as_deref(),
        );
        self.start.clone_from(&start);
        start.map_or_else(Head::default, |start| start.head)
    }

    /// What can be said of the chain as a whole.
    fn end(&mut self) {
        let head = self.head.clone().unwrap_or_default();
        let begins = match &self.start {
            Some(start) if start.file == 0 => start.head == Head::default(),
            // The chain itself says what was taken away from it.
            Some(start) => self.removed.contains(start),
            None => self.head.is_none(),
        };
        if !begins {
            self.find(format!(
                "files before the first one are missing, and no line says that they were taken away (the first begins at {})",
                self.start.as_ref().map_or_else(String::new, |start| hex_upper(&start.head.hash)),
            ));
        }
        if let Some(anchor) = self.anchor.filter(|anchor| anchor.number > head.number) {
            let number = anchor.number;
            self.find(format!(
                "the lines behind this one are missing, up to {number}"
            ));
        }
    }
}

fn edge(file: Option<u32>, last: Option<u64>, hash: Option<&str>) -> Option<Edge> {
    Some(Edge {
        file: file?,
        head: Head {
            number: last?,
            hash: from_hex(hash?)?,
        },
    })
}
