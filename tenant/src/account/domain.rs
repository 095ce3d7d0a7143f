//! Domains: how the accounts in them sign in.

use serde::Serialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::store::{Store, StoreError};

/// Who holds the passwords of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DomainKind {
    Managed,
    Federated,
}

/// A verified domain of the tenant.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Domain {
    pub(crate) name: String,
    pub(crate) kind: DomainKind,
    pub(crate) brand: String,
    /// Federated: where people are sent.
    pub(crate) passive_url: Option<String>,
    /// Federated: who signs the assertions.
    pub(crate) issuer: Option<String>,
}

fn read(row: &SqliteRow) -> Result<Domain, StoreError> {
    let kind: String = row.try_get("kind")?;
    Ok(Domain {
        name: row.try_get("name")?,
        kind: if kind == "federated" {
            DomainKind::Federated
        } else {
            DomainKind::Managed
        },
        brand: row.try_get("brand")?,
        passive_url: row.try_get("passive_url")?,
        issuer: row.try_get("issuer")?,
    })
}

/// The domain of that name, in any case.
pub(crate) async fn domain(store: &Store, name: &str) -> Result<Option<Domain>, StoreError> {
    let row = sqlx::query("SELECT * FROM domain WHERE name = ?")
        .bind(name)
        .fetch_optional(store)
        .await?;
    row.as_ref().map(read).transpose()
}

/// All domains by name.
pub(crate) async fn domains(store: &Store) -> Result<Vec<Domain>, StoreError> {
    sqlx::query("SELECT * FROM domain ORDER BY name")
        .fetch_all(store)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Adds a domain, or changes the one of that name.
pub(crate) async fn keep_domain(store: &Store, domain: &Domain) -> Result<(), StoreError> {
    let kind = match domain.kind {
        DomainKind::Managed => "managed",
        DomainKind::Federated => "federated",
    };
    sqlx::query(
        "INSERT INTO domain (name, tenant_id, kind, brand, passive_url, issuer) VALUES (?, (SELECT id FROM tenant), ?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, brand = excluded.brand, passive_url = excluded.passive_url, issuer = excluded.issuer",
    )
    .bind(&domain.name)
    .bind(kind)
    .bind(&domain.brand)
    .bind(&domain.passive_url)
    .bind(&domain.issuer)
    .execute(store)
    .await?;
    Ok(())
}
