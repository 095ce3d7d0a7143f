//! All users' accounts: found by uid, changed in one way, taken away together.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dovetail_shared::link::Event;

use super::account::Account;
use super::answer::{Who, same_person};
use super::error::PrtError;
use super::programs::Programs;
use super::rate::Rates;
use super::record::{FOLDER, MOST_ACCOUNTS, Record, file, folder};
use super::sign_in::Pending;
use super::{hello, person};
use crate::Daemon;
use crate::handle::status;
use crate::store::{Store, StoreError};

/// So long after a PIN could not be set up for want of a fresh second factor, sign-ins ask for one.
const FRESH: Duration = Duration::from_mins(15);

/// A user's accounts, in the order of their slots.
type Accounts = Vec<Arc<Account>>;

/// The users, and the sign-ins that they have begun.
#[derive(Debug, Default)]
pub struct Book {
    users: Mutex<BTreeMap<u32, Accounts>>,
    pub(super) pending: Mutex<BTreeMap<u32, Pending>>,
    /// Users whose next sign-in is to be with the second factor, and since when.
    fresh: Mutex<BTreeMap<u32, Instant>>,
    /// Sign-ins on another machine that are waited for.
    pub(super) waiting: Mutex<BTreeMap<u32, tokio::task::AbortHandle>>,
    pub(super) rates: Mutex<Rates>,
    pub(super) programs: Mutex<Programs>,
    /// Told when the schedule may have changed.
    pub(super) changed: tokio::sync::Notify,
}

impl Book {
    /// Reads what there is. A record that cannot be read is left out: that account signs in again.
    pub fn load(store: &Store) -> Result<Self, StoreError> {
        let mut users = BTreeMap::<u32, Accounts>::new();
        for name in store.names(FOLDER)? {
            let Ok(uid) = name.parse::<u32>() else {
                continue;
            };
            let mut slots = Record::slots(store, uid)?;
            slots.sort_unstable();
            for slot in slots {
                if let Some(record) = Record::load(store, uid, slot)? {
                    let account = Arc::new(Account::new(record));
                    users.entry(uid).or_default().push(account);
                } else {
                    tracing::warn!("a sign-on of user {uid} cannot be read");
                }
            }
        }
        Ok(Self {
            users: Mutex::new(users),
            ..Self::default()
        })
    }

    pub(super) fn all(&self) -> Accounts {
        self.lock().values().flatten().cloned().collect()
    }

    /// The user's accounts, if they are still that user's: where the id now belongs to somebody else, the former one's are taken
    /// away. [`PrtError::None`] where there are none.
    pub(super) async fn own(&self, daemon: &Daemon, uid: u32) -> Result<Accounts, PrtError> {
        let name = person::account(uid).await?;
        let known = self.of(uid);
        if known.iter().any(|account| account.record().account != name) {
            tracing::warn!("user {uid} is somebody else now: the former one's sign-on is removed");
            self.remove(&daemon.store, uid)?;
            return Err(PrtError::None);
        }
        if known.is_empty() {
            return Err(PrtError::None);
        }
        Ok(known)
    }

    /// The account that a request is about: the named one, or the user's default.
    pub(super) async fn pick(
        &self,
        daemon: &Daemon,
        uid: u32,
        asked: Option<&str>,
    ) -> Result<Arc<Account>, PrtError> {
        let own = self.own(daemon, uid).await?;
        let Some(asked) = asked else {
            return default(&own).ok_or(PrtError::None);
        };
        let named = |account: &&Arc<Account>| {
            let home = account.record().who.as_ref().and_then(Who::home);
            home.is_some_and(|home| home.eq_ignore_ascii_case(asked))
        };
        own.iter().find(named).cloned().ok_or(PrtError::Account)
    }

    /// The user's default account, or a first one, for somebody who is about to sign in.
    pub(super) async fn enter(&self, daemon: &Daemon, uid: u32) -> Result<Arc<Account>, PrtError> {
        match self.pick(daemon, uid, None).await {
            Err(PrtError::None) => {
                let name = person::account(uid).await?;
                let mut users = self.lock();
                let own = users.entry(uid).or_default();
                if let Some(there) = default(own) {
                    return Ok(there);
                }
                let first = Arc::new(Account::new(Record::new(uid, name, 0)));
                own.push(Arc::clone(&first));
                Ok(first)
            }
            other => other,
        }
    }

    /// The user's account of this person.
    pub(super) fn of_person(&self, uid: u32, who: &Who) -> Option<Arc<Account>> {
        find(&self.of(uid), who)
    }

    /// What is known of a user's default account, without asking who that is.
    pub(super) fn look(&self, uid: u32) -> Option<Arc<Account>> {
        default(&self.of(uid))
    }

    fn of(&self, uid: u32) -> Accounts {
        self.lock().get(&uid).cloned().unwrap_or_default()
    }

