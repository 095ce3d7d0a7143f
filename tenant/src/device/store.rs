//! Devices in the store. A device, its certificate's row in the issuance log and its owner's count change in one transaction.

use dovetail_shared::UnixTime;
use dovetail_shared::drs::JoinType;
use dovetail_shared::id::{DeviceId, ObjectId};

use super::evidence::keep;
use super::revoked::{Change, note};
use super::{Device, Evidence, ManagedState};
use crate::ca::{Issued, Remembered, record};
use crate::clock;
use crate::mdm::{RetiredBy, retire};
use crate::store::{Connection, Operation, Row, Store, StoreError, query};

/// What is kept of a registration.
#[derive(Debug)]
pub(crate) struct New {
    pub(crate) id: DeviceId,
    /// For a new one.
    pub(crate) object_id: ObjectId,
    /// What was known of the key when the certificate was made for it.
    pub(crate) known: Option<Known>,
    pub(crate) owner: ObjectId,
    /// Devices that the owner may have, this one among them; asked of new ones only.
    pub(crate) limit: i64,
    pub(crate) display_name: String,
    pub(crate) os_type: String,
    pub(crate) os_version: String,
    pub(crate) join_type: JoinType,
    pub(crate) attested: bool,
    pub(crate) key_hash: Vec<u8>,
    pub(crate) transport_modulus: Vec<u8>,
    /// `None`: not to be kept.
    pub(crate) evidence: Option<Evidence>,
    pub(crate) certificate: Certificate,
    pub(crate) now: UnixTime,
}

/// The certificate of a registration.
#[derive(Debug, Clone)]
pub(crate) enum Certificate {
    Fresh(Issued),
    /// The one that the key had: it stands in the log already.
    Again(Issued),
}

impl Certificate {
    pub(crate) fn issued(&self) -> &Issued {
        match self {
            Self::Fresh(issued) | Self::Again(issued) => issued,
        }
    }
}

/// The device behind a key.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) id: DeviceId,
    pub(crate) owner: ObjectId,
    /// Its newest certificate.
    pub(crate) thumbprint: Vec<u8>,
    /// That one's number in the log.
    issuance: i64,
    /// What the log says of it.
    pub(crate) certificate: Option<Remembered>,
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

/// Keeps a new device, or the certificate of a known one.
///
/// Whether the key is known was asked before the certificate was made for it. Where it was, that is asked again here; where it was
/// not, no two rows may have one key.
impl Operation for New {
    type Output = Kept;
    type Error = StoreError;

    async fn run(&self, connection: &mut Connection) -> Result<Kept, StoreError> {
        let known = self.known.as_ref();
        if let Some(known) = known
            && !self.still_stands(known, connection).await?
        {
            return Ok(Kept::Raced);
        }
        if known.is_none() && !self.count(connection).await? {
            return Ok(Kept::LimitReached);
        }
        let issuance = match (&self.certificate, known) {
            (Certificate::Again(_), Some(known)) => known.issuance,
            (certificate, _) => record(connection, self.id, certificate.issued(), self.now).await?,
        };
        if known.is_some() {
            self.renew(connection, issuance).await?;
        } else {
            self.add(connection, issuance).await?;
        }
        Ok(Kept::Yes)
    }
}

impl New {
    /// Whether the key's device is the one that it was, with the certificate that it had.
    async fn still_stands(
        &self,
        known: &Known,
        connection: &mut Connection,
    ) -> Result<bool, StoreError> {
        let row = query("SELECT id, thumbprint FROM device WHERE public_key_hash = $1")
            .bind(&self.key_hash)
            .fetch_optional(connection)
            .await?;
        let Some(row) = row else { return Ok(false) };
        let (id, thumbprint): (String, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
        Ok(id == known.id.to_string() && thumbprint == known.thumbprint)
    }

    /// `false`: the owner has enough.
    async fn count(&self, connection: &mut Connection) -> Result<bool, StoreError> {
        let counted = query(
            "UPDATE \"user\" SET device_count = device_count + 1 WHERE id = $1 AND device_count < $2",
        )
        .bind(self.owner.to_string())
        .bind(self.limit)
        .execute(connection)
        .await?;
        Ok(counted.rows_affected() > 0)
    }

    async fn renew(&self, connection: &mut Connection, issuance: i64) -> Result<(), StoreError> {
        query(
            "UPDATE device SET display_name = $1, os_type = $2, os_version = $3, join_type = $4, attested = $5, transport_modulus = $6,
             thumbprint = $7, issuance = $8, last_logon = $9 WHERE id = $10",
        )
        .bind(&self.display_name)
        .bind(&self.os_type)
        .bind(&self.os_version)
        .bind(i64::from(self.join_type.number()))
        .bind(self.attested)
        .bind(&self.transport_modulus)
        .bind(&self.certificate.issued().thumbprint)
        .bind(issuance)
        .bind(self.now.0)
        .bind(self.id.to_string())
        .execute(&mut *connection)
        .await?;
        keep(connection, self.id, self.evidence.as_ref()).await
    }

    async fn add(&self, connection: &mut Connection, issuance: i64) -> Result<(), StoreError> {
        query(
            "INSERT INTO device (id, object_id, owner_id, display_name, os_type, os_version, join_type, attested, public_key_hash, transport_modulus,
             thumbprint, issuance, created, last_logon) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)",
        )
        .bind(self.id.to_string())
        .bind(self.object_id.to_string())
        .bind(self.owner.to_string())
        .bind(&self.display_name)
        .bind(&self.os_type)
        .bind(&self.os_version)
        .bind(i64::from(self.join_type.number()))
        .bind(self.attested)
        .bind(&self.key_hash)
        .bind(&self.transport_modulus)
        .bind(&self.certificate.issued().thumbprint)
        .bind(issuance)
        .bind(self.now.0)
        .execute(&mut *connection)
        .await?;
        match &self.evidence {
            Some(evidence) => keep(connection, self.id, Some(evidence)).await,
            None => Ok(()),
        }
    }
}

