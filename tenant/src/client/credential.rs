//! How an application proves who it is: secrets, kept as salted hashes, and public keys for signed assertions.

use aws_lc_rs::{constant_time, hmac};
use dovetail_shared::UnixTime;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::random;
use crate::store::{Store, StoreError, query};

/// Most credentials of one application: each is tried.
const MOST: usize = 8;

/// A credential could not be kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CredentialError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Random(#[from] random::NoRandom),
    #[error("the secret is empty")]
    Empty,
    #[error("that is no certificate of an RSA key")]
    Certificate,
}

/// Adds a secret. Only HMAC-SHA-256 of it under a fresh salt is kept.
pub(crate) async fn add_secret(
    store: &Store,
    client_id: &str,
    secret: &str,
    now: UnixTime,
) -> Result<(), CredentialError> {
    if secret.is_empty() {
        return Err(CredentialError::Empty);
    }
    let salt = random::bytes::<16>()?;
    insert(
        store,
        client_id,
        "secret",
        &hashed(&salt, secret),
        &salt,
        now,
    )
    .await
}

/// Adds the key of a certificate (DER) that the application signs assertions with.
pub(crate) async fn add_key(
    store: &Store,
    client_id: &str,
    certificate: &[u8],
    now: UnixTime,
) -> Result<(), CredentialError> {
    let (_, read) =
        X509Certificate::from_der(certificate).map_err(|_| CredentialError::Certificate)?;
    // PKCS#1: what verification takes.
    let key = &read.public_key().subject_public_key.data;
    dovetail_shared::rsa_blob::RsaPublic::from_pkcs1(key)
        .map_err(|_| CredentialError::Certificate)?;
    insert(store, client_id, "key", key, &[], now).await
}

async fn insert(
    store: &Store,
    client_id: &str,
    kind: &str,
    value: &[u8],
    salt: &[u8],
    now: UnixTime,
) -> Result<(), CredentialError> {
    query(
        "INSERT INTO app_credential (id, client_id, kind, value, salt, names, created) VALUES ($1, $2, $3, $4, $5, '', $6)",
    )
    .bind(random::ordered_guid(now)?.to_string())
    .bind(client_id)
    .bind(kind)
    .bind(value.to_vec())
    .bind(salt.to_vec())
    .bind(now.0)
    .execute(store)
    .await?;
    Ok(())
}

/// Whether that is one of the application's secrets. All of them are compared, each in constant time.
pub(crate) async fn check_secret(
    store: &Store,
    client_id: &str,
    secret: &str,
) -> Result<bool, StoreError> {
    let mut right = false;
    let secrets = store.remember(
        "secrets",
        client_id,
        credentials(store, client_id, "secret"),
    );
    for (value, salt) in secrets.await?.iter() {
        let same = constant_time::verify_slices_are_equal(&hashed(salt, secret), value).is_ok();
        right |= same;
    }
    Ok(right)
}

/// The application's keys, PKCS#1 DER.
pub(super) async fn keys(store: &Store, client_id: &str) -> Result<Vec<Vec<u8>>, StoreError> {
    let all = credentials(store, client_id, "key").await?;
    Ok(all.into_iter().map(|(value, _)| value).collect())
}

async fn credentials(
    store: &Store,
    client_id: &str,
    kind: &str,
) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
    let rows = query("SELECT value, salt FROM app_credential WHERE client_id = $1 AND kind = $2 ORDER BY id DESC")
        .bind(client_id)
        .bind(kind)
        .fetch_all(store)
        .await?;
    rows.iter()
        .take(MOST)
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}

fn hashed(salt: &[u8], secret: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, salt);
    hmac::sign(&key, secret.as_bytes()).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [ID-17] What is compared is an HMAC of what was sent, so the time says nothing of how much of a guess is right.
    #[test]
    fn a_hash_depends_on_secret_and_salt() {
        assert_eq!(hashed(b"salt", "secret"), hashed(b"salt", "secret"));
        assert_ne!(hashed(b"salt", "secret"), hashed(b"salt", "secreu"));
        assert_ne!(hashed(b"salt", "secret"), hashed(b"salu", "secret"));
        assert_eq!(hashed(b"salt", "").len(), 32);
    }
}
