//! Managed devices: who they are by their certificate, and how they end.

use aws_lc_rs::digest;
use dovetail_shared::UnixTime;
use dovetail_shared::encode::hex_upper;
use dovetail_shared::id::{DeviceId, ObjectId};
use serde::Serialize;
use uuid::Uuid;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::enrollment::guid;
use crate::app::App;
use crate::audit;
use crate::clock;
use crate::store::{Connection, Row, Store, StoreError, query};

/// A managed device.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Managed {
    /// The management service's id of it: common name of its certificate, `EntDMID`.
    pub(crate) id: Uuid,
    /// The directory's.
    pub(crate) device: DeviceId,
    pub(crate) user: ObjectId,
    pub(crate) name: String,
    pub(crate) hardware_id: Option<String>,
    pub(crate) os_version: Option<String>,
    pub(crate) enrolled: UnixTime,
    pub(crate) last_contact: Option<UnixTime>,
    /// The last session that came to its end.
    pub(crate) last_session: Option<UnixTime>,
    pub(crate) retired: Option<UnixTime>,
    pub(crate) retired_by: Option<String>,
    pub(crate) compliant: Option<bool>,
    pub(crate) reasons: Vec<String>,
    pub(crate) judged: Option<UnixTime>,
}

/// Why a management ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetiredBy {
    /// The person at the device.
    User,
    /// An administrator here, and the device obeyed.
    Server,
    /// The directory's device left, was disabled or deleted.
    Directory,
}

impl RetiredBy {
    fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Server => "server",
            Self::Directory => "directory",
        }
    }
}

/// Why a client certificate opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PeerError {
    Foreign,
    Expired,
    Revoked,
    Retired,
    Directory,
}

impl PeerError {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Foreign => "the client certificate is not ours",
            Self::Expired => "the client certificate has expired",
            Self::Revoked => "the client certificate was revoked",
            Self::Retired => "the device is not managed any more",
            Self::Directory => "the directory's device is gone or disabled",
        }
    }
}

/// The managed device whose certificate was presented.
pub(super) async fn by_certificate(
    app: &App,
    der: &[u8],
) -> Result<Result<Managed, PeerError>, StoreError> {
    if !issued_here(app, der) {
        return Ok(Err(PeerError::Foreign));
    }
    let row = query(
        "SELECT mdm_device.*, not_after, revoked, device.enabled AS enabled FROM mdm_certificate JOIN mdm_device ON mdm_device.id = mdm_id
         LEFT JOIN device ON device.id = device_id WHERE mdm_certificate.thumbprint = $1",
    )
    .bind(thumbprint(der))
    .fetch_optional(&app.store)
    .await?;
    let Some(row) = row else {
        return Ok(Err(PeerError::Foreign));
    };
    let managed = read(&row)?;
    audit::is_device(managed.device);
    let enabled: Option<bool> = row.try_get("enabled")?;
    let error = if managed.retired.is_some() {
        Some(PeerError::Retired)
    } else if row.try_get::<Option<i64>, _>("revoked")?.is_some() {
        Some(PeerError::Revoked)
    } else if row.try_get::<i64, _>("not_after")? <= clock::now().0 {
        Some(PeerError::Expired)
    } else if enabled != Some(true) {
        Some(PeerError::Directory)
    } else {
        None
    };
    Ok(match error {
        Some(error) => Err(error),
        None => Ok(managed),
    })
}

/// Whether our CA signed it: a row alone is a thumbprint, and thumbprints are SHA-1.
fn issued_here(app: &App, der: &[u8]) -> bool {
    let (Ok((_, certificate)), Ok((_, ca))) = (
        X509Certificate::from_der(der),
        X509Certificate::from_der(app.mdm_ca.certificate()),
    ) else {
        return false;
    };
    certificate.verify_signature(Some(ca.public_key())).is_ok()
}

pub(super) fn thumbprint(der: &[u8]) -> String {
    hex_upper(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der).as_ref())
}

/// A certificate is in use: those before it have had their day.
pub(super) async fn supersede(
    connection: &mut Connection,
    id: Uuid,
    der: &[u8],
    now: UnixTime,
) -> Result<(), StoreError> {
    query(
        "UPDATE mdm_certificate SET revoked = $1 WHERE mdm_id = $2 AND revoked IS NULL
         AND rowid < (SELECT rowid FROM mdm_certificate WHERE thumbprint = $3)",
    )
    .bind(now.0)
    .bind(id.to_string())
    .bind(thumbprint(der))
    .execute(connection)
    .await?;
    Ok(())
}

