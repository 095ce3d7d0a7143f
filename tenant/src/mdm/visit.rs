//! A person's visit to a management page: stored under the hash of two values, one in the URL, one in a cookie of this browser.

use axum::http::HeaderMap;
use dovetail_shared::UnixTime;
use dovetail_shared::id::ObjectId;
use serde::{Deserialize, Serialize};

use super::terms::Asked;
use crate::store::{Store, StoreError, hash, query};
use crate::{random, session};

/// Seconds a person has.
const LIFE_SECS: i64 = 1800;
const COOKIE: &str = "__Host-management";

/// What somebody came for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "purpose", rename_all = "snake_case")]
pub(super) enum Purpose {
    /// To read the terms, and to go back with an answer.
    Terms(Asked),
    /// To see how their devices stand.
    Compliance,
}

/// What is known of a visit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Visit {
    pub(super) purpose: Purpose,
    /// Of the sign-in that this visit began.
    pub(super) nonce: String,
    /// Who came, once they have signed in.
    pub(super) user: Option<ObjectId>,
}

/// The two halves of a visit's name.
#[derive(Debug, Clone)]
pub(super) struct VisitId {
    /// In the URL, in forms, and `state` of the sign-in.
    pub(super) state: String,
    browser: String,
}

impl VisitId {
    /// A new one; the browser keeps the half that it has.
    pub(super) fn new(headers: &HeaderMap) -> Result<Self, random::NoRandom> {
        let browser = session::cookie(headers, COOKIE).filter(|value| value.len() == 43);
        Ok(Self {
            state: random::token()?,
            browser: browser.map_or_else(random::token, Ok)?,
        })
    }

    /// The name of a visit that a request goes on with.
    pub(super) fn of(state: Option<&str>, headers: &HeaderMap) -> Option<Self> {
        Some(Self {
            state: state?.to_owned(),
            browser: session::cookie(headers, COOKIE)?,
        })
    }

    fn key(&self) -> Vec<u8> {
        hash(&format!("{}.{}", self.state, self.browser))
    }

    /// `Set-Cookie`. `None`, because the sign-in comes back by a form of another site.
    pub(super) fn cookie(&self) -> String {
        format!(
            "{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=None",
            self.browser
        )
    }
}

/// Stores it, or what has changed.
pub(super) async fn save(
    store: &Store,
    id: &VisitId,
    visit: &Visit,
    now: UnixTime,
) -> Result<(), StoreError> {
    let state = serde_json::to_string(visit).map_err(|e| StoreError::Encode(Box::new(e)))?;
    query("INSERT INTO terms_visit (id_hash, state, expires) VALUES ($1, $2, $3) ON CONFLICT (id_hash) DO UPDATE SET state = excluded.state")
        .bind(id.key())
        .bind(state)
        .bind(now.plus(LIFE_SECS).0)
        .execute(store)
        .await?;
    Ok(())
}

/// The visit of that name, if it is still alive.
pub(super) async fn load(
    store: &Store,
    id: &VisitId,
    now: UnixTime,
) -> Result<Option<Visit>, StoreError> {
    let row = query("SELECT state FROM terms_visit WHERE id_hash = $1 AND expires > $2")
        .bind(id.key())
        .bind(now.0)
        .fetch_optional(store)
        .await?;
    let Some(row) = row else { return Ok(None) };
    serde_json::from_str(&row.try_get::<String, _>(0)?)
        .map(Some)
        .map_err(|error| StoreError::Decode(Box::new(error)))
}

/// Ends it. `false` when somebody else ended it first: an answer goes out once.
pub(super) async fn end(store: &Store, id: &VisitId) -> Result<bool, StoreError> {
    let ended = query("DELETE FROM terms_visit WHERE id_hash = $1")
        .bind(id.key())
        .execute(store)
        .await?;
    Ok(ended.rows_affected() == 1)
}
