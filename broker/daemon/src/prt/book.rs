//! All users' sign-on: found by uid, changed in one way, taken away together.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dovetail_shared::link::Event;

use super::error::PrtError;
use super::person;
use super::record::{FOLDER, Record, folder};
use super::sign_in::Pending;
use super::user::User;
use crate::Daemon;
use crate::handle::status;
use crate::store::{Store, StoreError};

/// The users, and the sign-ins that they have begun.
#[derive(Debug, Default)]
pub struct Book {
    users: Mutex<BTreeMap<u32, Arc<User>>>,
    pub(super) pending: Mutex<BTreeMap<u32, Pending>>,
    /// Told when the schedule may have changed.
    pub(super) changed: tokio::sync::Notify,
}

impl Book {
    /// Reads what there is. A record that cannot be read is left out: that user signs in again.
    pub fn load(store: &Store) -> Result<Self, StoreError> {
        let mut users = BTreeMap::new();
        for name in store.names(FOLDER)? {
            let Ok(uid) = name.parse::<u32>() else {
                continue;
            };
            if let Some(record) = Record::load(store, uid)? {
                users.insert(uid, Arc::new(User::new(record)));
            } else {
                tracing::warn!("the sign-on of user {uid} cannot be read");
            }
        }
        Ok(Self {
            users: Mutex::new(users),
            ..Self::default()
        })
    }

    pub(super) fn all(&self) -> Vec<Arc<User>> {
        self.lock().values().cloned().collect()
    }

    /// The user's sign-on, if it is still that user's: where the id now belongs to another account, the old one's is taken away.
    pub(super) async fn own(&self, daemon: &Daemon, uid: u32) -> Result<Arc<User>, PrtError> {
        let account = person::account(uid).await?;
        let known = self.lock().get(&uid).cloned();
        match known {
            Some(user) if user.record().account == account => Ok(user),
            Some(_) => {
                tracing::warn!(
                    "user {uid} is somebody else now: the former one's sign-on is removed"
                );
                self.remove(&daemon.store, uid)?;
                Err(PrtError::None)
            }
            None => Err(PrtError::None),
        }
    }

    /// The same, for somebody who is about to sign in.
    pub(super) async fn enter(&self, daemon: &Daemon, uid: u32) -> Result<Arc<User>, PrtError> {
        match self.own(daemon, uid).await {
            Err(PrtError::None) => {
                let account = person::account(uid).await?;
                let fresh = || Arc::new(User::new(Record::new(uid, account)));
                Ok(Arc::clone(self.lock().entry(uid).or_insert_with(fresh)))
            }
            other => other,
        }
    }

    /// What is known of a user, without asking who that is.
    pub(super) fn look(&self, uid: u32) -> Option<Record> {
        self.lock().get(&uid).map(|user| user.record().clone())
    }

    /// Why a user's last renewal failed, where that could not be saved.
    pub(super) fn trouble(&self, uid: u32) -> Option<dovetail_shared::Report> {
        self.lock().get(&uid)?.report()
    }

    /// The one way to change a record: on a copy, saved, then valid, then told. Only while the device is joined.
    pub(super) fn change(
        &self,
        daemon: &Daemon,
        user: &User,
        edit: impl FnOnce(&mut Record),
    ) -> Result<(), PrtError> {
        let machine = daemon.record();
        if machine.device.is_none() || machine.leaving.is_some() {
            return Err(PrtError::NotJoined);
        }
        // Somebody else has this id by now: nothing of the former one is written any more.
        let users = self.lock();
        if !users
            .get(&user.uid)
            .is_some_and(|known| std::ptr::eq(Arc::as_ptr(known), user))
        {
            return Err(PrtError::Person);
        }
        {
            let mut current = user.record();
            let mut next = current.clone();
            edit(&mut next);
            if next == *current {
                return Ok(());
            }
            next.save(&daemon.store)?;
            *current = next;
        }
        drop(users);
        self.changed.notify_one();
        // Nobody subscribed is no failure.
        let public = status::public(daemon, &machine);
        let event = Event::StatusChanged(Box::new(public));
        daemon.events.send((user.uid, event)).ok();
        Ok(())
    }

    /// Takes one user's away.
    pub(super) fn remove(&self, store: &Store, uid: u32) -> Result<(), StoreError> {
        if let Some(user) = self.lock().remove(&uid) {
            user.forget();
        }
        store.remove_folder(&folder(uid))
    }

    /// Takes everybody's away: the device leaves.
    pub fn purge(&self, store: &Store) -> Result<(), StoreError> {
        self.pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        for user in std::mem::take(&mut *self.lock()).into_values() {
            user.forget();
        }
        for name in store.names(FOLDER)? {
            store.remove_folder(&format!("{FOLDER}/{name}"))?;
        }
        self.changed.notify_one();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Arc<User>>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
