//! Assertions are believed once.

use dovetail_shared::UnixTime;

use super::error::FederationError;
use crate::store::{Store, query};

/// Notes the use of an assertion until `expires`. A second use is refused, also after a restart, also by another process.
pub(super) async fn once(
    store: &Store,
    issuer: &str,
    id: &str,
    expires: UnixTime,
) -> Result<(), FederationError> {
    let noted = query(
        "INSERT INTO assertion_use (issuer, assertion_id, expires) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(issuer)
    .bind(id)
    .bind(expires.0)
    .execute(store)
    .await?;
    if noted.rows_affected() == 1 {
        Ok(())
    } else {
        Err(FederationError::Used)
    }
}
