//! What is made from small tables that rarely change is kept until one of them does.
//!
//! The tables move a number when they change (migration 0901), in the same transaction: whoever sees the old number may use
//! what was made under it. So a change is seen by every server of the database with its next request.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use super::connection::{Database, Store};
use super::error::StoreError;
use super::query::query;

/// Things of one kind that are kept at most; beyond that all are let go.
const MOST: usize = 1024;
/// Longest name of a thing that is kept.
const LONGEST: usize = 64;
/// For how long the number need not be asked for again where asking is a journey.
const FRESH: Duration = Duration::from_millis(50);

type Thing = Arc<dyn Any + Send + Sync>;
type Kind = HashMap<String, (i64, Thing)>;

/// What is kept.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    kinds: RwLock<HashMap<&'static str, Kind>>,
    asked: Mutex<Option<(i64, Instant)>>,
}

impl Remembered {
    fn find(&self, kind: &'static str, name: &str, epoch: i64) -> Option<Thing> {
        let kinds = self.kinds.read().unwrap_or_else(PoisonError::into_inner);
        let (made, thing) = kinds.get(kind)?.get(name)?;
        (*made == epoch).then(|| thing.clone())
    }

    fn keep(&self, kind: &'static str, name: &str, epoch: i64, thing: Thing) {
        if name.len() > LONGEST {
            return;
        }
        let mut kinds = self.kinds.write().unwrap_or_else(PoisonError::into_inner);
        let things = kinds.entry(kind).or_default();
        if things.len() >= MOST {
            things.clear();
        }
        things.insert(name.to_owned(), (epoch, thing));
    }
}

impl Store {
    /// The thing of that kind and name, as `make` makes it from tables that move the epoch; from memory where none has changed.
    pub(crate) async fn remember<T, E>(
        &self,
        kind: &'static str,
        name: &str,
        make: impl Future<Output = Result<T, E>>,
    ) -> Result<Arc<T>, E>
    where
        T: Send + Sync + 'static,
        E: From<StoreError>,
    {
        // Before anything is read: what is made is at least as new.
        let epoch = self.epoch().await?;
        let known = self.remembered.find(kind, name, epoch);
        if let Some(thing) = known.and_then(|thing| thing.downcast::<T>().ok()) {
            return Ok(thing);
        }
        let thing = Arc::new(make.await?);
        self.remembered.keep(kind, name, epoch, thing.clone());
        Ok(thing)
    }

    /// The number that moves with every change of the small tables.
    pub(crate) async fn epoch(&self) -> Result<i64, StoreError> {
        if matches!(self.database, Database::Sqlite(_)) {
            return self.ask_epoch().await;
        }
        let asked = &self.remembered.asked;
        let known = *asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((epoch, when)) = known
            && when.elapsed() < FRESH
        {
            return Ok(epoch);
        }
        let when = Instant::now();
        let epoch = self.ask_epoch().await?;
        *asked.lock().unwrap_or_else(PoisonError::into_inner) = Some((epoch, when));
        Ok(epoch)
    }

    async fn ask_epoch(&self) -> Result<i64, StoreError> {
        query("SELECT number FROM epoch")
            .fetch_one(self)
            .await?
            .try_get(0)
    }
}
