//! Passwords: Argon2id, and only a few at a time, because each check takes memory on purpose.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use tokio::sync::Semaphore;

/// A hash could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed")]
pub(crate) struct HashError;

/// Checks at a time.
const PLACES: usize = 2;
/// Checks that may wait: a second or two. More would wait longer than anybody stays.
const WAITING: usize = 32;

/// Too many passwords are being checked.
#[derive(Debug, thiserror::Error)]
#[error("too many passwords are being checked")]
pub(crate) struct Busy;

/// Checks and makes password hashes. Two at a time: a flood of guesses waits here and not in everybody's way, and beyond a short
/// queue is sent away.
#[derive(Debug, Clone)]
pub(crate) struct Hasher {
    places: Arc<Semaphore>,
    /// Those who wait, and those who are being served.
    queue: Arc<Semaphore>,
    /// Hash of no password: an unknown user costs the same time as a wrong guess.
    nobody: Arc<str>,
}

impl Hasher {
    pub(crate) fn new() -> Result<Self, HashError> {
        Ok(Self {
            places: Arc::new(Semaphore::new(PLACES)),
            queue: Arc::new(Semaphore::new(PLACES + WAITING)),
            nobody: hash("")?.into(),
        })
    }

    /// Whether the password is the one behind `stored`; with nothing stored, the answer is no after the same time.
    pub(crate) async fn check(
        &self,
        password: String,
        stored: Option<String>,
    ) -> Result<bool, Busy> {
        let _turn = self.queue.try_acquire().map_err(|_| Busy)?;
        let place = self.places.clone().acquire_owned().await;
        let place = place.map_err(|_| Busy)?;
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.to_string());
        let right = tokio::task::spawn_blocking(move || {
            // The place belongs to the work, not to whoever waits for it: hanging up does not free it.
            let _place = place;
            let password = zeroize::Zeroizing::new(password);
            PasswordHash::new(&stored).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            })
        });
        Ok(right.await.unwrap_or(false) && known)
    }
}

/// A PHC string for a new password.
pub(crate) fn hash(password: &str) -> Result<String, HashError> {
    let salt = crate::random::bytes::<16>().map_err(|_| HashError)?;
    let salt = SaltString::encode_b64(&salt).map_err(|_| HashError)?;
    Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|_| HashError)
}
