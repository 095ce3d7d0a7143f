//! Authorization codes: a lineage's beginning, redeemed once (RFC 6749 §4.1.2, RFC 7636).

use dovetail_shared::UnixTime;
use uuid::Uuid;

use super::foci;
use super::lineage::{Held, life, read, with_columns};
use super::origin::Origin;
use super::refusal::{Refusal, Version};
use super::revoke::revoke;
use crate::account::{User, user_of};
use crate::app::App;
use crate::audit;
use crate::client::Platform;
use crate::error::Fault;
use crate::random;
use crate::store::{Connection, Operation, StoreError, query};

/// Seconds a code lives.
const LIFE_SECS: i64 = 600;
/// Seconds for which a code is remembered after that: a late replay still revokes what it gave.
const REMEMBERED_SECS: i64 = 86_400;

/// What a code is bound to.
#[derive(Debug)]
pub(crate) struct NewCode<'a> {
    pub(crate) origin: &'a Origin,
    pub(crate) redirect_uri: &'a str,
    /// Session that it comes from: ends with it.
    pub(crate) sid: &'a str,
    /// Audience.
    pub(crate) resource: &'a str,
    pub(crate) scope: &'a str,
    /// PKCE S256.
    pub(crate) challenge: Option<&'a str>,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) windows: bool,
    /// Of the endpoint: the application knows this tenant by its issuer.
    pub(crate) version: Version,
}

/// What a redeemed code says.
#[derive(Debug)]
pub(super) struct Redeemed {
    pub(super) held: Held,
    /// The person, as they stand at that moment.
    pub(super) user: Option<User>,
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

/// Makes a code: 54 characters. Now and then, what has expired goes.
pub(crate) async fn issue_code(
    app: &App,
    new: &NewCode<'_>,
    now: UnixTime,
) -> Result<String, Fault> {
    let (id, origin) = (random::ordered_guid(now)?, new.origin);
    query(
        "INSERT INTO lineage (id, root, user_id, client_id, foci, platform, flow, device, amr, auth_time, resource, scope, expires,
           redirect_uri, challenge, nonce, windows, sid, code_expires, version, hello_key)
         VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
    )
    .bind(id.to_string())
    .bind(origin.user.to_string())
    .bind(&origin.client_id)
    .bind(i64::from(foci::is_member(&origin.client_id)))
    .bind(origin.platform.word())
    .bind(origin.flow.word())
    .bind(origin.device.map(|device| device.to_string()))
    .bind(origin.amr.join(" "))
    .bind(origin.auth_time.0)
    .bind(new.resource)
    .bind(new.scope)
    .bind(now.plus(LIFE_SECS + REMEMBERED_SECS).0)
    .bind(new.redirect_uri)
    .bind(new.challenge)
    .bind(new.nonce)
    .bind(i64::from(new.windows))
    .bind(new.sid)
    .bind(now.plus(LIFE_SECS).0)
    .bind(new.version.number())
    .bind(origin.hello_key.map(|key| key.to_string()))
    .execute(&app.store)
    .await?;
    Ok(app.grant_key.code(id))
}

/// Redeems a code. One statement decides, with everything that the code is bound to, so that of two at the same moment one
/// gets nothing, and a try with the wrong verifier does not use it up. A second try revokes what the first one gave.
pub(super) async fn redeem(
    app: &App,
    shown: &Shown<'_>,
    now: UnixTime,
) -> Result<Redeemed, Refusal> {
    let id = app
        .grant_key
        .open_code(shown.code)
        .ok_or(Refusal::Unknown)?;
    let redeeming = Redeem {
        id: id.to_string(),
        client_id: shown.client_id.to_owned(),
        redirect_uri: shown.redirect_uri.to_owned(),
        challenge: shown.challenge.map(str::to_owned),
        resource: shown.resource.map(str::to_owned),
        now,
    };
    match app.store.write(redeeming).await? {
        Some(redeemed) => Ok(redeemed),
        None => Err(Box::pin(why_not(app, id, shown, now)).await?),
    }
}

