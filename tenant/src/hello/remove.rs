//! Removing a key, and what it gave: refresh tokens and sessions in browsers end here, primary refresh tokens when they are shown
//! again (`prt/store.rs`). Access tokens run out.

use dovetail_shared::UnixTime;
use uuid::Uuid;

use crate::store::{Store, StoreError, query};
use crate::token::FRESH_SECS;

/// Removes it. `false` when it is not there.
pub(crate) async fn remove(store: &Store, id: Uuid, now: UnixTime) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    let row = query("DELETE FROM hello_key WHERE id = $1 RETURNING kid, device")
        .bind(id.to_string())
        .fetch_optional(&mut *transaction)
        .await?;
    let Some(row) = row else { return Ok(false) };
    let (kid, device): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    // A token registers keys for no longer than that.
    query("INSERT INTO hello_removed (kid, expires) VALUES ($1, $2) ON CONFLICT (kid) DO UPDATE SET expires = excluded.expires")
        .bind(kid)
        .bind(now.plus(FRESH_SECS + 1).0)
        .execute(&mut *transaction)
        .await?;
    for end in [
        "UPDATE lineage SET revoked = 1 WHERE device = $1 AND hello_key = $2",
        "DELETE FROM session WHERE device = $1 AND hello_key = $2",
    ] {
        query(end)
            .bind(&device)
            .bind(id.to_string())
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(true)
}
