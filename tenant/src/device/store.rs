//! Devices in the store. A device, its certificate's row in the issuance log and its owner's count change in one transaction.

use dovetail_shared::UnixTime;
use dovetail_shared::drs::JoinType;
use dovetail_shared::id::{DeviceId, ObjectId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::security_id::alternative_security_id;
use super::{Device, ManagedState};
use crate::ca::{Issued, record};
use crate::mdm::{RetiredBy, retire};
use crate::store::{Store, StoreError};
use crate::{clock, random};

/// What is kept of a registration.
#[derive(Debug)]
pub(crate) struct New<'a> {
    pub(crate) id: DeviceId,
    pub(crate) owner: ObjectId,
    pub(crate) display_name: &'a str,
    pub(crate) os_type: &'a str,
    pub(crate) os_version: &'a str,
    pub(crate) join_type: JoinType,
    pub(crate) pkcs1: &'a [u8],
    pub(crate) key_hash: &'a [u8],
    pub(crate) transport_key: &'a [u8],
    pub(crate) csr: &'a [u8],
    pub(crate) attestation: Option<&'a str>,
    pub(crate) issued: &'a Issued,
}

/// How keeping went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Yes,
    /// The owner has as many devices as the tenant allows.
    LimitReached,
    /// Somebody registered or deleted this key in between: look again.
    Raced,
}

/// Keeps a new device, or the fresh certificate of a known one. `limit` counts new ones only.
///
/// Whether the key is known was asked before the certificate was made for it; here, where nobody else can write, it is asked again.
pub(crate) async fn keep(
    store: &Store,
    new: &New<'_>,
    known: bool,
    limit: i64,
    now: UnixTime,
) -> Result<Kept, StoreError> {
    let mut transaction = store.begin_with("BEGIN IMMEDIATE").await?;
    let current = sqlx::query("SELECT id FROM device WHERE public_key_hash = ?")
        .bind(new.key_hash)
        .fetch_optional(&mut *transaction)
        .await?;
    let current: Option<String> = current.map(|row| row.try_get(0)).transpose()?;
    if current != known.then(|| new.id.to_string()) {
        return Ok(Kept::Raced);
    }
    let security_id = alternative_security_id(&new.issued.thumbprint, new.pkcs1);
    if known {
        sqlx::query(
            "UPDATE device SET display_name = ?, os_type = ?, os_version = ?, join_type = ?, attested = ?, transport_key = ?, certificate = ?, thumbprint = ?,
             alternative_security_id = ?, csr = ?, attestation = ?, last_logon = ? WHERE id = ?",
        )
        .bind(new.display_name)
        .bind(new.os_type)
        .bind(new.os_version)
        .bind(i64::from(new.join_type.number()))
        .bind(new.attestation.is_some())
        .bind(new.transport_key)
        .bind(&new.issued.der)
        .bind(&new.issued.thumbprint)
        .bind(security_id)
        .bind(new.csr)
        .bind(new.attestation)
        .bind(now.0)
        .bind(new.id.to_string())
        .execute(&mut *transaction)
        .await?;
    } else {
        let counted = sqlx::query(
            "UPDATE user SET device_count = device_count + 1 WHERE id = ? AND device_count < ?",
        )
        .bind(new.owner.to_string())
        .bind(limit)
        .execute(&mut *transaction)
        .await?;
        if counted.rows_affected() == 0 {
            return Ok(Kept::LimitReached);
        }
        sqlx::query(
            "INSERT INTO device (id, object_id, owner_id, display_name, os_type, os_version, join_type, attested, public_key_hash, transport_key,
             certificate, thumbprint, alternative_security_id, csr, attestation, created, last_logon) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.id.to_string())
        .bind(random::guid().to_string())
        .bind(new.owner.to_string())
        .bind(new.display_name)
        .bind(new.os_type)
        .bind(new.os_version)
        .bind(i64::from(new.join_type.number()))
        .bind(new.attestation.is_some())
        .bind(new.key_hash)
        .bind(new.transport_key)
        .bind(&new.issued.der)
        .bind(&new.issued.thumbprint)
        .bind(security_id)
        .bind(new.csr)
        .bind(new.attestation)
        .bind(now.0)
        .bind(now.0)
        .execute(&mut *transaction)
        .await?;
    }
    record(&mut transaction, new.id, new.issued, now).await?;
    transaction.commit().await?;
    Ok(Kept::Yes)
}

