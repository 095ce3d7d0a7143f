//! Refresh tokens: kept by their hash, used once, in families that are revoked as a whole.

use dovetail_shared::UnixTime;
use dovetail_shared::id::ObjectId;

use super::refusal::Refusal;
use crate::random;
use crate::store::{Store, StoreError, hash, query};

/// Seconds a family lives, however often it is rotated.
const LIFE_SECS: i64 = 90 * 86_400;

/// What a refresh token stands for.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) family: String,
    pub(super) user: ObjectId,
    pub(super) amr: Vec<String>,
    /// Audience that the token was given with.
    pub(super) resource: String,
    pub(super) scope: String,
}

/// Starts a family and gives its name. What has expired goes.
pub(super) async fn create(
    store: &Store,
    user: ObjectId,
    client_id: &str,
    amr: &[String],
    now: UnixTime,
) -> Result<String, StoreError> {
    let id = random::guid().to_string();
    query(
        "INSERT INTO grant_family (id, user_id, client_id, amr, expires) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&id)
    .bind(user.to_string())
    .bind(client_id)
    .bind(amr.join(" "))
    .bind(now.plus(LIFE_SECS).0)
    .execute(store)
    .await?;
    query("DELETE FROM grant_family WHERE expires < $1")
        .bind(now.0)
        .execute(store)
        .await?;
    Ok(id)
}

/// A new refresh token of a family.
pub(super) async fn issue(
    store: &Store,
    family: &str,
    resource: &str,
    scope: &str,
) -> Result<String, Refusal> {
    let token = random::token()?;
    query(
        "INSERT INTO refresh_token (token_hash, family, resource, scope) VALUES ($1, $2, $3, $4)",
    )
    .bind(hash(&token))
    .bind(family)
    .bind(resource)
    .bind(scope)
    .execute(store)
    .await?;
    Ok(token)
}

/// Uses a refresh token up. One statement decides, so that of two at the same moment one gets nothing. A token that was used
/// before is in two hands: its whole family is revoked.
pub(super) async fn take(
    store: &Store,
    token: &str,
    client_id: &str,
    now: UnixTime,
) -> Result<Held, Refusal> {
    let row = query(
        "UPDATE refresh_token SET used = $1 FROM grant_family
         WHERE token_hash = $2 AND used = 0 AND grant_family.id = family AND client_id = $3 AND expires > $1 AND revoked = 0
         RETURNING family, resource, scope",
    )
    .bind(now.0)
    .bind(hash(token))
    .bind(client_id)
    .fetch_optional(store)
    .await?;
    let Some(row) = row else {
        return Err(why_not(store, token, client_id, now).await?);
    };
    let family: String = row.try_get(0)?;
    let (user, amr) = owner(store, &family).await?;
    Ok(Held {
        family,
        user,
        amr,
        resource: row.try_get(1)?,
        scope: row.try_get(2)?,
    })
}

/// Whose a family is, and how they signed in.
pub(super) async fn owner(
    store: &Store,
    family: &str,
) -> Result<(ObjectId, Vec<String>), StoreError> {
    let row = query("SELECT user_id, amr FROM grant_family WHERE id = $1")
        .bind(family)
        .fetch_one(store)
        .await?;
    let (user, amr): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let user = user
        .parse()
        .map_err(|error| StoreError::Decode(Box::new(error)))?;
    Ok((user, amr.split(' ').map(str::to_owned).collect()))
}

async fn why_not(
    store: &Store,
    token: &str,
    client_id: &str,
    now: UnixTime,
) -> Result<Refusal, StoreError> {
    let row = query("SELECT family, client_id, used, expires, revoked FROM refresh_token JOIN grant_family ON grant_family.id = family WHERE token_hash = $1")
        .bind(hash(token))
        .fetch_optional(store)
        .await?;
    let Some(row) = row else {
        return Ok(Refusal::Unknown);
    };
    let (family, owner): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let (used, expires): (i64, i64) = (row.try_get(2)?, row.try_get(3)?);
    let revoked: bool = row.try_get(4)?;
    if owner != client_id {
        return Ok(Refusal::ClientMismatch);
    }
    if used != 0 {
        tracing::warn!(family, "a refresh token came twice: its family is revoked");
        revoke(store, &family).await?;
        return Ok(Refusal::Revoked);
    }
    Ok(if revoked {
        Refusal::Revoked
    } else if expires <= now.0 {
        Refusal::Expired
    } else {
        Refusal::Unknown
    })
}

/// Ends a family.
pub(super) async fn revoke(store: &Store, family: &str) -> Result<(), StoreError> {
    query("UPDATE grant_family SET revoked = 1 WHERE id = $1")
        .bind(family)
        .execute(store)
        .await?;
    Ok(())
}
