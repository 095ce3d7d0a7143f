//! What is kept of a sign-in by code: asked for, then approved or declined by a person, then redeemed once.

use dovetail_shared::UnixTime;
use dovetail_shared::id::ObjectId;
use serde::Serialize;
use uuid::Uuid;

use super::user_code;
use crate::account::User;
use crate::error::Fault;
use crate::random;
use crate::rule::rules;
use crate::store::{Row, Store, StoreError, query};

/// Seconds that both codes live.
pub(super) const LIFE_SECS: i64 = 900;
/// Seconds between two questions of a machine.
pub(super) const INTERVAL_SECS: i64 = 5;
/// What is taken off that: clocks are read in whole seconds, and networks are uneven.
const TOLERANCE_SECS: i64 = 1;

/// Clients whose tokens may register devices, or that stand for a whole machine: what phishers ask people to approve codes for.
const GUARDED: &[&str] = &[
    "29d9ed98-a469-4536-ade2-f981bc1d605e",
    "38aa3b87-a06d-4817-b275-7a316988d93b",
    "dd762716-544d-4aeb-a526-687b73838a22",
    "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9",
    "b90d5b8f-5503-4153-b545-b31cecfaece2",
];

/// Whether a client may not sign in this way: the policy `device-code-join` decides for those that could join a device.
pub(crate) async fn is_off(store: &Store, client_id: &str) -> Result<bool, StoreError> {
    Ok(GUARDED.contains(&client_id) && !rules(store).await?.device_code_join)
}

/// What a machine asks for.
#[derive(Debug)]
pub(super) struct NewDeviceCode<'a> {
    pub(super) client_id: &'a str,
    /// Audience.
    pub(super) resource: &'a str,
    pub(super) scope: &'a str,
    /// Whether a second factor is wanted.
    pub(super) ngcmfa: bool,
    pub(super) place: &'a str,
}

/// Keeps it: id and user code.
pub(super) async fn keep(
    store: &Store,
    new: &NewDeviceCode<'_>,
    now: UnixTime,
) -> Result<(Uuid, String), Fault> {
    let id = random::ordered_guid(now)?;
    loop {
        let user_code = user_code::create()?;
        let kept = query(
            "INSERT INTO device_code (id, user_code, client_id, resource, scope, ngcmfa, place, created, expires)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (user_code) DO NOTHING",
        )
        .bind(id.to_string())
        .bind(&user_code)
        .bind(new.client_id)
        .bind(new.resource)
        .bind(new.scope)
        .bind(i64::from(new.ngcmfa))
        .bind(new.place)
        .bind(now.0)
        .bind(now.plus(LIFE_SECS).0)
        .execute(store)
        .await?;
        if kept.rows_affected() == 1 {
            return Ok((id, user_code));
        }
    }
}

/// How a sign-in by code stands, for the machine that asks.
#[derive(Debug)]
pub(crate) enum Polled {
    Approved(Approved),
    Pending,
    /// The machine asks more often than it was told to.
    TooSoon,
    Declined,
    Expired,
    /// The code was given to another client.
    NotTheirs,
    /// Tokens were given before: the lineage they belong to.
    Redeemed(String),
}

/// What a person approved.
#[derive(Debug)]
pub(crate) struct Approved {
    pub(crate) user: ObjectId,
    pub(crate) amr: Vec<String>,
    pub(crate) auth_time: UnixTime,
    pub(crate) resource: String,
    pub(crate) scope: String,
}

/// Takes what was approved, once, for a lineage of that id; or says how things stand.
pub(crate) async fn poll(
    store: &Store,
    id: Uuid,
    client_id: &str,
    lineage: Uuid,
    now: UnixTime,
) -> Result<Polled, StoreError> {
    let row = query(
        "UPDATE device_code SET state = 'redeemed', lineage = $4
         WHERE id = $1 AND client_id = $2 AND state = 'approved' AND expires > $3
         RETURNING user_id, amr, auth_time, resource, scope",
    )
    .bind(id.to_string())
    .bind(client_id)
    .bind(now.0)
    .bind(lineage.to_string())
    .fetch_optional(store)
    .await?;
    if let Some(row) = row {
        return Ok(Polled::Approved(approved(&row)?));
    }
    let row = query("SELECT client_id, state, expires, lineage FROM device_code WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(store)
        .await?;
    let Some(row) = row else {
        // It was made here, and swept away since.
        return Ok(Polled::Expired);
    };
    let (owner, state): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let expires: i64 = row.try_get(2)?;
    if owner != client_id {
        return Ok(Polled::NotTheirs);
    }
    if state == "redeemed" {
        let lineage: Option<String> = row.try_get(3)?;
        return Ok(Polled::Redeemed(lineage.unwrap_or_default()));
    }
    if expires <= now.0 {
        return Ok(Polled::Expired);
    }
    if state == "declined" {
        return Ok(Polled::Declined);
    }
    let noted = query("UPDATE device_code SET polled = $2 WHERE id = $1 AND polled <= $3")
        .bind(id.to_string())
        .bind(now.0)
        .bind(now.plus(TOLERANCE_SECS - INTERVAL_SECS).0)
        .execute(store)
        .await?;
    Ok(if noted.rows_affected() == 1 {
        Polled::Pending
    } else {
        Polled::TooSoon
    })
}

fn approved(row: &Row) -> Result<Approved, StoreError> {
    let (user, amr): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    Ok(Approved {
        user: user
            .parse()
            .map_err(|error| StoreError::Decode(Box::new(error)))?,
        amr: amr.split_ascii_whitespace().map(str::to_owned).collect(),
        auth_time: UnixTime(row.try_get(2)?),
        resource: row.try_get(3)?,
        scope: row.try_get(4)?,
    })
}

/// A code that waits for a person.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Waiting {
    #[serde(skip)]
    pub(super) id: String,
    pub(crate) user_code: String,
    pub(crate) client_id: String,
    /// The application's name.
    pub(crate) app: String,
    pub(crate) place: String,
    pub(crate) ngcmfa: bool,
    /// Unix seconds.
    pub(crate) created: i64,
    /// Unix seconds.
    pub(crate) expires: i64,
}

