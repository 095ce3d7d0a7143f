//! What of a session outlives it.

use dovetail_shared::UnixTime;
use sqlx::Row;
use uuid::Uuid;

use super::round::Session;
use crate::mdm::compliance::Verdict;
use crate::mdm::device::supersede;
use crate::store::{Store, StoreError};

/// Seconds for which a session's id is remembered.
const REMEMBERED_SECS: i64 = 30 * 86_400;

/// A session begins: `false` when the device used that id before. What an earlier session sent and did not hear of is queued again.
pub(super) async fn begin(
    store: &Store,
    id: Uuid,
    session_id: &str,
    certificate: &[u8],
    now: UnixTime,
) -> Result<bool, StoreError> {
    let mut transaction = store.begin_with("BEGIN IMMEDIATE").await?;
    let device = id.to_string();
    let new = sqlx::query(
        "INSERT OR IGNORE INTO mdm_session (mdm_id, session_id, begun) VALUES (?, ?, ?)",
    )
    .bind(&device)
    .bind(session_id)
    .bind(now.0)
    .execute(&mut *transaction)
    .await?;
    if new.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("DELETE FROM mdm_session WHERE mdm_id = ? AND begun < ?")
        .bind(&device)
        .bind(now.plus(-REMEMBERED_SECS).0)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("UPDATE mdm_command SET state = 'queued' WHERE mdm_id = ? AND state = 'sent'")
        .bind(&device)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("UPDATE mdm_device SET last_contact = ? WHERE id = ?")
        .bind(now.0)
        .bind(&device)
        .execute(&mut *transaction)
        .await?;
    supersede(&mut transaction, id, certificate, now).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Policies that the device was told in earlier sessions.
pub(super) async fn told(store: &Store, id: Uuid) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query("SELECT uri FROM mdm_applied WHERE mdm_id = ? ORDER BY uri")
        .bind(id.to_string())
        .fetch_all(store)
        .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// Keeps facts, policies and verdict.
pub(super) async fn keep(
    store: &Store,
    id: Uuid,
    session: &Session,
    verdict: &Verdict,
    now: UnixTime,
) -> Result<(), StoreError> {
    let mut transaction = store.begin_with("BEGIN IMMEDIATE").await?;
    let device = id.to_string();
    for (uri, fact) in &session.facts {
        sqlx::query(
            "INSERT INTO mdm_node (mdm_id, uri, status, format, data, changed) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (mdm_id, uri) DO UPDATE SET status = excluded.status, format = excluded.format, data = excluded.data, changed = excluded.changed
             WHERE status <> excluded.status OR data IS NOT excluded.data OR format IS NOT excluded.format",
        )
        .bind(&device)
        .bind(uri)
        .bind(i64::from(fact.status))
        .bind(&fact.format)
        .bind(&fact.data)
        .bind(now.0)
        .execute(&mut *transaction)
        .await?;
    }
    for (uri, status) in &session.policies {
        sqlx::query(
            "INSERT INTO mdm_applied (mdm_id, uri, status, changed) VALUES (?, ?, ?, ?)
             ON CONFLICT (mdm_id, uri) DO UPDATE SET status = excluded.status, changed = excluded.changed WHERE status <> excluded.status",
        )
        .bind(&device)
        .bind(uri)
        .bind(i64::from(*status))
        .bind(now.0)
        .execute(&mut *transaction)
        .await?;
    }
    for uri in &session.removed {
        sqlx::query("DELETE FROM mdm_applied WHERE mdm_id = ? AND uri = ?")
            .bind(&device)
            .bind(uri)
            .execute(&mut *transaction)
            .await?;
    }
    sqlx::query("UPDATE mdm_device SET compliant = ?, reasons = ?, judged = ? WHERE id = ?")
        .bind(verdict.reasons.is_empty())
        .bind(verdict.json())
        .bind(now.0)
        .bind(&device)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}

/// A session came to its end.
pub(super) async fn end(store: &Store, id: Uuid, now: UnixTime) -> Result<(), StoreError> {
    sqlx::query("UPDATE mdm_device SET last_session = ? WHERE id = ?")
        .bind(now.0)
        .bind(id.to_string())
        .execute(store)
        .await?;
    Ok(())
}
