//! PRTs in the store. What a row may still do is decided where it is used (`session_request.rs`); here it is kept and read.

use dovetail_shared::UnixTime;
use dovetail_shared::id::{DeviceId, ObjectId};
use dovetail_shared::prt::kdf::KdfVersion;
use uuid::Uuid;

use crate::grant::Flow;
use crate::random;
use crate::store::{Store, StoreError, query};

/// Seconds a PRT lives without renewal.
pub(super) const LIFE_SECS: i64 = 14 * 86_400;

/// What is kept of a PRT.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) id: Uuid,
    pub(super) user: ObjectId,
    pub(super) device: DeviceId,
    /// Whether the device is in the directory, and enabled.
    pub(super) state: DeviceState,
    /// Wrapped.
    pub(super) session_key: Vec<u8>,
    pub(super) kdf: KdfVersion,
    pub(super) amr: Vec<String>,
    pub(super) auth_time: UnixTime,
    pub(super) flow: Flow,
    pub(super) generation: u32,
    pub(super) expires: UnixTime,
    pub(super) revoked: Revoked,
    /// The Hello key that it stems from.
    pub(super) hello_key: Option<Uuid>,
}

/// How the device stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeviceState {
    Enabled,
    Disabled,
    Gone,
}

/// Whether somebody ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Revoked {
    Yes,
    No,
}

/// What a new one is made from.
#[derive(Debug)]
pub(super) struct New<'a> {
    pub(super) id: Uuid,
    pub(super) user: ObjectId,
    pub(super) device: DeviceId,
    pub(super) session_key: &'a [u8],
    pub(super) kdf: KdfVersion,
    pub(super) amr: &'a [String],
    pub(super) auth_time: UnixTime,
    pub(super) flow: Flow,
    pub(super) hello_key: Option<Uuid>,
}

/// A name for a new row.
pub(super) fn new_id(now: UnixTime) -> Result<Uuid, random::NoRandom> {
    random::ordered_guid(now)
}

/// Keeps a new one.
pub(super) async fn insert(store: &Store, new: &New<'_>, now: UnixTime) -> Result<(), StoreError> {
    query(
        "INSERT INTO prt (id, user_id, device, session_key, kdf, amr, auth_time, flow, expires, hello_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(new.id.to_string())
    .bind(new.user.to_string())
    .bind(new.device.to_string())
    .bind(new.session_key)
    .bind(number(new.kdf))
    .bind(new.amr.join(" "))
    .bind(new.auth_time.0)
    .bind(new.flow.word())
    .bind(now.plus(LIFE_SECS).0)
    .bind(new.hello_key.map(|key| key.to_string()))
    .execute(store)
    .await?;
    Ok(())
}

/// The row of that id.
pub(super) async fn load(store: &Store, id: Uuid) -> Result<Option<Kept>, StoreError> {
    let row = query(
        "SELECT prt.user_id, prt.device, prt.session_key, prt.kdf, prt.amr, prt.auth_time, prt.flow, prt.generation, prt.expires,
           prt.revoked, prt.hello_key, device.enabled AS device_enabled, hello_key.id AS key_there
         FROM prt LEFT JOIN device ON device.id = prt.device LEFT JOIN hello_key ON hello_key.id = prt.hello_key WHERE prt.id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(store)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let text = |name: &str| row.try_get::<String, _>(name);
    let number = |name: &str| row.try_get::<i64, _>(name);
    let enabled: Option<i64> = row.try_get("device_enabled")?;
    let hello_key: Option<String> = row.try_get("hello_key")?;
    let key_there: Option<String> = row.try_get("key_there")?;
    Ok(Some(Kept {
        id,
        user: parse(&text("user_id")?)?,
        device: parse(&text("device")?)?,
        state: match enabled {
            None => DeviceState::Gone,
            Some(0) => DeviceState::Disabled,
            Some(_) => DeviceState::Enabled,
        },
        session_key: row.try_get("session_key")?,
        kdf: match number("kdf")? {
            1 => KdfVersion::V1,
            _ => KdfVersion::V2,
        },
        amr: text("amr")?.split(' ').map(str::to_owned).collect(),
        auth_time: UnixTime(number("auth_time")?),
        flow: Flow::of_word(&text("flow")?),
        generation: u32::try_from(number("generation")?).unwrap_or(u32::MAX),
        expires: UnixTime(number("expires")?),
        revoked: match number("revoked")? {
            // What a key vouched for ends with the key.
            0 if key_there == hello_key => Revoked::No,
            _ => Revoked::Yes,
        },
        hello_key: hello_key.as_deref().map(parse).transpose()?,
    }))
}

/// Renews: the number of the token that is good now. One statement decides; who asks again with the token before, because the
/// answer was lost, gets the same one.
pub(super) async fn renew(
    store: &Store,
    id: Uuid,
    shown: u32,
    now: UnixTime,
) -> Result<Option<u32>, StoreError> {
    let row = query(
        "UPDATE prt SET expires = $1, generation = CASE WHEN generation = $2 THEN generation + 1 ELSE generation END
         WHERE id = $3 AND revoked = 0 AND expires > $4 AND (generation = $2 OR generation = $2 + 1) RETURNING generation",
    )
    .bind(now.plus(LIFE_SECS).0)
    .bind(i64::from(shown))
    .bind(id.to_string())
    .bind(now.0)
    .fetch_optional(store)
    .await?;
    let generation: Option<i64> = row.map(|row| row.try_get(0)).transpose()?;
    Ok(generation.and_then(|generation| u32::try_from(generation).ok()))
}

fn number(kdf: KdfVersion) -> i64 {
    match kdf {
        KdfVersion::V1 => 1,
        KdfVersion::V2 => 2,
    }
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<T, StoreError>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse()
        .map_err(|error: T::Err| StoreError::Decode(Box::new(error)))
}