/// The statement that decides, and a look at the person in the same transaction.
struct Redeem {
    id: String,
    client_id: String,
    redirect_uri: String,
    challenge: Option<String>,
    resource: Option<String>,
    now: UnixTime,
}

impl Operation for Redeem {
    type Output = Option<Redeemed>;
    type Error = StoreError;

    async fn run(&self, connection: &mut Connection) -> Result<Option<Redeemed>, StoreError> {
        let redeemed = query(
            "UPDATE lineage SET redeemed = $1, expires = $1 + CASE platform WHEN 'spa' THEN CAST($7 AS BIGINT) ELSE CAST($8 AS BIGINT) END
             WHERE id = $2 AND redeemed = 0 AND code_expires > $1 AND revoked = 0
               AND client_id = $3 AND redirect_uri = $4 AND challenge IS NOT DISTINCT FROM $5 AND resource = coalesce($6, resource)
               AND EXISTS (SELECT 1 FROM session WHERE session.sid = lineage.sid AND session.expires > $1)",
        )
        .bind(self.now.0)
        .bind(&self.id)
        .bind(&self.client_id)
        .bind(&self.redirect_uri)
        .bind(&self.challenge)
        .bind(&self.resource)
        .bind(life(Platform::Spa))
        .bind(life(Platform::Native))
        .execute(&mut *connection)
        .await?;
        if redeemed.rows_affected() == 0 {
            return Ok(None);
        }
        let row = query(with_columns!(
            "SELECT \"user\".*, nonce, windows, ",
            " FROM lineage JOIN \"user\" ON \"user\".id = user_id WHERE lineage.id = $1"
        ))
        .bind(&self.id)
        .fetch_one(connection)
        .await?;
        let windows: i64 = row.try_get("windows")?;
        Ok(Some(Redeemed {
            held: read(&row)?,
            user: Some(user_of(&row)?),
            nonce: row.try_get("nonce")?,
            windows: windows != 0,
        }))
    }
}

async fn why_not(
    app: &App,
    id: Uuid,
    shown: &Shown<'_>,
    now: UnixTime,
) -> Result<Refusal, Refusal> {
    let row = query(with_columns!(
        "SELECT root, redirect_uri, challenge, code_expires, redeemed, revoked, ",
        " FROM lineage WHERE id = $1"
    ))
    .bind(id.to_string())
    .fetch_optional(&app.store)
    .await?;
    let Some(row) = row else {
        // It was made here, and swept away since.
        return Ok(Refusal::Expired);
    };
    let held = read(&row)?;
    // Not proved: a code without its verifier may have been found somewhere.
    audit::says_user(held.origin.user);
    let redirect_uri: Option<String> = row.try_get("redirect_uri")?;
    let challenge: Option<String> = row.try_get("challenge")?;
    let (expires, redeemed): (i64, i64) = (row.try_get("code_expires")?, row.try_get("redeemed")?);
    let revoked: i64 = row.try_get("revoked")?;
    if redeemed != 0 {
        let root: String = row.try_get("root")?;
        tracing::warn!(lineage = %id, "a code came twice: what it gave is revoked");
        audit::about("a code came twice: what it gave is revoked");
        revoke(&app.store, &root).await?;
        return Ok(Refusal::Redeemed);
    }
    Ok(if held.origin.client_id != shown.client_id {
        Refusal::ClientMismatch
    } else if redirect_uri.as_deref() != Some(shown.redirect_uri) {
        Refusal::RedirectMismatch
    } else if challenge.as_deref() != shown.challenge {
        Refusal::Verifier
    } else if shown.resource.is_some_and(|shown| shown != held.resource) {
        Refusal::ResourceMismatch
    } else if expires <= now.0 {
        Refusal::Expired
    } else if revoked != 0 {
        Refusal::Revoked
    } else {
        Refusal::SessionEnded
    })
}
