//! The ring of keys: one signs, the one that signs next waits, and all of them are published and verify.

use std::sync::RwLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use dovetail_shared::jose::Jwk;
use tokio::sync::Mutex;

use super::ec::EcKey;
use super::kept::KeyWrap;
use super::key::{KeyError, PublicKey, SigningKey};
use super::kind::Kind;
use super::rotation::fill;
use crate::store::{Store, StoreError, query};
use crate::vault::VaultError;

/// How often names that nobody knows may send a server to the store, however many of them come.
const SEARCH: Duration = Duration::from_secs(1);

/// The ring could not be read or made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RingError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(
        "the signing key {0} was wrapped with another key than ca/signing.key: restore that file from a backup"
    )]
    Wrapped(String),
    #[error("no signing key waits for its turn: start a server of this version once")]
    NoneWaits,
}

/// Signs tokens; keeps up with rotations made by the command line.
#[derive(Debug)]
pub(crate) struct Signer {
    /// The one that signs is the first.
    rsa: RwLock<Vec<SigningKey>>,
    /// For ES256, in the same order; published once an application asks for it.
    ec: RwLock<Vec<EcKey>>,
    wrap: KeyWrap,
    /// The store's epoch under which they were read.
    epoch: AtomicI64,
    /// Who reads: one after the other, or a slow reader would put old keys back under a new number.
    turn: Mutex<Searched>,
}

/// When the store was last asked for a name that nobody knew.
#[derive(Debug, Default)]
struct Searched(Option<Instant>);

impl Searched {
    /// Whether it may be asked again at `now`; if so, it has been.
    fn again(&mut self, now: Instant) -> bool {
        let early = |last: Instant| now.saturating_duration_since(last) < SEARCH;
        let may = !self.0.is_some_and(early);
        if may {
            self.0 = Some(now);
        }
        may
    }
}

impl Signer {
    /// Reads the ring, and makes it at first start.
    pub(crate) async fn open(store: &Store, wrap: KeyWrap) -> Result<Self, RingError> {
        let signer = Self {
            rsa: RwLock::default(),
            ec: RwLock::default(),
            wrap,
            epoch: AtomicI64::new(0),
            turn: Mutex::default(),
        };
        fill(store, &signer.wrap).await?;
        signer.keep_up(store).await?;
        Ok(signer)
    }

    /// Reads the ring anew where something may have changed.
    pub(crate) async fn keep_up(&self, store: &Store) -> Result<(), RingError> {
        if self.epoch.load(Ordering::Acquire) == store.epoch().await? {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        let epoch = store.epoch().await?;
        if self.epoch.load(Ordering::Acquire) != epoch {
            self.refresh(store).await?;
            self.epoch.store(epoch, Ordering::Release);
        }
        Ok(())
    }

    /// Reads the ring anew: by whose turn it is.
    async fn refresh(&self, store: &Store) -> Result<(), RingError> {
        let (rsa, ec) = (self.read(store).await?, self.read(store).await?);
        if let Ok(mut held) = self.rsa.write() {
            *held = rsa;
        }
        if let Ok(mut held) = self.ec.write() {
            *held = ec;
        }
        Ok(())
    }

    async fn read<K: Kind>(&self, store: &Store) -> Result<Vec<K>, RingError> {
        let mut keys = Vec::new();
        for row in query(K::STATEMENTS.published).fetch_all(store).await? {
            let (kid, kept): (String, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
            let pkcs8 = self.wrap.unwrap(&kid, &kept)?;
            keys.push(K::read(&pkcs8, row.try_get(2)?)?);
        }
        Ok(keys)
    }

    /// Signs with ES256, as [`Self::sign`] does with RS256.
    pub(crate) fn sign_es256(
        &self,
        message_for: impl FnOnce(&str) -> String,
    ) -> Result<(String, Vec<u8>), KeyError> {
        let keys = self.ec.read().map_err(|_| KeyError::Crypto)?;
        let key = keys.first().ok_or(KeyError::Crypto)?;
        let message = message_for(&key.kid);
        let signature = key.sign(message.as_bytes())?;
        Ok((message, signature))
    }

    /// Signs with the key whose turn it is: its name and the signature that `message_for(kid)` gets.
    pub(crate) fn sign(
        &self,
        message_for: impl FnOnce(&str) -> String,
    ) -> Result<(String, Vec<u8>), KeyError> {
        let keys = self.rsa.read().map_err(|_| KeyError::Crypto)?;
        let key = keys.first().ok_or(KeyError::Crypto)?;
        let message = message_for(&key.public.kid);
        let signature = key.sign(message.as_bytes())?;
        Ok((message, signature))
    }

    /// The public half of the key of that name. A name that is not known here is looked for in the store, since another server may
    /// have heard of a new key earlier.
    pub(crate) async fn public(&self, store: &Store, kid: &str) -> Option<PublicKey> {
        let held = || {
            let keys = self.rsa.read().ok()?;
            let key = keys.iter().find(|key| key.public.kid == kid)?;
            Some(key.public.clone())
        };
        match held() {
            Some(key) => Some(key),
            None => Box::pin(self.search(store, held)).await,
        }
    }

    /// The public point of the ES256 key of that name, uncompressed. Looked for as [`Self::public`] does.
    pub(crate) async fn public_ec(&self, store: &Store, kid: &str) -> Option<Vec<u8>> {
        let held = || {
            let keys = self.ec.read().ok()?;
            let key = keys.iter().find(|key| key.kid == kid)?;
            Some(key.point().to_vec())
        };
        match held() {
            Some(point) => Some(point),
            None => Box::pin(self.search(store, held)).await,
        }
    }

    /// Reads the ring once more for somebody who found nothing. Not oftener than [`SEARCH`]: names are invented easily.
    async fn search<T>(&self, store: &Store, held: impl Fn() -> Option<T>) -> Option<T> {
        let mut searched = self.turn.lock().await;
        if let Some(found) = held() {
            return Some(found);
        }
        if !searched.again(Instant::now()) {
            return None;
        }
        if let Err(error) = self.refresh(store).await {
            tracing::error!(%error, "the signing keys could not be read");
        }
        held()
    }

    /// All public halves: what signs, what signs next, then from the newest on.
    pub(crate) fn published(&self) -> Vec<PublicKey> {
        self.rsa
            .read()
            .map(|keys| keys.iter().map(|key| key.public.clone()).collect())
            .unwrap_or_default()
    }

    /// The public keys for ES256, in the same order.
    pub(crate) fn published_ec(&self, issuer: &str) -> Vec<Jwk> {
        self.ec
            .read()
            .map(|keys| keys.iter().map(|key| key.jwk(issuer)).collect())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [ID-23] However many names come that nobody knows, the store is asked once a second.
    #[test]
    fn unknown_names_are_searched_for_once_a_second() {
        let (mut searched, begin) = (Searched::default(), Instant::now());
        let asked =
            (0..10_000).filter(|step| searched.again(begin + Duration::from_micros(step * 250)));
        assert_eq!(asked.count(), 3, "in two and a half seconds");
    }
}
