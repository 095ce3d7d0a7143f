//! Authorization codes: kept by their hash, redeemed once (RFC 6749 §4.1.2, RFC 7636).

use dovetail_shared::UnixTime;
use dovetail_shared::id::ObjectId;

use super::family;
use super::refusal::Refusal;
use crate::error::Fault;
use crate::random;
use crate::store::{Store, StoreError, hash, query};

/// Seconds a code lives.
const LIFE_SECS: i64 = 600;
/// Seconds for which a code is remembered after that: a late replay still revokes what it gave.
const REMEMBERED_SECS: i64 = 86_400;

/// What a code is bound to.
#[derive(Debug)]
pub(crate) struct NewCode<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) user: ObjectId,
    pub(crate) amr: &'a [String],
    /// Session that it comes from: ends with it.
    pub(crate) sid: &'a str,
    /// Audience.
    pub(crate) resource: &'a str,
    pub(crate) scope: &'a str,
    /// PKCE S256.
    pub(crate) challenge: Option<&'a str>,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) windows: bool,
}

/// What a redeemed code says.
#[derive(Debug)]
pub(super) struct Redeemed {
    pub(super) family: String,
    pub(super) user: ObjectId,
    pub(super) amr: Vec<String>,
    pub(super) resource: String,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) windows: bool,
}

/// What a client shows with a code.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub(super) code: &'a str,
    pub(super) client_id: &'a str,
    pub(super) redirect_uri: &'a str,
    /// S256 of the verifier, if one was sent.
    pub(super) challenge: Option<&'a str>,
    /// Audience, if a resource was named again.
    pub(super) resource: Option<&'a str>,
}

/// Makes a code: 43 characters. Its family exists from now on, so that a replay can revoke it at any time.
pub(crate) async fn issue_code(
    store: &Store,
    new: &NewCode<'_>,
    now: UnixTime,
) -> Result<String, Fault> {
    query("DELETE FROM authorization_code WHERE expires < $1")
        .bind(now.plus(-REMEMBERED_SECS).0)
        .execute(store)
        .await?;
    let family = family::create(store, new.user, new.client_id, new.amr, now).await?;
    let code = random::token()?;
    query("INSERT INTO authorization_code (code_hash, family, redirect_uri, resource, scope, challenge, nonce, windows, sid, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(hash(&code))
        .bind(family)
        .bind(new.redirect_uri)
        .bind(new.resource)
        .bind(new.scope)
        .bind(new.challenge)
        .bind(new.nonce)
        .bind(new.windows)
        .bind(new.sid)
        .bind(now.plus(LIFE_SECS).0)
        .execute(store)
        .await?;
    Ok(code)
}

/// Redeems a code. One statement decides, with everything that the code is bound to, so that of two at the same moment one
/// gets nothing, and a try with the wrong verifier does not use it up. A second try revokes what the first one gave.
pub(super) async fn redeem(
    store: &Store,
    shown: &Shown<'_>,
    now: UnixTime,
) -> Result<Redeemed, Refusal> {
    let row = query(
        "UPDATE authorization_code SET redeemed = $1 FROM grant_family
         WHERE code_hash = $2 AND redeemed = 0 AND authorization_code.expires > $1 AND grant_family.id = family AND revoked = 0
           AND client_id = $3 AND redirect_uri = $4 AND challenge IS NOT DISTINCT FROM $5 AND resource = coalesce($6, resource)
           AND EXISTS (SELECT 1 FROM session WHERE session.sid = authorization_code.sid AND session.expires > $1)
         RETURNING family, resource, scope, nonce, windows",
    )
    .bind(now.0)
    .bind(hash(shown.code))
    .bind(shown.client_id)
    .bind(shown.redirect_uri)
    .bind(shown.challenge)
    .bind(shown.resource)
    .fetch_optional(store)
    .await?;
    let Some(row) = row else {
        return Err(why_not(store, shown, now).await?);
    };
    let family: String = row.try_get(0)?;
    let (user, amr) = family::owner(store, &family).await?;
    Ok(Redeemed {
        family,
        user,
        amr,
        resource: row.try_get(1)?,
        scope: row.try_get(2)?,
        nonce: row.try_get(3)?,
        windows: row.try_get(4)?,
    })
}

async fn why_not(store: &Store, shown: &Shown<'_>, now: UnixTime) -> Result<Refusal, StoreError> {
    let row = query("SELECT family, client_id, redirect_uri, challenge, authorization_code.expires, redeemed, revoked, resource FROM authorization_code JOIN grant_family ON grant_family.id = family WHERE code_hash = $1")
        .bind(hash(shown.code))
        .fetch_optional(store)
        .await?;
    let Some(row) = row else {
        return Ok(Refusal::Unknown);
    };
    let (family, owner): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let (redirect_uri, challenge): (String, Option<String>) = (row.try_get(2)?, row.try_get(3)?);
    let (expires, redeemed): (i64, i64) = (row.try_get(4)?, row.try_get(5)?);
    let revoked: bool = row.try_get(6)?;
    let resource: String = row.try_get(7)?;
    if redeemed != 0 {
        tracing::warn!(family, "a code came twice: what it gave is revoked");
        family::revoke(store, &family).await?;
        return Ok(Refusal::Redeemed);
    }
    Ok(if owner != shown.client_id {
        Refusal::ClientMismatch
    } else if redirect_uri != shown.redirect_uri {
        Refusal::RedirectMismatch
    } else if challenge.as_deref() != shown.challenge {
        Refusal::Verifier
    } else if shown.resource.is_some_and(|shown| shown != resource) {
        Refusal::ResourceMismatch
    } else if expires <= now.0 {
        Refusal::Expired
    } else if revoked {
        Refusal::Revoked
    } else {
        Refusal::SessionEnded
    })
}
