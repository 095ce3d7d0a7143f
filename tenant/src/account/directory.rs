//! The tenant's own row.

use std::sync::Arc;

use dovetail_shared::id::TenantId;

use crate::store::{Store, StoreError, query};

/// The one tenant of this store.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    pub(crate) id: TenantId,
    /// `contoso.onmicrosoft.com`
    pub(crate) name: String,
    pub(crate) display_name: String,
    /// `NA`, `EU`, …
    pub(crate) region: String,
    pub(crate) settings_url: Option<String>,
}

/// The tenant; every store has been seeded.
pub(crate) async fn directory(store: &Store) -> Result<Arc<Directory>, StoreError> {
    store.remember("directory", "", read(store)).await
}

async fn read(store: &Store) -> Result<Directory, StoreError> {
    let row = query("SELECT * FROM tenant").fetch_one(store).await?;
    let id: String = row.try_get("id")?;
    Ok(Directory {
        id: id
            .parse()
            .map_err(|error| StoreError::Decode(Box::new(error)))?,
        name: row.try_get("name")?,
        display_name: row.try_get("display_name")?,
        region: row.try_get("region")?,
        settings_url: row.try_get("settings_url")?,
    })
}

/// Whether a path segment names this tenant: `common`, `organizations`, its id, its name or one of its domains.
pub(crate) async fn is_named(store: &Store, segment: &str) -> Result<bool, StoreError> {
    if ["common", "organizations"].contains(&segment)
        || super::domain(store, segment).await?.is_some()
    {
        return Ok(true);
    }
    let ours = directory(store).await?;
    Ok(ours.id.to_string() == segment || ours.name == segment)
}
