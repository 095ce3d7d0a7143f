//! One account's sign-on in memory: the record as saved, and for a while the key that opens its token.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dovetail_shared::{Report, Secret};

use super::error::PrtError;
use super::record::{Prt, Record, Whose};
use super::schedule;
use crate::Daemon;
use crate::vault::{SealKey, UserKeys};

/// So long after the last use the key that opens the token is kept at hand: then a cookie takes one command of the TPM.
const AT_HAND: Duration = Duration::from_mins(5);

/// An account that a local user is signed in with.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) slot: u32,
    /// One sign-in or renewal at a time.
    pub(super) work: tokio::sync::Mutex<()>,
    record: Mutex<Record>,
    key: Mutex<Option<AtHand>>,
    trouble: Mutex<Trouble>,
}

/// What the last renewal left behind, also where it could not be saved.
#[derive(Debug, Default)]
struct Trouble {
    report: Option<Report>,
    /// Not tried again before.
    until: Option<Instant>,
}

/// The seal's key, and which seal that is.
#[derive(Debug)]
struct AtHand {
    key: SealKey,
    of: UserKeys,
    used: Instant,
}

impl Account {
    pub(super) fn new(record: Record) -> Self {
        Self {
            uid: record.uid,
            slot: record.slot,
            work: tokio::sync::Mutex::default(),
            record: Mutex::new(record),
            key: Mutex::default(),
            trouble: Mutex::default(),
        }
    }

    /// A renewal failed: it waits so many seconds, whatever the record says.
    pub(super) fn in_trouble(&self, report: Report, wait: i64) {
        let mut trouble = self.trouble();
        trouble.report = Some(report);
        trouble.until = Instant::now().checked_add(schedule::seconds(wait));
    }

    /// Waits so many seconds before the next renewal.
    pub(super) fn hold(&self, wait: i64) {
        self.trouble().until = Instant::now().checked_add(schedule::seconds(wait));
    }

    /// All is well again.
    pub(super) fn in_order(&self) {
        *self.trouble() = Trouble::default();
    }

    /// Seconds that the next renewal has to wait still.
    pub(super) fn held(&self) -> i64 {
        let until = self.trouble().until;
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        // Rounded up: a wait that is over by a fraction is no wait.
        left.filter(|left| !left.is_zero()).map_or(0, |left| {
            i64::try_from(left.as_secs())
                .unwrap_or(i64::MAX)
                .saturating_add(1)
        })
    }

    /// Why the last renewal failed, where that could not be saved.
    pub(super) fn report(&self) -> Option<Report> {
        self.trouble().report.clone()
    }

    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token in clear, for the moment of use.
    pub(super) async fn open(
        self: &Arc<Self>,
        daemon: &Daemon,
        prt: &Prt,
    ) -> Result<Secret<String>, PrtError> {
        let whose = Whose {
            uid: self.uid,
            device_id: prt.device_id,
        };
        if let Some(key) = self.at_hand(prt) {
            return prt.token.open(&key, &whose);
        }
        let key = daemon.vault.unseal(&prt.keys).await?;
        let token = prt.token.open(&key, &whose)?;
        self.keep(key, prt);
        Ok(token)
    }

    /// The seal's key, from memory or from the TPM.
    pub(super) async fn seal_key(
        self: &Arc<Self>,
        daemon: &Daemon,
        prt: &Prt,
    ) -> Result<SealKey, PrtError> {
        match self.at_hand(prt) {
            Some(key) => Ok(key),
            None => Ok(daemon.vault.unseal(&prt.keys).await?),
        }
    }

    fn at_hand(&self, prt: &Prt) -> Option<SealKey> {
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = key.as_mut().filter(|kept| kept.of == prt.keys)?;
        kept.used = Instant::now();
        Some(kept.key.clone())
    }

    /// Keeps it, and sees to it that it is wiped: a timer only while there is something to wipe.
    fn keep(self: &Arc<Self>, key: SealKey, prt: &Prt) {
        let mut kept = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        let running = kept.is_some();
        *kept = Some(AtHand {
            key,
            of: prt.keys.clone(),
            used: Instant::now(),
        });
        drop(kept);
        if !running {
            let account = Arc::downgrade(self);
            tokio::spawn(async move {
                let mut rest = AT_HAND;
                loop {
                    tokio::time::sleep(rest).await;
                    let Some(account) = account.upgrade() else {
                        return;
                    };
                    match account.unused_for() {
                        Some(unused) if unused < AT_HAND => rest = AT_HAND.saturating_sub(unused),
                        _ => return account.forget(),
                    }
                }
            });
        }
    }

    fn unused_for(&self) -> Option<Duration> {
        let kept = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().map(|kept| kept.used.elapsed())
    }

    /// Wipes the key.
    pub(super) fn forget(&self) {
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
