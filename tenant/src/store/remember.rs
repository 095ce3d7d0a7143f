//! What is made from small tables that rarely change is kept until one of them does.
//!
//! The tables move a number when they change (migration 0901), in the same transaction: whoever sees the old number may use
//! what was made under it. So a change is seen within moments ([`FRESH`]); on SQLite, a server's own at once.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use super::connection::Store;
use super::error::StoreError;
use super::query::query;

/// Things of one kind that are kept at most; beyond that all are let go.
const MOST: usize = 1024;
/// Longest name of a thing that is kept.
const LONGEST: usize = 64;
/// For how long the number need not be asked for again: from one commit of many to the next, which tells it, and a few times as
/// long as asking a database far away takes. A command ends when that has passed ([`seen_everywhere`]).
const FRESH: Duration = Duration::from_millis(5);

/// Asks for it.
pub(super) const EPOCH: &str = "SELECT number FROM epoch";

type Thing = Arc<dyn Any + Send + Sync>;
type Kind = HashMap<String, (i64, Thing)>;

/// What is kept.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    kinds: RwLock<HashMap<&'static str, Kind>>,
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
        // In a box, as what is rare is: others would be as large as it.
        let thing = Arc::new(Box::pin(make).await?);
        self.remembered.keep(kind, name, epoch, thing.clone());
        Ok(thing)
    }

    /// The number that moves with every change of the small tables.
    pub(crate) async fn epoch(&self) -> Result<i64, StoreError> {
        match self.epoch.known(FRESH) {
            Some(number) => Ok(number),
            None => Box::pin(self.ask_epoch()).await,
        }
    }

    async fn ask_epoch(&self) -> Result<i64, StoreError> {
        let when = Instant::now();
        let number = query(EPOCH).fetch_one(self).await?.try_get(0)?;
        self.epoch.learn(number, when);
        Ok(number)
    }
}

/// Returns when what this program has changed is seen by every server on the database.
pub(crate) async fn seen_everywhere() {
    tokio::time::sleep(FRESH).await;
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::store::open;

    /// A change is seen with the next look, however lately was looked; and what is made is kept until then.
    #[tokio::test]
    async fn what_this_server_changes_holds_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path(), None).await.unwrap();
        for round in 0..20_i64 {
            let made = || async { Ok::<_, StoreError>(round) };
            let seen = store.remember("round", "", made()).await.unwrap();
            assert_eq!(*seen, round);
            let later = async { Ok::<_, StoreError>(-1) };
            assert_eq!(*store.remember("round", "", later).await.unwrap(), round);
            query("INSERT INTO policy (name, value) VALUES ($1, 'x')")
                .bind(round.to_string())
                .execute(&store)
                .await
                .unwrap();
        }
    }
}