/// The device behind a public key's hash, with what is needed to issue its certificate again.
pub(crate) async fn known(store: &Store, key_hash: &[u8]) -> Result<Option<Known>, StoreError> {
    let row = query(
        "SELECT device.id, owner_id, device.thumbprint, issuance, serial, issued FROM device
         LEFT JOIN issuance ON issuance.number = device.issuance WHERE public_key_hash = $1",
    )
    .bind(key_hash)
    .fetch_optional(store)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (id, owner): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let thumbprint: Vec<u8> = row.try_get(2)?;
    let (serial, issued): (Option<Vec<u8>>, Option<i64>) = (row.try_get(4)?, row.try_get(5)?);
    let certificate = serial.zip(issued).map(|(serial, issued)| Remembered {
        serial,
        thumbprint: thumbprint.clone(),
        issued: UnixTime(issued),
    });
    Ok(Some(Known {
        id: parse(&id)?,
        owner: parse(&owner)?,
        thumbprint,
        issuance: row.try_get(3)?,
        certificate,
    }))
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

/// The device with the key of that hash, if its newest certificate is the one of that thumbprint.
pub(crate) async fn device_of_key(
    store: &Store,
    key_hash: &[u8],
    thumbprint: &[u8],
) -> Result<Option<Device>, StoreError> {
    let row = query(select!("WHERE public_key_hash = $1 AND thumbprint = $2"))
        .bind(key_hash)
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
    if !take_out(&mut transaction, id).await? {
        return Ok(false);
    }
    note(&mut transaction, store, id, Change::Gone).await?;
    transaction.commit().await?;
    Ok(true)
}

pub(super) async fn take_out(
    connection: &mut Connection,
    id: DeviceId,
) -> Result<bool, StoreError> {
    retire(connection, id, RetiredBy::Directory, clock::now()).await?;
    end_sign_ins(connection, id).await?;
    let row = query("DELETE FROM device WHERE id = $1 RETURNING owner_id")
        .bind(id.to_string())
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(false) };
    let owner: String = row.try_get(0)?;
    query("UPDATE \"user\" SET device_count = device_count - 1 WHERE id = $1")
        .bind(owner)
        .execute(connection)
        .await?;
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
    let (done, change) = if enabled {
        (enable(&mut transaction, id).await?, Change::Enabled)
    } else {
        (disable(&mut transaction, id).await?, Change::Disabled)
    };
    if done {
        note(&mut transaction, store, id, change).await?;
    }
    transaction.commit().await?;
    Ok(done)
}

pub(super) async fn disable(connection: &mut Connection, id: DeviceId) -> Result<bool, StoreError> {
    retire(connection, id, RetiredBy::Directory, clock::now()).await?;
    end_sign_ins(connection, id).await?;
    let done = query("UPDATE device SET enabled = 0 WHERE id = $1")
        .bind(id.to_string())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn enable(connection: &mut Connection, id: DeviceId) -> Result<bool, StoreError> {
    let done = query("UPDATE device SET enabled = 1 WHERE id = $1")
        .bind(id.to_string())
        .execute(connection)
        .await?;
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
        public_key_hash: row.try_get("public_key_hash")?,
        transport_modulus: row.try_get("transport_modulus")?,
        thumbprint: row.try_get("thumbprint")?,
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
