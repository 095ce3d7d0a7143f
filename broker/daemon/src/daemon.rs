//! What all parts share: configuration, store, keys, network, and the one record with its one way to change it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dovetail_shared::id::CorrelationId;
use dovetail_shared::link::Event;
use dovetail_shared::{Code, Report, Secret, UnixTime};
use tokio::sync::broadcast;

use crate::audit::Audit;
use crate::config::Config;
use crate::handle::status;
use crate::join::record::{self, Record};
use crate::join::secrets::Secrets;
use crate::net::Net;
use crate::oidc::Provider;
use crate::prt::Book;
use crate::store::{Store, StoreError};
use crate::vault::Vault;

/// The daemon.
#[derive(Debug)]
pub struct Daemon {
    /// As configured.
    pub config: Config,
    /// The state directory.
    pub store: Arc<Store>,
    /// The keys.
    pub vault: Vault,
    /// The way out.
    pub net: Net,
    /// Who asked for what.
    pub audit: Audit,
    /// Events with the uid whom they concern.
    pub events: broadcast::Sender<(u32, Event)>,
    /// The authority's keys.
    pub provider: tokio::sync::Mutex<Provider>,
    /// The ID token of the running join: in memory, nowhere else.
    pub token: Mutex<Option<Secret<String>>>,
    /// What management needs of it: in memory, nowhere else.
    pub secrets: Mutex<Secrets>,
    /// Whether the join's runner is at work.
    pub running: AtomicBool,
    /// Whether somebody talks with the management service: one at a time.
    pub managing: tokio::sync::Mutex<()>,
    /// Told when the schedule may have changed.
    pub rescheduled: tokio::sync::Notify,
    /// Every user's single sign-on.
    pub sso: Book,
    /// Whether a leave is at work.
    pub leaving: tokio::sync::Mutex<()>,
    record: Mutex<Record>,
    broken: Mutex<Option<Code>>,
}

impl Daemon {
    /// Opens the state directory. Asks neither TPM nor network.
    pub fn open(config: Config) -> Result<Self, StoreError> {
        #[allow(unused_mut, reason = "changed in debug builds only")]
        let mut store = Store::open(&config.daemon.state_dir)?;
        #[cfg(debug_assertions)]
        store.set_cut(config.daemon.cut_at);
        let store = Arc::new(store);
        let (record, broken) = record::load(&store)?;
        let sso = Book::load(&store)?;
        Ok(Self {
            vault: Vault::new(Arc::clone(&store), &config.daemon),
            net: Net::new(config.tenant.clone()),
            audit: Audit::new(&config.daemon.state_dir),
            events: broadcast::channel(64).0,
            provider: tokio::sync::Mutex::default(),
            token: Mutex::default(),
            secrets: Mutex::default(),
            running: AtomicBool::new(false),
            managing: tokio::sync::Mutex::default(),
            rescheduled: tokio::sync::Notify::new(),
            sso,
            leaving: tokio::sync::Mutex::default(),
            record: Mutex::new(record),
            broken: Mutex::new(broken),
            store,
            config,
        })
    }

    /// Goes on with what was running when the last daemon ended.
    pub fn resume(self: &Arc<Self>) {
        let record = self.record();
        if record.leaving.is_some() {
            let daemon = Arc::clone(self);
            tokio::spawn(async move {
                if let Err(report) = crate::leave::finish(&daemon).await {
                    tracing::warn!("leaving did not end: {} {}", report.code, report.what);
                }
            });
        } else {
            if let Err(code) = crate::mdm::node::reapply(&self.store, &self.config.management) {
                tracing::warn!("the management's policies are not in force: {code}");
            }
            crate::join::runner::start(self);
        }
        crate::mdm::schedule::start(self);
        crate::prt::start(self);
    }

    /// Whether neither a join nor a talk with the management service needs its connections.
    pub fn idle(&self) -> bool {
        !self.running.load(Ordering::SeqCst) && self.managing.try_lock().is_ok()
    }

    /// The time.
    pub fn now(&self) -> UnixTime {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        UnixTime(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }

    /// A report with a fresh correlation id.
    pub fn report(&self, code: Code) -> Report {
        Report::new(code, CorrelationId(uuid::Uuid::new_v4()), self.now())
    }

    /// A copy of the record.
    pub fn record(&self) -> Record {
        self.lock().clone()
    }

    /// Why the record on disk cannot be used, if so.
    pub fn broken(&self) -> Option<Code> {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts over after an unreadable record: `leave` with `forget` only.
    pub fn mend(&self) {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The one way to change the record: on a copy, saved, then valid, then told.
    pub fn change<T>(
        &self,
        edit: impl FnOnce(&mut Record) -> Result<T, Report>,
    ) -> Result<T, Report> {
        if let Some(code) = self.broken() {
            return Err(self.report(code));
        }
        let mut current = self.lock();
        let mut next = current.clone();
        let out = edit(&mut next)?;
        if next == *current {
            return Ok(out);
        }
        record::save(&self.store, &next)
            .map_err(|error| self.report(error.code()).with_detail(error.to_string()))?;
        let before = std::mem::replace(&mut *current, next.clone());
        drop(current);
        // Nobody subscribed is no failure.
        if let Some(join) = next
            .join
            .as_ref()
            .filter(|join| before.join.as_ref() != Some(*join))
        {
            self.events
                .send((join.uid, Event::JoinChanged(Box::new(join.view(self)))))
                .ok();
        }
        if before.device != next.device || before.management != next.management {
            self.events
                .send((
                    0,
                    Event::StatusChanged(Box::new(status::public(self, &next))),
                ))
                .ok();
        }
        Ok(out)
    }

    /// The token of the running join.
    pub fn token(&self) -> MutexGuard<'_, Option<Secret<String>>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The secrets on the way to management.
    pub fn secrets(&self) -> MutexGuard<'_, Secrets> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
