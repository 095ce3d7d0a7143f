//! The ring of keys: the newest active one signs, all of them are published and verify.

use std::sync::RwLock;
use std::sync::atomic::{AtomicI64, Ordering};

use dovetail_shared::jose::Jwk;
use tokio::sync::Mutex;

use super::ec::{self, EcKey};
use super::kept::KeyWrap;
use super::key::{KeyError, PublicKey, SigningKey, create};
use crate::clock;
use crate::store::{Store, StoreError, query};
use crate::vault::VaultError;

/// How many keys there are from the start: one signs, one waits, so that a rotation surprises nobody.
const FIRST_KEYS: usize = 2;

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
}

/// Signs tokens; keeps up with rotations made by the command line.
#[derive(Debug)]
pub(crate) struct Signer {
    keys: RwLock<Vec<SigningKey>>,
    /// For ES256; none until an application asks for it.
    ec: RwLock<Vec<EcKey>>,
    wrap: KeyWrap,
    /// The store's epoch under which they were read.
    epoch: AtomicI64,
    /// Who reads: one after the other, or a slow reader would put old keys back under a new number.
    turn: Mutex<()>,
}

impl Signer {
    /// Reads the ring, and makes it at first start.
    pub(crate) async fn open(store: &Store, wrap: KeyWrap) -> Result<Self, RingError> {
        let signer = Self {
            keys: RwLock::new(Vec::new()),
            ec: RwLock::new(Vec::new()),
            wrap,
            epoch: AtomicI64::new(0),
            turn: Mutex::default(),
        };
        let count: i64 = query("SELECT count(*) FROM signing_key")
            .fetch_one(store)
            .await?
            .try_get(0)?;
        for _ in usize::try_from(count).unwrap_or(0)..FIRST_KEYS {
            rotate(store, &signer.wrap).await?;
        }
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
        let rows = query("SELECT kid, pkcs8, certificate FROM signing_key WHERE active = 1 ORDER BY created DESC, rowid DESC").fetch_all(store).await?;
        let mut keys = Vec::new();
        for row in rows {
            let (kid, kept): (String, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
            let pkcs8 = self.wrap.unwrap(&kid, &kept)?;
            keys.push(SigningKey::read(&pkcs8, row.try_get(2)?)?);
        }
        if let Ok(mut held) = self.keys.write() {
            *held = keys;
        }
        self.refresh_ec(store).await
    }

    async fn refresh_ec(&self, store: &Store) -> Result<(), RingError> {
        let rows = query(
            "SELECT kid, pkcs8, certificate FROM ec_signing_key ORDER BY created DESC, kid LIMIT 3",
        )
        .fetch_all(store)
        .await?;
        let mut keys = Vec::new();
        for row in rows {
            let (kid, kept): (String, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
            let pkcs8 = self.wrap.unwrap(&kid, &kept)?;
            keys.push(EcKey::read(&pkcs8, row.try_get(2)?)?);
        }
        if let Ok(mut held) = self.ec.write() {
            *held = keys;
        }
        Ok(())
    }

    /// Sees to it that there is a key for ES256.
    pub(crate) async fn ensure_ec(&self, store: &Store) -> Result<(), RingError> {
        let missing = || self.ec.read().is_ok_and(|held| held.is_empty());
        if !missing() {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        if missing() {
            self.refresh_ec(store).await?;
        }
        if missing() {
            add_ec(store, &self.wrap).await?;
            self.refresh_ec(store).await?;
        }
        Ok(())
    }

    /// Signs with ES256, as [`Self::sign`] does with RS256. There is a key after [`Self::ensure_ec`].
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

    /// The public keys for ES256, newest first.
    pub(crate) fn published_ec(&self, issuer: &str) -> Vec<Jwk> {
        self.ec
            .read()
            .map(|keys| keys.iter().map(|key| key.jwk(issuer)).collect())
            .unwrap_or_default()
    }

    /// Signs with the newest key: its name and the signature that `message_for(kid)` gets.
    pub(crate) fn sign(
        &self,
        message_for: impl FnOnce(&str) -> String,
    ) -> Result<(String, Vec<u8>), KeyError> {
        let keys = self.keys.read().map_err(|_| KeyError::Crypto)?;
        let key = keys.first().ok_or(KeyError::Crypto)?;
        let message = message_for(&key.public.kid);
        let signature = key.sign(message.as_bytes())?;
        Ok((message, signature))
    }

    /// The public half of the key of that name.
    pub(crate) fn public(&self, kid: &str) -> Option<PublicKey> {
        self.keys
            .read()
            .ok()?
            .iter()
            .find(|key| key.public.kid == kid)
            .map(|key| key.public.clone())
    }

    /// The public point of the ES256 key of that name, uncompressed.
    pub(crate) fn public_ec(&self, kid: &str) -> Option<Vec<u8>> {
        let keys = self.ec.read().ok()?;
        let key = keys.iter().find(|key| key.kid == kid)?;
        Some(key.point().to_vec())
    }

    /// All public halves, newest first.
    pub(crate) fn published(&self) -> Vec<PublicKey> {
        self.keys
            .read()
            .map(|keys| keys.iter().map(|key| key.public.clone()).collect())
            .unwrap_or_default()
    }
}

/// Adds a key that signs from now on; of the old ones the two newest stay published.
pub(crate) async fn rotate(store: &Store, wrap: &KeyWrap) -> Result<(), RingError> {
    let stored = tokio::task::spawn_blocking(create)
        .await
        .map_err(|_| KeyError::Crypto)??;
    let kid = SigningKey::read(&stored.pkcs8, stored.certificate.clone())?
        .public
        .kid;
    query(
        "INSERT INTO signing_key (kid, pkcs8, certificate, created, active) VALUES ($1, $2, $3, $4, 1)",
    )
    .bind(&kid)
    .bind(wrap.wrap(&kid, &stored.pkcs8)?)
    .bind(stored.certificate)
    .bind(clock::now().0)
    .execute(store)
    .await?;
    query("UPDATE signing_key SET active = 0 WHERE kid NOT IN (SELECT kid FROM signing_key ORDER BY created DESC, rowid DESC LIMIT 3)")
        .execute(store)
        .await?;
    let ec = query("SELECT kid FROM ec_signing_key")
        .fetch_optional(store)
        .await?;
    match ec {
        Some(_) => add_ec(store, wrap).await,
        None => Ok(()),
    }
}

/// Adds a key for ES256, which signs from now on.
async fn add_ec(store: &Store, wrap: &KeyWrap) -> Result<(), RingError> {
    let stored = ec::create()?;
    let kid = EcKey::read(&stored.pkcs8, stored.certificate.clone())?.kid;
    query("INSERT INTO ec_signing_key (kid, pkcs8, certificate, created) VALUES ($1, $2, $3, $4)")
        .bind(&kid)
        .bind(wrap.wrap(&kid, &stored.pkcs8)?)
        .bind(stored.certificate)
        .bind(clock::now().0)
        .execute(store)
        .await?;
    Ok(())
}