macro_rules! waiting {
    ($rest:literal) => {
        concat!(
            "SELECT device_code.id, user_code, device_code.client_id, app.name, place, ngcmfa, created, device_code.expires
             FROM device_code JOIN app ON app.client_id = device_code.client_id
             WHERE state = 'pending' AND device_code.expires > $1 ",
            $rest
        )
    };
}

fn waiting(row: &Row) -> Result<Waiting, StoreError> {
    let ngcmfa: i64 = row.try_get(5)?;
    Ok(Waiting {
        id: row.try_get(0)?,
        user_code: row.try_get(1)?,
        client_id: row.try_get(2)?,
        app: row.try_get(3)?,
        place: row.try_get(4)?,
        ngcmfa: ngcmfa != 0,
        created: row.try_get(6)?,
        expires: row.try_get(7)?,
    })
}

/// All that wait, oldest first.
pub(crate) async fn list(store: &Store, now: UnixTime) -> Result<Vec<Waiting>, StoreError> {
    let rows = query(waiting!("ORDER BY device_code.id"))
        .bind(now.0)
        .fetch_all(store)
        .await?;
    rows.iter().map(waiting).collect()
}

/// The one that somebody typed the code of, whatever they typed.
pub(super) async fn by_user_code(
    store: &Store,
    typed: &str,
    now: UnixTime,
) -> Result<Option<Waiting>, StoreError> {
    let Some(code) = user_code::typed(typed) else {
        return Ok(None);
    };
    let row = query(waiting!("AND user_code = $2"))
        .bind(now.0)
        .bind(code)
        .fetch_optional(store)
        .await?;
    row.as_ref().map(waiting).transpose()
}

/// The one that a person is about to approve.
pub(super) async fn by_visit(
    store: &Store,
    visit: &[u8],
    now: UnixTime,
) -> Result<Option<Waiting>, StoreError> {
    let row = query(waiting!(
        "AND device_code.id = (SELECT device_code FROM device_code_visit WHERE id_hash = $2 AND device_code_visit.expires > $1)"
    ))
    .bind(now.0)
    .bind(visit.to_vec())
    .fetch_optional(store)
    .await?;
    row.as_ref().map(waiting).transpose()
}

/// A person's answer. `false` when it came too late, or somebody answered before.
pub(super) async fn decide(
    store: &Store,
    waiting: &Waiting,
    decision: Decision<'_>,
    now: UnixTime,
) -> Result<bool, StoreError> {
    let done = match decision {
        Decision::Approve {
            user,
            amr,
            auth_time,
        } => {
            query(
                "UPDATE device_code SET state = 'approved', user_id = $2, amr = $3, auth_time = $4
                 WHERE id = $1 AND state = 'pending' AND expires > $5",
            )
            .bind(&waiting.id)
            .bind(user.to_string())
            .bind(amr.join(" "))
            .bind(auth_time.0)
            .bind(now.0)
            .execute(store)
            .await?
        }
        Decision::Decline => {
            query("UPDATE device_code SET state = 'declined' WHERE id = $1 AND state = 'pending'")
                .bind(&waiting.id)
                .execute(store)
                .await?
        }
    };
    Ok(done.rows_affected() == 1)
}

/// What a person decides.
#[derive(Debug)]
pub(super) enum Decision<'a> {
    Approve {
        user: ObjectId,
        amr: &'a [String],
        auth_time: UnixTime,
    },
    Decline,
}

/// The command line could not approve a code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApproveError {
    #[error("no such code waits: it was never given out, has expired, or was decided on")]
    NotWaiting,
    #[error("the account is disabled")]
    Disabled,
    #[error("a second factor was asked for: say --mfa")]
    MfaNeeded,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Approves a code as that user, without a browser: for labs.
pub(crate) async fn approve_as(
    store: &Store,
    typed: &str,
    user: &User,
    amr: &[&str],
    now: UnixTime,
) -> Result<(), ApproveError> {
    let found = by_user_code(store, typed, now).await?;
    let found = found.ok_or(ApproveError::NotWaiting)?;
    if !user.enabled {
        return Err(ApproveError::Disabled);
    }
    let mut amr: Vec<String> = amr.iter().map(|method| (*method).to_owned()).collect();
    if found.ngcmfa {
        if !amr.iter().any(|method| method == "mfa") {
            return Err(ApproveError::MfaNeeded);
        }
        amr.push("ngcmfa".to_owned());
    }
    let decision = Decision::Approve {
        user: user.id,
        amr: &amr,
        auth_time: now,
    };
    if decide(store, &found, decision, now).await? {
        Ok(())
    } else {
        Err(ApproveError::NotWaiting)
    }
}
