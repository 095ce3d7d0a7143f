//! Which applications may be handed access tokens at the authorize endpoint. Few: a token in an address is easily lost.

use crate::store::{Store, StoreError, query};

/// Whether it may.
pub(crate) async fn may_have_tokens(store: &Store, client_id: &str) -> Result<bool, StoreError> {
    let row = query("SELECT client_id FROM app_implicit WHERE client_id = $1")
        .bind(client_id)
        .fetch_optional(store)
        .await?;
    Ok(row.is_some())
}

/// Lets it.
pub(crate) async fn allow_tokens(store: &Store, client_id: &str) -> Result<(), StoreError> {
    query("INSERT INTO app_implicit (client_id) VALUES ($1) ON CONFLICT (client_id) DO NOTHING")
        .bind(client_id)
        .execute(store)
        .await?;
    Ok(())
}
