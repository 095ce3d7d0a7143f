//! Acceptances, kept for good: who, which version, when, and for which device.

use dovetail_shared::UnixTime;
use serde::Serialize;

use super::blob::Accepted;
use crate::account::{User, directory};
use crate::app::App;
use crate::error::Fault;
use crate::random;
use crate::store::{Store, StoreError, query};

/// An acceptance.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Acceptance {
    pub(crate) upn: String,
    pub(crate) version: i64,
    pub(crate) accepted: UnixTime,
    /// The directory's device that it was used for.
    pub(crate) device_id: Option<String>,
}

/// Records an acceptance and gives the blob that proves it.
pub(super) async fn accept(
    app: &App,
    user: &User,
    version: i64,
    now: UnixTime,
) -> Result<String, Fault> {
    let accepted = Accepted {
        user: user.id,
        tenant: directory(&app.store).await?.id,
        version,
        time: now.0,
        nonce: random::token()?,
    };
    query("INSERT INTO terms_acceptance (id, user_id, version, accepted) VALUES ($1, $2, $3, $4)")
        .bind(&accepted.nonce)
        .bind(user.id.to_string())
        .bind(version)
        .bind(now.0)
        .execute(&app.store)
        .await?;
    Ok(app.terms_key.seal(&accepted)?)
}

/// All of them, oldest first.
pub(crate) async fn acceptances(store: &Store) -> Result<Vec<Acceptance>, StoreError> {
    let rows = query("SELECT upn, version, accepted, device_id FROM terms_acceptance JOIN \"user\" ON \"user\".id = user_id ORDER BY accepted, terms_acceptance.rowid")
        .fetch_all(store)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Acceptance {
                upn: row.try_get(0)?,
                version: row.try_get(1)?,
                accepted: UnixTime(row.try_get(2)?),
                device_id: row.try_get(3)?,
            })
        })
        .collect()
}
