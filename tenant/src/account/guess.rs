//! A guess at a password, with lockout: the same answer and the same time for unknown users.

use dovetail_shared::UnixTime;

use super::password::Hasher;
use super::user::user_by_upn;
use crate::audit;
use crate::store::{Store, StoreError, query};

/// Wrong guesses before the first lockout.
const FREE_GUESSES: i64 = 10;
/// The first lockout; each further wrong guess doubles it.
const FIRST_LOCKOUT_SECS: i64 = 60;
/// The longest.
const LONGEST_LOCKOUT_SECS: i64 = 3600;

/// How a guess ended.
#[derive(Debug)]
pub(crate) enum Attempt {
    Right,
    Wrong,
    Locked,
    Disabled,
    /// Nothing was checked: too many are being checked already.
    Busy,
}

/// Checks a password. Counts wrong ones; while locked, even the right one is refused.
///
/// Counter and lock are read after the hash was computed, so that guesses in parallel are all seen. The counter goes back to
/// zero only when the whole sign-in is passed: for users with a second factor, that is the code (`totp.rs`).
pub(crate) async fn check_password(
    store: &Store,
    hasher: &Hasher,
    upn: &str,
    password: String,
    now: UnixTime,
) -> Result<Attempt, StoreError> {
    let row = query("SELECT id, password_hash FROM \"user\" WHERE upn = $1")
        .bind(upn)
        .fetch_optional(store)
        .await?;
    let stored: Option<String> = match row {
        Some(row) => {
            let id: String = row.try_get("id")?;
            // Names of nobody are not written down: they may be passwords, typed into the wrong field.
            if let Ok(id) = id.parse() {
                audit::says_user(id);
            }
            Some(row.try_get("password_hash")?)
        }
        None => None,
    };
    // Who signs in elsewhere has no password here.
    let stored = stored.filter(|hash| !hash.is_empty());
    let known = stored.is_some();
    let Ok(right) = hasher.check(password, stored).await else {
        tracing::warn!("a password was not checked: too many are");
        return Ok(Attempt::Busy);
    };
    if !known {
        return Ok(Attempt::Wrong);
    }
    if locked(store, upn, now).await? {
        return Ok(Attempt::Locked);
    }
    if !right {
        count_wrong(store, upn, now).await?;
        return Ok(Attempt::Wrong);
    }
    let Some(user) = user_by_upn(store, upn).await? else {
        return Ok(Attempt::Wrong);
    };
    audit::is_user(user.id);
    if !user.enabled {
        return Ok(Attempt::Disabled);
    }
    if !user.has_totp {
        query("UPDATE \"user\" SET failures = 0, locked_until = 0 WHERE upn = $1")
            .bind(upn)
            .execute(store)
            .await?;
    }
    Ok(Attempt::Right)
}

/// Whether the account is locked now.
pub(crate) async fn locked(store: &Store, upn: &str, now: UnixTime) -> Result<bool, StoreError> {
    let row = query("SELECT 1 FROM \"user\" WHERE upn = $1 AND locked_until > $2")
        .bind(upn)
        .bind(now.0)
        .fetch_optional(store)
        .await?;
    Ok(row.is_some())
}

/// Counts a wrong guess, of a password or of a code. Tells whether the account is locked now.
pub(crate) async fn count_wrong(
    store: &Store,
    upn: &str,
    now: UnixTime,
) -> Result<bool, StoreError> {
    let row =
        query("UPDATE \"user\" SET failures = failures + 1 WHERE upn = $1 RETURNING failures")
            .bind(upn)
            .fetch_optional(store)
            .await?;
    let failures: i64 = row.map(|row| row.try_get(0)).transpose()?.unwrap_or(0);
    if failures < FREE_GUESSES {
        return Ok(false);
    }
    query("UPDATE \"user\" SET locked_until = CASE WHEN locked_until > $1 THEN locked_until ELSE $1 END WHERE upn = $2")
        .bind(now.plus(lockout(failures)).0)
        .bind(upn)
        .execute(store)
        .await?;
    Ok(true)
}

fn lockout(failures: i64) -> i64 {
    let doublings = u32::try_from(failures.saturating_sub(FREE_GUESSES))
        .unwrap_or(0)
        .min(10);
    FIRST_LOCKOUT_SECS
        .saturating_mul(1 << doublings)
        .min(LONGEST_LOCKOUT_SECS)
}