/// Device and owner behind a public key's hash.
pub(crate) async fn owner_of_key(
    store: &Store,
    key_hash: &[u8],
) -> Result<Option<(DeviceId, ObjectId)>, StoreError> {
    let row = sqlx::query("SELECT id, owner_id FROM device WHERE public_key_hash = ?")
        .bind(key_hash)
        .fetch_optional(store)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (id, owner): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    Ok(Some((parse(&id)?, parse(&owner)?)))
}

/// Devices with their owner's name and their management.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT device.*, user.upn, mdm_device.id AS mdm_id, compliant, reasons FROM device JOIN user ON user.id = owner_id
             LEFT JOIN mdm_device ON mdm_device.device_id = device.id AND retired IS NULL ",
            $rest
        )
    };
}

pub(super) use select;

/// The device of that id.
pub(crate) async fn device(store: &Store, id: DeviceId) -> Result<Option<Device>, StoreError> {
    let row = sqlx::query(select!("WHERE device.id = ?"))
        .bind(id.to_string())
        .fetch_optional(store)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The device whose newest certificate has that thumbprint.
pub(crate) async fn device_by_thumbprint(
    store: &Store,
    thumbprint: &str,
) -> Result<Option<Device>, StoreError> {
    let row = sqlx::query(select!("WHERE thumbprint = ?"))
        .bind(thumbprint)
        .fetch_optional(store)
        .await?;
    row.as_ref().map(read).transpose()
}

/// All devices, oldest first.
pub(crate) async fn devices(store: &Store) -> Result<Vec<Device>, StoreError> {
    let rows = sqlx::query(select!("ORDER BY created, device.rowid"))
        .fetch_all(store)
        .await?;
    rows.iter().map(read).collect()
}

/// Takes a device out of the directory; its management ends first. `false` when it is not there.
pub(crate) async fn delete(store: &Store, id: DeviceId) -> Result<bool, StoreError> {
    let mut transaction = store.begin_with("BEGIN IMMEDIATE").await?;
    retire(&mut transaction, id, RetiredBy::Directory, clock::now()).await?;
    let row = sqlx::query("DELETE FROM device WHERE id = ? RETURNING owner_id")
        .bind(id.to_string())
        .fetch_optional(&mut *transaction)
        .await?;
    let Some(row) = row else { return Ok(false) };
    let owner: String = row.try_get(0)?;
    sqlx::query("UPDATE user SET device_count = device_count - 1 WHERE id = ?")
        .bind(owner)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(true)
}

/// Enables or disables; disabling ends its management first, and enabling does not bring that back. `false` when it is not there.
pub(crate) async fn set_enabled(
    store: &Store,
    id: DeviceId,
    enabled: bool,
) -> Result<bool, StoreError> {
    let mut transaction = store.begin_with("BEGIN IMMEDIATE").await?;
    if !enabled {
        retire(&mut transaction, id, RetiredBy::Directory, clock::now()).await?;
    }
    let done = sqlx::query("UPDATE device SET enabled = ? WHERE id = ?")
        .bind(enabled)
        .bind(id.to_string())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(done.rows_affected() == 1)
}

pub(super) fn read(row: &SqliteRow) -> Result<Device, StoreError> {
    let text = |name: &str| row.try_get::<String, _>(name);
    let join_type: i64 = row.try_get("join_type")?;
    Ok(Device {
        id: parse(&text("id")?)?,
        object_id: parse(&text("object_id")?)?,
        owner_id: parse(&text("owner_id")?)?,
        owner_upn: text("upn")?,
        display_name: text("display_name")?,
        os_type: text("os_type")?,
        os_version: text("os_version")?,
        join_type: u64::try_from(join_type)
            .ok()
            .and_then(JoinType::from_number)
            .unwrap_or(JoinType::Registered),
        enabled: row.try_get("enabled")?,
        attested: row.try_get("attested")?,
        transport_key: row.try_get("transport_key")?,
        certificate: row.try_get("certificate")?,
        thumbprint: text("thumbprint")?,
        alternative_security_id: text("alternative_security_id")?,
        csr: row.try_get("csr")?,
        attestation: row.try_get("attestation")?,
        created: UnixTime(row.try_get("created")?),
        last_logon: UnixTime(row.try_get("last_logon")?),
        managed: managed(row)?,
    })
}

fn managed(row: &SqliteRow) -> Result<Option<ManagedState>, StoreError> {
    let Some(id) = row.try_get("mdm_id")? else {
        return Ok(None);
    };
    Ok(Some(ManagedState {
        id,
        compliant: row.try_get("compliant")?,
        reasons: row.try_get("reasons")?,
    }))
}

pub(super) fn parse<T: std::str::FromStr>(text: &str) -> Result<T, StoreError>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse()
        .map_err(|error: T::Err| StoreError::Decode(Box::new(error)))
}
