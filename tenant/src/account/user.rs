//! Users.

use dovetail_shared::id::ObjectId;
use serde::Serialize;

use super::sign_out::{Which, end_sign_ins};
use crate::random;
use crate::store::{On, Row, Store, StoreError, query};

/// A person in the directory. The password hash and the second factor's secret never leave this module's neighbours.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct User {
    pub(crate) id: ObjectId,
    pub(crate) upn: String,
    pub(crate) display_name: String,
    pub(crate) given_name: Option<String>,
    pub(crate) family_name: Option<String>,
    pub(crate) enabled: bool,
    /// Whether a second factor is set up.
    pub(crate) has_totp: bool,
    pub(crate) onprem_sid: Option<String>,
    /// Who the user is for the domain's own sign-in service; `None` for those who sign in here.
    pub(crate) immutable_id: Option<String>,
    pub(crate) device_count: i64,
    pub(crate) may_join: bool,
    pub(crate) role: DirectoryRole,
}

/// What somebody may do in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DirectoryRole {
    /// See themselves and their own devices.
    Member,
    /// See and change everybody's devices.
    Administrator,
}

/// What is needed to add one.
#[derive(Debug)]
pub(crate) struct NewUser<'a> {
    pub(crate) upn: &'a str,
    pub(crate) display_name: &'a str,
    pub(crate) given_name: Option<&'a str>,
    pub(crate) family_name: Option<&'a str>,
    /// PHC string; `None`: signs in elsewhere, and no password is right here.
    pub(crate) password_hash: Option<&'a str>,
    /// Base32.
    pub(crate) totp_secret: Option<&'a str>,
    pub(crate) onprem_sid: Option<&'a str>,
    /// At most 64 characters.
    pub(crate) immutable_id: Option<&'a str>,
}

/// Reads all columns of the table, of whatever statement.
pub(crate) fn user_of(row: &Row) -> Result<User, StoreError> {
    let id: String = row.try_get("id")?;
    let totp: Option<String> = row.try_get("totp_secret")?;
    Ok(User {
        id: id
            .parse()
            .map_err(|error| StoreError::Decode(Box::new(error)))?,
        upn: row.try_get("upn")?,
        display_name: row.try_get("display_name")?,
        given_name: row.try_get("given_name")?,
        family_name: row.try_get("family_name")?,
        enabled: row.try_get("enabled")?,
        has_totp: totp.is_some(),
        onprem_sid: row.try_get("onprem_sid")?,
        immutable_id: row.try_get("immutable_id")?,
        device_count: row.try_get("device_count")?,
        may_join: row.try_get("may_join")?,
        role: match row.try_get("admin")? {
            0_i64 => DirectoryRole::Member,
            _ => DirectoryRole::Administrator,
        },
    })
}

/// The user of that name, in any case.
pub(crate) async fn user_by_upn(store: &Store, upn: &str) -> Result<Option<User>, StoreError> {
    let row = query("SELECT * FROM \"user\" WHERE upn = $1")
        .bind(upn)
        .fetch_optional(store)
        .await?;
    row.as_ref().map(user_of).transpose()
}

/// The user with that object id.
pub(crate) async fn user_by_id(
    on: impl Into<On<'_>>,
    id: ObjectId,
) -> Result<Option<User>, StoreError> {
    let row = query("SELECT * FROM \"user\" WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(on)
        .await?;
    row.as_ref().map(user_of).transpose()
}

/// The user whom a sign-in service calls that: to the letter.
pub(crate) async fn user_by_immutable_id(
    store: &Store,
    immutable_id: &str,
) -> Result<Option<User>, StoreError> {
    let row = query("SELECT * FROM \"user\" WHERE immutable_id = $1")
        .bind(immutable_id)
        .fetch_optional(store)
        .await?;
    row.as_ref().map(user_of).transpose()
}

/// All users by name.
pub(crate) async fn users(store: &Store) -> Result<Vec<User>, StoreError> {
    query("SELECT * FROM \"user\" ORDER BY upn")
        .fetch_all(store)
        .await?
        .iter()
        .map(user_of)
        .collect()
}

/// Adds a user; a second one of the same name is a database error.
pub(crate) async fn add_user(store: &Store, new: &NewUser<'_>) -> Result<ObjectId, StoreError> {
    let id = ObjectId(random::guid());
    query(
        "INSERT INTO \"user\" (id, upn, display_name, given_name, family_name, password_hash, totp_secret, onprem_sid, immutable_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id.to_string())
    .bind(new.upn)
    .bind(new.display_name)
    .bind(new.given_name)
    .bind(new.family_name)
    .bind(new.password_hash.unwrap_or_default())
    .bind(new.totp_secret)
    .bind(new.onprem_sid)
    .bind(new.immutable_id)
    .execute(store)
    .await?;
    Ok(id)
}

/// Enables or disables; disabling signs the user out everywhere. `false` when there is no such user.
pub(crate) async fn set_enabled(
    store: &Store,
    upn: &str,
    enabled: bool,
) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    let changed = query("UPDATE \"user\" SET enabled = $1 WHERE upn = $2")
        .bind(enabled)
        .bind(upn)
        .execute(&mut *transaction)
        .await?;
    if !enabled {
        end_sign_ins(&mut transaction, upn, Which::All).await?;
    }
    transaction.commit().await?;
    Ok(changed.rows_affected() > 0)
}

/// Gives somebody a role. `false` when there is no such user.
pub(crate) async fn set_role(
    store: &Store,
    upn: &str,
    role: DirectoryRole,
) -> Result<bool, StoreError> {
    let changed = query("UPDATE \"user\" SET admin = $1 WHERE upn = $2")
        .bind(i64::from(role == DirectoryRole::Administrator))
        .bind(upn)
        .execute(store)
        .await?;
    Ok(changed.rows_affected() > 0)
}
