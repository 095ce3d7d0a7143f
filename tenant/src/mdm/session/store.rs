//! What of a session outlives it.

use dovetail_shared::UnixTime;
use uuid::Uuid;

use super::round::Session;
use crate::mdm::compliance::Verdict;
use crate::mdm::device::supersede;
use crate::store::{Store, StoreError, query};

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
    let mut transaction = store.begin().await?;
    let device = id.to_string();
    let new = query(
        "INSERT INTO mdm_session (mdm_id, session_id, begun) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(&device)
    .bind(session_id)
    .bind(now.0)
    .execute(&mut *transaction)
    .await?;
    if new.rows_affected() == 0 {
        return Ok(false);
    }
    query("DELETE FROM mdm_session WHERE mdm_id = $1 AND begun < $2")
        .bind(&device)
        .bind(now.plus(-REMEMBERED_SECS).0)
        .execute(&mut *transaction)
        .await?;
    query("UPDATE mdm_command SET state = 'queued' WHERE mdm_id = $1 AND state = 'sent'")
        .bind(&device)
        .execute(&mut *transaction)
        .await?;
    query("UPDATE mdm_device SET last_contact = $1 WHERE id = $2")
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
    let rows = query("SELECT uri FROM mdm_applied WHERE mdm_id = $1 ORDER BY uri")
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
    let mut transaction = store.begin().await?;
    let device = id.to_string();
    for (uri, fact) in &session.facts {
        query(
            "INSERT INTO mdm_node (mdm_id, uri, status, format, data, changed) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (mdm_id, uri) DO UPDATE SET status = excluded.status, format = excluded.format, data = excluded.data, changed = excluded.changed
             WHERE mdm_node.status <> excluded.status OR mdm_node.data IS DISTINCT FROM excluded.data OR mdm_node.format IS DISTINCT FROM excluded.format",
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
        query(
            "INSERT INTO mdm_applied (mdm_id, uri, status, changed) VALUES ($1, $2, $3, $4)
             ON CONFLICT (mdm_id, uri) DO UPDATE SET status = excluded.status, changed = excluded.changed WHERE mdm_applied.status <> excluded.status",
        )
        .bind(&device)
        .bind(uri)
        .bind(i64::from(*status))
        .bind(now.0)
        .execute(&mut *transaction)
        .await?;
    }
    for uri in &session.removed {
        query("DELETE FROM mdm_applied WHERE mdm_id = $1 AND uri = $2")
            .bind(&device)
            .bind(uri)
            .execute(&mut *transaction)
            .await?;
    }
    query("UPDATE mdm_device SET compliant = $1, reasons = $2, judged = $3 WHERE id = $4")
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
    query("UPDATE mdm_device SET last_session = $1 WHERE id = $2")
        .bind(now.0)
        .bind(id.to_string())
        .execute(store)
        .await?;
    Ok(())
}
