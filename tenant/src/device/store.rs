//! Devices in the store. A device, its certificate's row in the issuance log and its owner's count change in one transaction.

use dovetail_shared::UnixTime;
use dovetail_shared::drs::JoinType;
use dovetail_shared::id::{DeviceId, ObjectId};

use super::{Device, ManagedState};
use crate::ca::{Issued, record};
use crate::mdm::{RetiredBy, retire};
use crate::store::{Connection, Operation, Row, Store, StoreError, query};
use crate::{clock, random};

/// What is kept of a registration.
#[derive(Debug)]
pub(crate) struct New {
    pub(crate) id: DeviceId,
    /// Whether the key was known when the certificate was made for it.
    pub(crate) known: bool,
    pub(crate) owner: ObjectId,
    /// Devices that the owner may have, this one among them; asked of new ones only.
    pub(crate) limit: i64,
    pub(crate) display_name: String,
    pub(crate) os_type: String,
    pub(crate) os_version: String,
    pub(crate) join_type: JoinType,
    pub(crate) key_hash: Vec<u8>,
    pub(crate) transport_key: Vec<u8>,
    pub(crate) security_id: String,
    pub(crate) csr: Vec<u8>,
    pub(crate) attestation: Option<String>,
    pub(crate) issued: Issued,
    pub(crate) now: UnixTime,
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

/// Keeps a new device, or the fresh certificate of a known one.
///
/// Whether the key is known was asked before the certificate was made for it; here it is asked again.
impl Operation for New {
    type Output = Kept;
    type Error = StoreError;

    async fn run(&self, connection: &mut Connection) -> Result<Kept, StoreError> {
        let current = query("SELECT id FROM device WHERE public_key_hash = $1")
            .bind(&self.key_hash)
            .fetch_optional(&mut *connection)
            .await?;
        let current: Option<String> = current.map(|row| row.try_get(0)).transpose()?;
        if current != self.known.then(|| self.id.to_string()) {
            return Ok(Kept::Raced);
        }
        if self.known {
            self.renew(connection).await?;
        } else if !self.add(connection).await? {
            return Ok(Kept::LimitReached);
        }
        record(connection, self.id, &self.issued, self.now).await?;
        Ok(Kept::Yes)
    }
}

impl New {
    async fn renew(&self, connection: &mut Connection) -> Result<(), StoreError> {
        query(
            "UPDATE device SET display_name = $1, os_type = $2, os_version = $3, join_type = $4, attested = $5, transport_key = $6, certificate = $7, thumbprint = $8,
             alternative_security_id = $9, csr = $10, attestation = $11, last_logon = $12 WHERE id = $13",
        )
        .bind(&self.display_name)
        .bind(&self.os_type)
        .bind(&self.os_version)
        .bind(i64::from(self.join_type.number()))
        .bind(self.attestation.is_some())
        .bind(&self.transport_key)
        .bind(&self.issued.der)
        .bind(&self.issued.thumbprint)
        .bind(&self.security_id)
        .bind(&self.csr)
        .bind(&self.attestation)
        .bind(self.now.0)
        .bind(self.id.to_string())
        .execute(connection)
        .await?;
        Ok(())
    }

    /// `false`: the owner has enough.
    async fn add(&self, connection: &mut Connection) -> Result<bool, StoreError> {
        let counted = query(
            "UPDATE \"user\" SET device_count = device_count + 1 WHERE id = $1 AND device_count < $2",
        )
        .bind(self.owner.to_string())
        .bind(self.limit)
        .execute(&mut *connection)
        .await?;
        if counted.rows_affected() == 0 {
            return Ok(false);
        }
        query(
            "INSERT INTO device (id, object_id, owner_id, display_name, os_type, os_version, join_type, attested, public_key_hash, transport_key,
             certificate, thumbprint, alternative_security_id, csr, attestation, created, last_logon) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        )
        .bind(self.id.to_string())
        .bind(random::guid().to_string())
        .bind(self.owner.to_string())
        .bind(&self.display_name)
        .bind(&self.os_type)
        .bind(&self.os_version)
        .bind(i64::from(self.join_type.number()))
        .bind(self.attestation.is_some())
        .bind(&self.key_hash)
        .bind(&self.transport_key)
        .bind(&self.issued.der)
        .bind(&self.issued.thumbprint)
        .bind(&self.security_id)
        .bind(&self.csr)
        .bind(&self.attestation)
        .bind(self.now.0)
        .bind(self.now.0)
        .execute(connection)
        .await?;
        Ok(true)
    }
}

/// Device and owner behind a public key's hash.
pub(crate) async fn owner_of_key(
    store: &Store,
    key_hash: &[u8],
) -> Result<Option<(DeviceId, ObjectId)>, StoreError> {
    let row = query("SELECT id, owner_id FROM device WHERE public_key_hash = $1")
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
            "SELECT device.*, \"user\".upn, mdm_device.id AS mdm_id, compliant, reasons FROM device JOIN \"user\" ON \"user\".id = owner_id
             LEFT JOIN mdm_device ON mdm_device.device_id = device.id AND retired IS NULL ",
            $rest
        )
    };
}

pub(super) use select;

/// The device of that id.
pub(crate) async fn device(store: &Store, id: DeviceId) -> Result<Option<Device>, StoreError> {
    let row = query(select!("WHERE device.id = $1"))
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
    let row = query(select!("WHERE thumbprint = $1"))
        .bind(thumbprint)
        .fetch_optional(store)
        .await?;
    row.as_ref().map(read).transpose()
}

/// All devices, oldest first.
pub(crate) async fn devices(store: &Store) -> Result<Vec<Device>, StoreError> {
    let rows = query(select!("ORDER BY created, device.rowid"))
        .fetch_all(store)
        .await?;
    rows.iter().map(read).collect()
}

/// Takes a device out of the directory; its management ends first. `false` when it is not there.
pub(crate) async fn delete(store: &Store, id: DeviceId) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    retire(&mut transaction, id, RetiredBy::Directory, clock::now()).await?;
    end_sign_ins(&mut transaction, id).await?;
    let row = query("DELETE FROM device WHERE id = $1 RETURNING owner_id")
        .bind(id.to_string())
        .fetch_optional(&mut *transaction)
        .await?;
    let Some(row) = row else { return Ok(false) };
    let owner: String = row.try_get(0)?;
    query("UPDATE \"user\" SET device_count = device_count - 1 WHERE id = $1")
        .bind(owner)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(true)
}

/// What the device vouched for ends with it, at once and for good: PRTs, refresh tokens, sessions in browsers.
async fn end_sign_ins(connection: &mut Connection, id: DeviceId) -> Result<(), StoreError> {
    for end in [
        "UPDATE prt SET revoked = 1 WHERE device = $1",
        "UPDATE lineage SET revoked = 1 WHERE device = $1",
        "DELETE FROM session WHERE device = $1",
    ] {
        query(end)
            .bind(id.to_string())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Enables or disables; disabling ends its management and its sign-ins first, and enabling does not bring those back. `false` when it is not there.
pub(crate) async fn set_enabled(
    store: &Store,
    id: DeviceId,
    enabled: bool,
) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    if !enabled {
        retire(&mut transaction, id, RetiredBy::Directory, clock::now()).await?;
        end_sign_ins(&mut transaction, id).await?;
    }
    let done = query("UPDATE device SET enabled = $1 WHERE id = $2")
        .bind(enabled)
        .bind(id.to_string())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(done.rows_affected() == 1)
}

pub(super) fn read(row: &Row) -> Result<Device, StoreError> {
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

fn managed(row: &Row) -> Result<Option<ManagedState>, StoreError> {
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
