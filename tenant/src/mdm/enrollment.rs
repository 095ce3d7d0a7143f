//! Enrollments in the store: a managed device, its certificates, its terms of use change in one transaction.

use dovetail_shared::UnixTime;
use dovetail_shared::encode::hex_upper;
use dovetail_shared::id::{DeviceId, ObjectId};
use uuid::Uuid;

use super::context::Context;
use super::csr::ProvenKey;
use crate::ca::Issued;
use crate::store::{Connection, Store, StoreError, query};

/// What is kept of an enrollment.
#[derive(Debug)]
pub(super) struct New<'a> {
    pub(super) id: Uuid,
    pub(super) device: DeviceId,
    pub(super) user: ObjectId,
    pub(super) context: &'a Context,
    pub(super) key: &'a ProvenKey,
    pub(super) issued: &'a Issued,
    pub(super) not_after: UnixTime,
    /// The accepted terms' nonce, where terms apply.
    pub(super) terms: Option<&'a str>,
    /// Managed devices that the user may have.
    pub(super) limit: i64,
}

/// How keeping went.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Yes,
    /// The user has as many managed devices as are allowed.
    LimitReached,
    /// The key is another device's.
    KeyInUse,
    /// The terms were used for another device.
    TermsUsed,
    /// The device was enrolled or retired in between: look again.
    Raced,
}

/// The management id of a directory device that is managed.
pub(super) async fn alive(store: &Store, device: DeviceId) -> Result<Option<Uuid>, StoreError> {
    let row = query("SELECT id FROM mdm_device WHERE device_id = $1 AND retired IS NULL")
        .bind(device.to_string())
        .fetch_optional(store)
        .await?;
    row.map(|row| guid(&row.try_get::<String, _>(0)?))
        .transpose()
}

/// Keeps an enrollment. A device that enrolls again keeps its id and loses its old certificates.
pub(super) async fn keep(
    store: &Store,
    new: &New<'_>,
    known: bool,
    now: UnixTime,
) -> Result<Kept, StoreError> {
    let mut transaction = store.begin().await?;
    let (id, device) = (new.id.to_string(), new.device.to_string());
    let current = query("SELECT id FROM mdm_device WHERE device_id = $1 AND retired IS NULL")
        .bind(&device)
        .fetch_optional(&mut *transaction)
        .await?;
    let current: Option<String> = current.map(|row| row.try_get(0)).transpose()?;
    if current != known.then(|| id.clone()) {
        return Ok(Kept::Raced);
    }
    if key_of_another(&mut transaction, &new.key.hash, new.device).await? {
        return Ok(Kept::KeyInUse);
    }
    let others = query(
        "SELECT count(*) FROM mdm_device WHERE user_id = $1 AND retired IS NULL AND id <> $2",
    )
    .bind(new.user.to_string())
    .bind(&id)
    .fetch_one(&mut *transaction)
    .await?;
    if others.try_get::<i64, _>(0)? >= new.limit {
        return Ok(Kept::LimitReached);
    }
    if let Some(terms) = new.terms
        && !use_terms(&mut transaction, terms, &device, now).await?
    {
        return Ok(Kept::TermsUsed);
    }
    query(
        "INSERT INTO mdm_device (id, device_id, user_id, name, hardware_id, os_version, enrolled) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, name = excluded.name, hardware_id = excluded.hardware_id,
         os_version = excluded.os_version, enrolled = excluded.enrolled, compliant = NULL, reasons = '[]', judged = NULL",
    )
    .bind(&id)
    .bind(&device)
    .bind(new.user.to_string())
    .bind(new.context.name.as_deref().unwrap_or_default())
    .bind(&new.context.hardware_id)
    .bind(&new.context.os_version)
    .bind(now.0)
    .execute(&mut *transaction)
    .await?;
    query("UPDATE mdm_certificate SET revoked = $1 WHERE mdm_id = $2 AND revoked IS NULL")
        .bind(now.0)
        .bind(&id)
        .execute(&mut *transaction)
        .await?;
    add_certificate(
        &mut transaction,
        new.id,
        new.key,
        new.issued,
        (now, new.not_after),
    )
    .await?;
    transaction.commit().await?;
    Ok(Kept::Yes)
}

/// Writes the row of a certificate: none leaves the house without.
pub(super) async fn add_certificate(
    connection: &mut Connection,
    id: Uuid,
    key: &ProvenKey,
    issued: &Issued,
    (now, not_after): (UnixTime, UnixTime),
) -> Result<(), StoreError> {
    query("INSERT INTO mdm_certificate (thumbprint, serial, mdm_id, key_hash, issued, not_after) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(hex_upper(&issued.thumbprint))
        .bind(hex_upper(&issued.serial))
        .bind(id.to_string())
        .bind(&key.hash)
        .bind(now.0)
        .bind(not_after.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether a key was ever certified for another device here, or is another device's own in the directory.
pub(super) async fn key_of_another(
    connection: &mut Connection,
    key_hash: &[u8],
    device: DeviceId,
) -> Result<bool, StoreError> {
    let row = query(
        "SELECT (SELECT count(*) FROM mdm_certificate JOIN mdm_device ON mdm_device.id = mdm_id WHERE key_hash = $1 AND device_id <> $2)
              + (SELECT count(*) FROM device WHERE public_key_hash = $1 AND id <> $2)",
    )
    .bind(key_hash)
    .bind(device.to_string())
    .fetch_one(connection)
    .await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}

/// Uses an acceptance for a device. The same device may come again, because answers get lost; another may not.
async fn use_terms(
    connection: &mut Connection,
    terms: &str,
    device: &str,
    now: UnixTime,
) -> Result<bool, StoreError> {
    let used = query("UPDATE terms_acceptance SET device_id = $1, used = $2 WHERE id = $3 AND (device_id IS NULL OR device_id = $1)")
        .bind(device)
        .bind(now.0)
        .bind(terms)
        .execute(connection)
        .await?;
    Ok(used.rows_affected() == 1)
}

/// A GUID that we wrote ourselves.
pub(super) fn guid(text: &str) -> Result<Uuid, StoreError> {
    Uuid::try_parse(text).map_err(|error| StoreError::Decode(Box::new(error)))
}
