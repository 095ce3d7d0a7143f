//! Sign-in sessions: a cookie in the browser, its hash in the store.

use axum::http::{HeaderMap, header};
use dovetail_shared::UnixTime;
use dovetail_shared::id::{DeviceId, ObjectId};
use uuid::Uuid;

use crate::random;
use crate::store::{Store, StoreError, hash, query};

/// `__Host-`: this host only, TLS only, whole site (RFC 6265bis §4.1.3.2).
const COOKIE: &str = "__Host-ESTSAUTH";
/// Without "stay signed in": until the browser closes, and no longer than this.
const SHORT_SECS: i64 = 86_400;
/// With it.
const LONG_SECS: i64 = 90 * 86_400;

/// A session that is alive.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) sid: String,
    pub(crate) user: ObjectId,
    pub(crate) amr: Vec<String>,
    /// When the person signed in.
    pub(crate) created: UnixTime,
    /// The device whose key vouched for the sign-in.
    pub(crate) device: Option<DeviceId>,
}

/// What a new session is made from.
#[derive(Debug)]
pub(crate) struct NewSession<'a> {
    pub(crate) user: ObjectId,
    pub(crate) amr: &'a [String],
    /// "Stay signed in".
    pub(crate) stay: bool,
    /// When the person proved who they are.
    pub(crate) signed_in: UnixTime,
    /// The device whose key vouched for the sign-in.
    pub(crate) device: Option<DeviceId>,
    /// The primary refresh token that it is made by.
    pub(crate) prt: Option<Uuid>,
}

/// Every cookie of that name; HTTP/2 sends one header per cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then(|| value.to_owned())
    })
}

/// The session that the request's cookie names.
pub(crate) async fn current(
    store: &Store,
    headers: &HeaderMap,
    now: UnixTime,
) -> Result<Option<Session>, StoreError> {
    let Some(value) = cookie(headers, COOKIE) else {
        return Ok(None);
    };
    let row = query("SELECT sid, user_id, amr, created, device FROM session JOIN \"user\" ON \"user\".id = user_id WHERE id_hash = $1 AND expires > $2 AND enabled = 1")
        .bind(hash(&value))
        .bind(now.0)
        .fetch_optional(store)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (user, amr): (String, String) = (row.try_get(1)?, row.try_get(2)?);
    let device: Option<String> = row.try_get(4)?;
    Ok(Some(Session {
        sid: row.try_get(0)?,
        user: user
            .parse()
            .map_err(|error| StoreError::Decode(Box::new(error)))?,
        amr: amr.split(' ').map(str::to_owned).collect(),
        created: UnixTime(row.try_get(3)?),
        device: device
            .map(|device| device.parse())
            .transpose()
            .map_err(|error| StoreError::Decode(Box::new(error)))?,
    }))
}

/// Makes a session with a new name and gives its id and its `Set-Cookie` value. The old name, if any, ends.
pub(crate) async fn create(
    store: &Store,
    headers: &HeaderMap,
    new: &NewSession<'_>,
    now: UnixTime,
) -> Result<(String, String), crate::error::Fault> {
    end(store, headers).await?;
    let (value, sid) = (random::token()?, random::guid().to_string());
    let life = if new.stay { LONG_SECS } else { SHORT_SECS };
    query("INSERT INTO session (id_hash, sid, user_id, amr, created, expires, device, prt) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(hash(&value))
        .bind(&sid)
        .bind(new.user.to_string())
        .bind(new.amr.join(" "))
        .bind(new.signed_in.0)
        .bind(now.plus(life).0)
        .bind(new.device.map(|device| device.to_string()))
        .bind(new.prt.map(|prt| prt.to_string()))
        .execute(store)
        .await?;
    let persistent = if new.stay {
        format!("; Max-Age={LONG_SECS}")
    } else {
        String::new()
    };
    Ok((
        sid,
        format!("{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=None{persistent}"),
    ))
}

/// Ends the session that the request's cookie names.
pub(crate) async fn end(store: &Store, headers: &HeaderMap) -> Result<(), StoreError> {
    if let Some(value) = cookie(headers, COOKIE) {
        query("DELETE FROM session WHERE id_hash = $1")
            .bind(hash(&value))
            .execute(store)
            .await?;
    }
    Ok(())
}

/// The `Set-Cookie` value that takes the cookie away.
pub(crate) fn forget() -> String {
    format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=0")
}
