//! Groups of users: what scopes and policy sets are assigned to.

use dovetail_shared::id::ObjectId;
use serde::Serialize;

use crate::device::Stretch;
use crate::random;
use crate::store::{Store, StoreError, query};

/// A group and who is in it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Group {
    pub(crate) id: ObjectId,
    pub(crate) name: String,
    /// Account names, in order.
    pub(crate) members: Vec<String>,
}

/// All groups by name.
pub(crate) async fn groups(store: &Store) -> Result<Vec<Group>, StoreError> {
    let mut found = Vec::new();
    for row in query("SELECT id, name FROM user_group ORDER BY name")
        .fetch_all(store)
        .await?
    {
        let id: String = row.try_get(0)?;
        let members = query("SELECT upn FROM group_member JOIN \"user\" ON \"user\".id = user_id WHERE group_id = $1 ORDER BY upn")
            .bind(&id)
            .fetch_all(store)
            .await?;
        found.push(Group {
            id: id
                .parse()
                .map_err(|error| StoreError::Decode(Box::new(error)))?,
            name: row.try_get(1)?,
            members: members
                .iter()
                .map(|row| row.try_get(0))
                .collect::<Result<_, _>>()?,
        });
    }
    Ok(found)
}

/// Adds a group; a second one of the same name is a database error.
pub(crate) async fn add_group(store: &Store, name: &str) -> Result<ObjectId, StoreError> {
    let id = ObjectId(random::guid());
    query("INSERT INTO user_group (id, name) VALUES ($1, $2)")
        .bind(id.to_string())
        .bind(name)
        .execute(store)
        .await?;
    Ok(id)
}

/// Deletes a group with its memberships. `false` when there is none of that name.
pub(crate) async fn delete_group(store: &Store, name: &str) -> Result<bool, StoreError> {
    let gone = query("DELETE FROM user_group WHERE name = $1")
        .bind(name)
        .execute(store)
        .await?;
    Ok(gone.rows_affected() > 0)
}

/// Puts a user into a group; twice is once. `false` when there is no such group or user.
pub(crate) async fn add_member(store: &Store, name: &str, upn: &str) -> Result<bool, StoreError> {
    let added = query("INSERT INTO group_member (group_id, user_id) SELECT user_group.id, \"user\".id FROM user_group, \"user\" WHERE user_group.name = $1 AND \"user\".upn = $2 ON CONFLICT (group_id, user_id) DO UPDATE SET user_id = excluded.user_id")
        .bind(name)
        .bind(upn)
        .execute(store)
        .await?;
    Ok(added.rows_affected() > 0)
}

/// Takes a user out of a group. `false` when they were not in it.
pub(crate) async fn remove_member(
    store: &Store,
    name: &str,
    upn: &str,
) -> Result<bool, StoreError> {
    let removed = query("DELETE FROM group_member WHERE group_id = (SELECT id FROM user_group WHERE name = $1) AND user_id = (SELECT id FROM \"user\" WHERE upn = $2)")
        .bind(name)
        .bind(upn)
        .execute(store)
        .await?;
    Ok(removed.rows_affected() > 0)
}

/// Whether there is a group of that name.
pub(crate) async fn is_group(store: &Store, name: &str) -> Result<bool, StoreError> {
    let row = query("SELECT 1 FROM user_group WHERE name = $1")
        .bind(name)
        .fetch_optional(store)
        .await?;
    Ok(row.is_some())
}

/// Whether a user is in the group of that name.
pub(crate) async fn is_member(
    store: &Store,
    name: &str,
    user: ObjectId,
) -> Result<bool, StoreError> {
    let row = query("SELECT 1 FROM group_member JOIN user_group ON user_group.id = group_id WHERE user_group.name = $1 AND user_id = $2")
        .bind(name)
        .bind(user.to_string())
        .fetch_optional(store)
        .await?;
    Ok(row.is_some())
}

/// Groups that a user is in, by id: id and name.
pub(crate) async fn groups_of(
    store: &Store,
    user: ObjectId,
    stretch: Stretch,
) -> Result<Vec<(ObjectId, String)>, StoreError> {
    let rows = query("SELECT id, name FROM group_member JOIN user_group ON user_group.id = group_id WHERE user_id = $1 AND group_id > $2 ORDER BY group_id LIMIT $3")
        .bind(user.to_string())
        .bind(stretch.after())
        .bind(stretch.most())
        .fetch_all(store)
        .await?;
    let mut found = Vec::new();
    for row in rows {
        let id: String = row.try_get(0)?;
        let id = id
            .parse()
            .map_err(|error| StoreError::Decode(Box::new(error)))?;
        found.push((id, row.try_get(1)?));
    }
    Ok(found)
}
