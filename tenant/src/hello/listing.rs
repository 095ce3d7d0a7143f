//! Keys as people are shown them: whose, and on which device.

use dovetail_shared::UnixTime;
use dovetail_shared::id::{DeviceId, ObjectId};
use uuid::Uuid;

use crate::device::Stretch;
use crate::store::{Row, Store, StoreError, query};

/// A key of a list.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) id: Uuid,
    /// What assertions name.
    pub(crate) kid: String,
    pub(crate) upn: String,
    pub(crate) device: DeviceId,
    pub(crate) device_name: String,
    pub(crate) created: UnixTime,
}

/// Keys with their people's and devices' names.
macro_rules! keys {
    ($rest:literal) => {
        concat!(
            "SELECT hello_key.id, kid, upn, hello_key.device, device.display_name, hello_key.created FROM hello_key
             JOIN \"user\" ON \"user\".id = user_id JOIN device ON device.id = hello_key.device ",
            $rest
        )
    };
}

/// Everybody's, by name.
pub(crate) async fn all(store: &Store) -> Result<Vec<Listed>, StoreError> {
    let rows = query(keys!("ORDER BY upn, hello_key.id"))
        .fetch_all(store)
        .await?;
    rows.iter().map(read).collect()
}

/// A stretch of one person's, by id.
pub(crate) async fn keys_of(
    store: &Store,
    user: ObjectId,
    stretch: Stretch,
) -> Result<Vec<Listed>, StoreError> {
    let rows = query(keys!(
        "WHERE user_id = $1 AND hello_key.id > $2 ORDER BY hello_key.id LIMIT $3"
    ))
    .bind(user.to_string())
    .bind(stretch.after())
    .bind(stretch.most())
    .fetch_all(store)
    .await?;
    rows.iter().map(read).collect()
}

/// The one of that id, if it is that person's.
pub(crate) async fn key_of(
    store: &Store,
    user: ObjectId,
    id: Uuid,
) -> Result<Option<Listed>, StoreError> {
    let row = query(keys!("WHERE user_id = $1 AND hello_key.id = $2"))
        .bind(user.to_string())
        .bind(id.to_string())
        .fetch_optional(store)
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Listed, StoreError> {
    let (id, device): (String, String) = (row.try_get(0)?, row.try_get(3)?);
    Ok(Listed {
        id: parse(&id)?,
        kid: row.try_get(1)?,
        upn: row.try_get(2)?,
        device: parse(&device)?,
        device_name: row.try_get(4)?,
        created: UnixTime(row.try_get(5)?),
    })
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<T, StoreError>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse()
        .map_err(|error: T::Err| StoreError::Decode(Box::new(error)))
}
