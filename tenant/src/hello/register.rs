//! Keeping a key. The same one again is the same one: an answer was lost.

use dovetail_shared::UnixTime;
use dovetail_shared::id::{DeviceId, ObjectId};
use uuid::Uuid;

use super::key::kid_of;
use crate::store::{Connection, Operation, Row, StoreError, query};

/// Keys that one person may have on one device. Who sets up Hello anew (another PIN, a cleared TPM, a second system) makes a new
/// key without taking the old one away: so there is room for some, and none is pushed out unseen.
pub(crate) const MOST: i64 = 10;

/// A key to be kept.
#[derive(Debug)]
pub(crate) struct Register {
    /// For a new one.
    pub(crate) id: Uuid,
    pub(crate) user: ObjectId,
    pub(crate) device: DeviceId,
    /// RSA1 blob, in its one form.
    pub(crate) blob: Vec<u8>,
    pub(crate) now: UnixTime,
}

/// How that went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Registered {
    /// It is there, under that id.
    As(Uuid),
    /// The device went away, or was disabled.
    NoDevice,
    /// It is somebody else's, or another device's.
    InUse,
    /// It was removed a moment ago: a token from before does not bring it back.
    Removed,
    LimitReached,
}

impl Operation for Register {
    type Output = Registered;
    type Error = StoreError;

    async fn run(&self, connection: &mut Connection) -> Result<Registered, StoreError> {
        // Asked by a change: whoever registers another key of the device, or takes the device out, waits until this one is through.
        let stands = query("UPDATE device SET enabled = enabled WHERE id = $1 AND enabled = 1")
            .bind(self.device.to_string())
            .execute(&mut *connection)
            .await?;
        if stands.rows_affected() == 0 {
            return Ok(Registered::NoDevice);
        }
        let kid = kid_of(&self.blob);
        let row = query("SELECT id, user_id, device FROM hello_key WHERE kid = $1")
            .bind(&kid)
            .fetch_optional(&mut *connection)
            .await?;
        if let Some(row) = row {
            return self.known(&row);
        }
        if self.was_removed(&kid, connection).await? {
            return Ok(Registered::Removed);
        }
        if self.count(connection).await? >= MOST {
            return Ok(Registered::LimitReached);
        }
        query("INSERT INTO hello_key (kid, id, user_id, device, material, created) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(&kid)
            .bind(self.id.to_string())
            .bind(self.user.to_string())
            .bind(self.device.to_string())
            .bind(&self.blob)
            .bind(self.now.0)
            .execute(connection)
            .await?;
        Ok(Registered::As(self.id))
    }
}

impl Register {
    fn known(&self, row: &Row) -> Result<Registered, StoreError> {
        let (id, user, device): (String, String, String) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if user != self.user.to_string() || device != self.device.to_string() {
            return Ok(Registered::InUse);
        }
        let id = id
            .parse()
            .map_err(|error| StoreError::Decode(Box::new(error)))?;
        Ok(Registered::As(id))
    }

    async fn was_removed(
        &self,
        kid: &str,
        connection: &mut Connection,
    ) -> Result<bool, StoreError> {
        let row = query("SELECT 1 FROM hello_removed WHERE kid = $1 AND expires > $2")
            .bind(kid)
            .bind(self.now.0)
            .fetch_optional(connection)
            .await?;
        Ok(row.is_some())
    }

    async fn count(&self, connection: &mut Connection) -> Result<i64, StoreError> {
        query("SELECT count(*) FROM hello_key WHERE user_id = $1 AND device = $2")
            .bind(self.user.to_string())
            .bind(self.device.to_string())
            .fetch_one(connection)
            .await?
            .try_get(0)
    }
}
