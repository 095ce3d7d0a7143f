//! Sign-in sessions: a cookie in the browser, its hash in the store. A browser may hold several, one for each account.

use axum::http::{HeaderMap, header};
use dovetail_shared::UnixTime;
use dovetail_shared::id::{DeviceId, ObjectId};
use uuid::Uuid;

use crate::account::{User, user_of};
use crate::grant::Version;
use crate::random;
use crate::store::{Row, Store, StoreError, hash, query};

/// `__Host-`: this host only, TLS only, whole site (RFC 6265bis §4.1.3.2).
const COOKIE: &str = "__Host-ESTSAUTH";
/// Without "stay signed in": until the browser closes, and no longer than this.
const SHORT_SECS: i64 = 86_400;
/// With it.
const LONG_SECS: i64 = 90 * 86_400;
/// Most accounts of one browser; the one that came first gives way.
const MOST: usize = 5;
/// Characters of one session's value.
const LENGTH: usize = 43;

/// A session that is alive.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) sid: String,
    /// Whose it is, as they stand now.
    pub(crate) user: User,
    pub(crate) amr: Vec<String>,
    /// When the person signed in.
    pub(crate) created: UnixTime,
    /// The device whose key vouched for the sign-in.
    pub(crate) device: Option<DeviceId>,
    /// The primary refresh token that made it.
    pub(crate) prt: Option<Uuid>,
    /// The Hello key that vouched for it: it ends with that.
    pub(crate) hello_key: Option<Uuid>,
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
    /// The Hello key that vouches for it.
    pub(crate) hello_key: Option<Uuid>,
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

/// The values that the request's cookie holds, newest first.
fn values(headers: &HeaderMap) -> Vec<String> {
    let cookie = cookie(headers, COOKIE).unwrap_or_default();
    let values = cookie.split('.').filter(|value| value.len() == LENGTH);
    values.take(MOST).map(str::to_owned).collect()
}

/// The sessions that the request's cookie names, newest first: each of another account.
pub(crate) async fn all(
    store: &Store,
    headers: &HeaderMap,
    now: UnixTime,
) -> Result<Vec<Session>, StoreError> {
    let mut found = Vec::new();
    for value in values(headers) {
        found.extend(alive(store, &value, now).await?);
    }
    Ok(found)
}

async fn alive(store: &Store, value: &str, now: UnixTime) -> Result<Option<Session>, StoreError> {
    let row = query("SELECT session.sid, session.amr, session.created, session.device, session.prt, session.hello_key, \"user\".* FROM session JOIN \"user\" ON \"user\".id = user_id WHERE id_hash = $1 AND expires > $2 AND enabled = 1")
        .bind(hash(value))
        .bind(now.0)
        .fetch_optional(store)
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Session, StoreError> {
    let amr: String = row.try_get("amr")?;
    let device: Option<String> = row.try_get("device")?;
    let prt: Option<String> = row.try_get("prt")?;
    let hello_key: Option<String> = row.try_get("hello_key")?;
    Ok(Session {
        sid: row.try_get("sid")?,
        user: user_of(row)?,
        amr: amr.split(' ').map(str::to_owned).collect(),
        created: UnixTime(row.try_get("created")?),
        device: device
            .map(|device| device.parse())
            .transpose()
            .map_err(|error| StoreError::Decode(Box::new(error)))?,
        prt: prt
            .map(|prt| prt.parse())
            .transpose()
            .map_err(|error| StoreError::Decode(Box::new(error)))?,
        hello_key: hello_key
            .map(|key| key.parse())
            .transpose()
            .map_err(|error| StoreError::Decode(Box::new(error)))?,
    })
}

/// Makes a session with a new name and gives its id and its `Set-Cookie` value. The account's old one in this browser ends;
/// other accounts' stay.
pub(crate) async fn create(
    store: &Store,
    headers: &HeaderMap,
    new: &NewSession<'_>,
    now: UnixTime,
) -> Result<(String, String), crate::error::Fault> {
    let (value, sid) = (random::token()?, random::guid().to_string());
    let mut held = vec![value.clone()];
    for old in values(headers) {
        match alive(store, &old, now).await? {
            Some(session) if session.user.id != new.user && held.len() < MOST => held.push(old),
            _ => end_one(store, &old).await?,
        }
    }
    let life = if new.stay { LONG_SECS } else { SHORT_SECS };
    query("INSERT INTO session (id_hash, sid, user_id, amr, created, expires, device, prt, hello_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(hash(&value))
        .bind(&sid)
        .bind(new.user.to_string())
        .bind(new.amr.join(" "))
        .bind(new.signed_in.0)
        .bind(now.plus(life).0)
        .bind(new.device.map(|device| device.to_string()))
        .bind(new.prt.map(|prt| prt.to_string()))
        .bind(new.hello_key.map(|key| key.to_string()))
        .execute(store)
        .await?;
    let persistent = if new.stay {
        format!("; Max-Age={LONG_SECS}")
    } else {
        String::new()
    };
    Ok((sid, set_cookie(&held, &persistent)))
}

fn set_cookie(held: &[String], persistent: &str) -> String {
    let value = held.join(".");
    format!("{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=None{persistent}")
}

/// Ends the sessions of the request's cookie that `ends` names, and gives the `Set-Cookie` value that takes them away.
pub(crate) async fn end(
    store: &Store,
    headers: &HeaderMap,
    ends: &[String],
    now: UnixTime,
) -> Result<String, StoreError> {
    let mut held = Vec::new();
    for value in values(headers) {
        match alive(store, &value, now).await? {
            Some(session) if !ends.contains(&session.sid) => held.push(value),
            _ => end_one(store, &value).await?,
        }
    }
    Ok(if held.is_empty() {
        set_cookie(&[], "; Max-Age=0")
    } else {
        set_cookie(&held, "")
    })
}

async fn end_one(store: &Store, value: &str) -> Result<(), StoreError> {
    query("DELETE FROM session WHERE id_hash = $1")
        .bind(hash(value))
        .execute(store)
        .await?;
    Ok(())
}

/// Remembers that a session signed in to an application without a code.
pub(crate) async fn remember_app(
    store: &Store,
    sid: &str,
    client_id: &str,
    version: Version,
) -> Result<(), StoreError> {
    query("INSERT INTO session_app (sid, client_id, version) VALUES ($1, $2, $3) ON CONFLICT (sid, client_id) DO UPDATE SET version = excluded.version")
        .bind(sid)
        .bind(client_id)
        .bind(version.number())
        .execute(store)
        .await?;
    Ok(())
}

/// Applications that a session signed in to, each with the version that it did so by.
pub(crate) async fn apps(
    store: &Store,
    session: &Session,
) -> Result<Vec<(String, Version)>, StoreError> {
    let rows = query("SELECT client_id, version FROM session_app WHERE sid = $1 UNION SELECT client_id, version FROM lineage WHERE user_id = $2 AND sid = $1")
        .bind(&session.sid)
        .bind(session.user.id.to_string())
        .fetch_all(store)
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, Version::of_number(row.try_get(1)?))))
        .collect()
}
