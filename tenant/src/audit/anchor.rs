//! Where the chains stand, kept in the database, too: lines that are cut off at a chain's end, or written anew with all that come
//! after, are missed there.

use dovetail_shared::UnixTime;

use super::line::Head;
use crate::store::{Store, StoreError, query};

/// A chain, and where it stood.
#[derive(Debug, Clone)]
pub(crate) struct Anchor {
    pub(crate) chain: String,
    pub(crate) head: Head,
}

/// Keeps it. A chain never goes back.
pub(crate) async fn note(store: &Store, anchor: &Anchor, now: UnixTime) -> Result<(), StoreError> {
    query(
        "INSERT INTO audit_head (chain, number, hash, noted) VALUES ($1, $2, $3, $4)
         ON CONFLICT (chain) DO UPDATE SET number = excluded.number, hash = excluded.hash, noted = excluded.noted
         WHERE audit_head.number < excluded.number",
    )
    .bind(&anchor.chain)
    .bind(i64::try_from(anchor.head.number).unwrap_or(i64::MAX))
    .bind(&anchor.head.hash)
    .bind(now.0)
    .execute(store)
    .await?;
    Ok(())
}

/// All that are kept.
pub(crate) async fn anchors(store: &Store) -> Result<Vec<Anchor>, StoreError> {
    let rows = query("SELECT chain, number, hash FROM audit_head ORDER BY chain")
        .fetch_all(store)
        .await?;
    rows.iter()
        .map(|row| {
            let number: i64 = row.try_get("number")?;
            Ok(Anchor {
                chain: row.try_get("chain")?,
                head: Head {
                    number: u64::try_from(number).unwrap_or(0),
                    hash: row.try_get("hash")?,
                },
            })
        })
        .collect()
}