    /// The one way to change a record: on a copy, saved, then valid, then told. Only while the device is joined.
    pub(super) fn change(
        &self,
        daemon: &Daemon,
        account: &Account,
        edit: impl FnOnce(&mut Record),
    ) -> Result<(), PrtError> {
        joined(daemon)?;
        // Somebody else has this id by now, or it was signed out: nothing of it is written any more.
        let users = self.lock();
        let mut own = users.get(&account.uid).into_iter().flatten();
        if !own.any(|known| std::ptr::eq(Arc::as_ptr(known), account)) {
            return Err(PrtError::Person);
        }
        {
            let mut current = account.record();
            let mut next = current.clone();
            edit(&mut next);
            if next == *current {
                return Ok(());
            }
            next.save(&daemon.store)?;
            *current = next;
        }
        drop(users);
        self.told(daemon, account.uid);
        Ok(())
    }

    /// One account more, for a person who has none here yet.
    pub(super) async fn add(
        &self,
        daemon: &Daemon,
        uid: u32,
        who: &Who,
        edit: impl FnOnce(&mut Record),
    ) -> Result<(), PrtError> {
        joined(daemon)?;
        let name = person::account(uid).await?;
        let mut users = self.lock();
        let own = users.entry(uid).or_default();
        if find(own, who).is_some() {
            return Err(PrtError::Account);
        }
        let free = |slot: &u32| own.iter().all(|account| account.slot != *slot);
        let slot = (0..MOST_ACCOUNTS).find(free).ok_or(PrtError::Full)?;
        let mut record = Record::new(uid, name, slot);
        edit(&mut record);
        record.save(&daemon.store)?;
        own.push(Arc::new(Account::new(record)));
        own.sort_by_key(|account| account.slot);
        drop(users);
        self.told(daemon, uid);
        Ok(())
    }

    /// Makes an account the user's default.
    pub(super) fn choose(&self, daemon: &Daemon, account: &Account) -> Result<(), PrtError> {
        let own = self.of(account.uid);
        let most = own.iter().map(|other| other.record().chosen).max();
        if default(&own).is_some_and(|first| first.slot == account.slot) {
            return Ok(());
        }
        self.change(daemon, account, |record| {
            record.chosen = most.unwrap_or(0).saturating_add(1);
        })
    }

    /// Signs one account out: its token and keys are taken away.
    pub(super) fn sign_out(&self, daemon: &Daemon, account: &Account) -> Result<(), PrtError> {
        let mut users = self.lock();
        hello::forget(&daemon.store, account)?;
        daemon.store.remove(&file(account.uid, account.slot))?;
        if let Some(own) = users.get_mut(&account.uid) {
            own.retain(|known| known.slot != account.slot);
        }
        account.forget();
        drop(users);
        self.told(daemon, account.uid);
        Ok(())
    }

    /// This user's next sign-in asks for the second factor.
    pub(super) fn wants_fresh(&self, uid: u32) {
        self.fresh().insert(uid, Instant::now());
    }

    /// A sign-in has ended that may have asked for it.
    pub(super) fn fresh_was_asked(&self, uid: u32) {
        self.fresh().remove(&uid);
    }

    pub(super) fn fresh_is_wanted(&self, uid: u32) -> bool {
        let mut fresh = self.fresh();
        fresh.retain(|_, since| since.elapsed() < FRESH);
        fresh.contains_key(&uid)
    }

    fn fresh(&self) -> MutexGuard<'_, BTreeMap<u32, Instant>> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something of this user's is other than it was.
    pub(super) fn told(&self, daemon: &Daemon, uid: u32) {
        self.changed.notify_one();
        let public = status::public(daemon, &daemon.record());
        let event = Event::StatusChanged(Box::new(public));
        // Nobody subscribed is no failure.
        daemon.events.send((uid, event)).ok();
    }

    /// Takes one user's away.
    pub(super) fn remove(&self, store: &Store, uid: u32) -> Result<(), StoreError> {
        for account in self.lock().remove(&uid).unwrap_or_default() {
            account.forget();
        }
        self.programs().forget(uid);
        store.remove_folder(&folder(uid))
    }

    /// Takes everybody's away: the device leaves.
    pub fn purge(&self, store: &Store) -> Result<(), StoreError> {
        self.pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, task) in std::mem::take(&mut *waiting) {
            task.abort();
        }
        drop(waiting);
        for account in std::mem::take(&mut *self.lock()).into_values().flatten() {
            account.forget();
        }
        *self.programs() = Programs::default();
        for name in store.names(FOLDER)? {
            store.remove_folder(&format!("{FOLDER}/{name}"))?;
        }
        self.changed.notify_one();
        Ok(())
    }

    pub(super) fn programs(&self) -> MutexGuard<'_, Programs> {
        self.programs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Accounts>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn joined(daemon: &Daemon) -> Result<(), PrtError> {
    let machine = daemon.record();
    if machine.device.is_none() || machine.leaving.is_some() {
        return Err(PrtError::NotJoined);
    }
    Ok(())
}

/// The one that was chosen last; else the first.
pub(super) fn default(own: &[Arc<Account>]) -> Option<Arc<Account>> {
    own.iter()
        .rev()
        .max_by_key(|account| account.record().chosen)
        .cloned()
}

fn find(own: &[Arc<Account>], who: &Who) -> Option<Arc<Account>> {
    let is = |account: &&Arc<Account>| {
        let record = account.record();
        let known = record.who.as_ref();
        known.is_some_and(|known| same_person(known, who))
    };
    own.iter().find(is).cloned()
}
