//! Devices in pages, by object id, and the people of a device. Every statement goes by an index and has an end.

use dovetail_shared::id::{DeviceId, ObjectId};

use super::Device;
use super::store::{parse, read, select};
use crate::store::{Store, StoreError, query};

/// A stretch of a list: so many entries behind an id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    /// `None`: from the beginning.
    pub(crate) after: Option<ObjectId>,
    pub(crate) most: usize,
}

impl Stretch {
    /// The id as text; nothing sorts before the empty one.
    pub(crate) fn after(&self) -> String {
        self.after.map(|id| id.to_string()).unwrap_or_default()
    }

    /// The number of entries as the store takes it.
    pub(crate) fn most(&self) -> i64 {
        i64::try_from(self.most).unwrap_or(i64::MAX)
    }
}

/// Devices of everybody.
pub(crate) async fn devices_in(store: &Store, stretch: Stretch) -> Result<Vec<Device>, StoreError> {
    let rows = query(select!("WHERE object_id > $1 ORDER BY object_id LIMIT $2"))
        .bind(stretch.after())
        .bind(stretch.most())
        .fetch_all(store)
        .await?;
    rows.iter().map(read).collect()
}

/// Devices that somebody registered, or is an `owner` or `user` of.
pub(crate) async fn devices_of(
    store: &Store,
    user: ObjectId,
    relation: &str,
    stretch: Stretch,
) -> Result<Vec<Device>, StoreError> {
    let rows = query(select!(
        "WHERE (owner_id = $1 OR device.id IN (SELECT device_id FROM device_person WHERE user_id = $1 AND relation = $2))
           AND object_id > $3 ORDER BY object_id LIMIT $4"
    ))
    .bind(user.to_string())
    .bind(relation)
    .bind(stretch.after())
    .bind(stretch.most())
    .fetch_all(store)
    .await?;
    rows.iter().map(read).collect()
}

/// The device whose directory object has that id.
pub(crate) async fn device_by_object(
    store: &Store,
    id: ObjectId,
) -> Result<Option<Device>, StoreError> {
    let row = query(select!("WHERE object_id = $1"))
        .bind(id.to_string())
        .fetch_optional(store)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The people added to a device in that relation, beside the one who registered it.
pub(crate) async fn added_people(
    store: &Store,
    device: DeviceId,
    relation: &str,
) -> Result<Vec<ObjectId>, StoreError> {
    let rows = query(
        "SELECT user_id FROM device_person WHERE device_id = $1 AND relation = $2 ORDER BY user_id",
    )
    .bind(device.to_string())
    .bind(relation)
    .fetch_all(store)
    .await?;
    let ids = rows.iter().map(|row| row.try_get::<String, _>(0));
    ids.map(|id| parse(&id?)).collect()
}

/// Adds somebody to a device; twice is once.
pub(crate) async fn add_person(
    store: &Store,
    device: DeviceId,
    relation: &str,
    user: ObjectId,
) -> Result<(), StoreError> {
    query("INSERT INTO device_person (device_id, relation, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(device.to_string())
        .bind(relation)
        .bind(user.to_string())
        .execute(store)
        .await?;
    Ok(())
}

/// Takes somebody off. `false` when they were not added.
pub(crate) async fn remove_person(
    store: &Store,
    device: DeviceId,
    relation: &str,
    user: ObjectId,
) -> Result<bool, StoreError> {
    let gone =
        query("DELETE FROM device_person WHERE device_id = $1 AND relation = $2 AND user_id = $3")
            .bind(device.to_string())
            .bind(relation)
            .bind(user.to_string())
            .execute(store)
            .await?;
    Ok(gone.rows_affected() > 0)
}

/// What may be written over a device's description; `None` leaves it.
#[derive(Debug, Default)]
pub(crate) struct Description {
    pub(crate) display_name: Option<String>,
    pub(crate) os_type: Option<String>,
    pub(crate) os_version: Option<String>,
    /// `extensionAttributes`, JSON.
    pub(crate) extension: Option<String>,
}

/// Writes over it. `false` when the device is not there.
pub(crate) async fn describe(
    store: &Store,
    id: DeviceId,
    new: &Description,
) -> Result<bool, StoreError> {
    let changed = query(
        "UPDATE device SET display_name = coalesce($1, display_name), os_type = coalesce($2, os_type), os_version = coalesce($3, os_version) WHERE id = $4",
    )
    .bind(&new.display_name)
    .bind(&new.os_type)
    .bind(&new.os_version)
    .bind(id.to_string())
    .execute(store)
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(false);
    }
    if let Some(attributes) = &new.extension {
        query("INSERT INTO device_extension (device_id, attributes) VALUES ($1, $2) ON CONFLICT (device_id) DO UPDATE SET attributes = excluded.attributes")
            .bind(id.to_string())
            .bind(attributes)
            .execute(store)
            .await?;
    }
    Ok(true)
}

/// `extensionAttributes` of a device, JSON.
pub(crate) async fn extension(store: &Store, id: DeviceId) -> Result<Option<String>, StoreError> {
    let row = query("SELECT attributes FROM device_extension WHERE device_id = $1")
        .bind(id.to_string())
        .fetch_optional(store)
        .await?;
    row.map(|row| row.try_get(0)).transpose()
}