/// All of them, oldest first; the retired ones too.
pub(crate) async fn all(store: &Store) -> Result<Vec<Managed>, StoreError> {
    let rows = query("SELECT * FROM mdm_device ORDER BY enrolled, rowid")
        .fetch_all(store)
        .await?;
    rows.iter().map(read).collect()
}

/// The one of that id, either the service's own or the directory's; of a directory's device, the latest.
pub(crate) async fn find(store: &Store, id: Uuid) -> Result<Option<Managed>, StoreError> {
    let row = query(
        "SELECT * FROM mdm_device WHERE id = $1 OR device_id = $1 ORDER BY retired IS NOT NULL, enrolled DESC, rowid DESC LIMIT 1",
    )
    .bind(id.to_string())
    .fetch_optional(store)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Ends the management of a directory's device. Certificates die first; nothing happens when it is not managed.
pub(crate) async fn retire(
    connection: &mut Connection,
    device: DeviceId,
    by: RetiredBy,
    now: UnixTime,
) -> Result<(), StoreError> {
    let device = device.to_string();
    query("UPDATE mdm_certificate SET revoked = $1 WHERE revoked IS NULL AND mdm_id IN (SELECT id FROM mdm_device WHERE device_id = $2)")
        .bind(now.0)
        .bind(&device)
        .execute(&mut *connection)
        .await?;
    query("UPDATE mdm_command SET state = 'failed', changed = $1 WHERE state IN ('queued', 'sent') AND mdm_id IN (SELECT id FROM mdm_device WHERE device_id = $2 AND retired IS NULL)")
        .bind(now.0)
        .bind(&device)
        .execute(&mut *connection)
        .await?;
    query(
        "UPDATE mdm_device SET retired = $1, retired_by = $2 WHERE device_id = $3 AND retired IS NULL",
    )
    .bind(now.0)
    .bind(by.word())
    .bind(&device)
    .execute(connection)
    .await?;
    Ok(())
}

/// A node as the device last told it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Node {
    pub(crate) uri: String,
    /// 200, or why there is no value.
    pub(crate) status: i64,
    pub(crate) format: Option<String>,
    pub(crate) data: Option<String>,
}

/// Policies that a device was told: address, and the status that it answered.
pub(crate) async fn policies(
    store: &Store,
    id: Uuid,
) -> Result<std::collections::BTreeMap<String, i64>, StoreError> {
    let rows = query("SELECT uri, status FROM mdm_applied WHERE mdm_id = $1")
        .bind(id.to_string())
        .fetch_all(store)
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}

/// What a device last said of itself.
pub(crate) async fn nodes(store: &Store, id: Uuid) -> Result<Vec<Node>, StoreError> {
    let rows =
        query("SELECT uri, status, format, data FROM mdm_node WHERE mdm_id = $1 ORDER BY uri")
            .bind(id.to_string())
            .fetch_all(store)
            .await?;
    rows.iter()
        .map(|row| {
            Ok(Node {
                uri: row.try_get(0)?,
                status: row.try_get(1)?,
                format: row.try_get(2)?,
                data: row.try_get(3)?,
            })
        })
        .collect()
}

fn read(row: &Row) -> Result<Managed, StoreError> {
    let text = |name: &str| row.try_get::<String, _>(name);
    let time = |name: &str| Ok::<_, StoreError>(row.try_get::<Option<i64>, _>(name)?.map(UnixTime));
    let decode = |error| StoreError::Decode(Box::new(error));
    Ok(Managed {
        id: guid(&text("id")?)?,
        device: DeviceId(guid(&text("device_id")?)?),
        user: ObjectId(guid(&text("user_id")?)?),
        name: text("name")?,
        hardware_id: row.try_get("hardware_id")?,
        os_version: row.try_get("os_version")?,
        enrolled: UnixTime(row.try_get("enrolled")?),
        last_contact: time("last_contact")?,
        last_session: time("last_session")?,
        retired: time("retired")?,
        retired_by: row.try_get("retired_by")?,
        compliant: row.try_get("compliant")?,
        reasons: serde_json::from_str(&text("reasons")?).map_err(decode)?,
        judged: time("judged")?,
    })
}
