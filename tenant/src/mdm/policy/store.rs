//! Policy sets and their assignments in the store.

use dovetail_shared::id::ObjectId;
use serde::Serialize;

use super::merge::{Effective, merge};
use super::options::{ContradictionError, Options};
use crate::store::{Row, Store, StoreError, query};

/// Longest name of a set.
const LONGEST: usize = 64;

/// A set.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PolicySet {
    pub(crate) name: String,
    pub(crate) options: Options,
    pub(crate) assigned: Vec<Assignment>,
}

/// To whom a set applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "to", content = "name", rename_all = "snake_case")]
pub(crate) enum Assignment {
    User(String),
    Group(String),
    All,
}

/// A set is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PolicyError {
    #[error("the policy set contradicts itself: {0}")]
    Contradiction(#[from] ContradictionError),
    #[error("a name of a policy set is 1 to 64 letters, digits, blanks, hyphens or dots")]
    Name,
    #[error("a policy set demands something: give an option")]
    Empty,
    #[error("there is a policy set {0} already")]
    Exists(String),
    #[error("there is no policy set {0}")]
    NoSet(String),
    #[error("there is no user {0}")]
    NoUser(String),
    #[error("there is no group {0}: add it with `group add`")]
    NoGroup(String),
    #[error("that set is not assigned so")]
    NotAssigned,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds a set.
pub(crate) async fn create(
    store: &Store,
    name: &str,
    options: &Options,
) -> Result<(), PolicyError> {
    let good = |c: char| c.is_alphanumeric() || [' ', '-', '.', '_'].contains(&c);
    if !(1..=LONGEST).contains(&name.trim().len()) || !name.chars().all(good) {
        return Err(PolicyError::Name);
    }
    if *options == Options::default() {
        return Err(PolicyError::Empty);
    }
    options.check()?;
    let text = serde_json::to_string(options).map_err(|e| StoreError::Encode(Box::new(e)))?;
    let done =
        query("INSERT INTO mdm_policy_set (name, options) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(name)
            .bind(text)
            .execute(store)
            .await?;
    if done.rows_affected() == 0 {
        return Err(PolicyError::Exists(name.to_owned()));
    }
    Ok(())
}

/// Takes a set away, with its assignments.
pub(crate) async fn delete(store: &Store, name: &str) -> Result<(), PolicyError> {
    let done = query("DELETE FROM mdm_policy_set WHERE name = $1")
        .bind(name)
        .execute(store)
        .await?;
    if done.rows_affected() == 0 {
        return Err(PolicyError::NoSet(name.to_owned()));
    }
    Ok(())
}

/// All sets by name.
pub(crate) async fn sets(store: &Store) -> Result<Vec<PolicySet>, StoreError> {
    let mut sets = Vec::new();
    for row in query("SELECT name, options FROM mdm_policy_set ORDER BY name")
        .fetch_all(store)
        .await?
    {
        let name: String = row.try_get(0)?;
        sets.push(PolicySet {
            options: options(&row.try_get::<String, _>(1)?)?,
            assigned: assignments(store, &name).await?,
            name,
        });
    }
    Ok(sets)
}

/// The set of that name.
pub(crate) async fn set(store: &Store, name: &str) -> Result<PolicySet, PolicyError> {
    let found = sets(store).await?.into_iter();
    let mut found = found.filter(|set| set.name.eq_ignore_ascii_case(name));
    found.next().ok_or(PolicyError::NoSet(name.to_owned()))
}

async fn assignments(store: &Store, name: &str) -> Result<Vec<Assignment>, StoreError> {
    let rows = query(
        "SELECT kind, coalesce(upn, user_group.name, '') FROM mdm_policy_assignment
         LEFT JOIN \"user\" ON kind = 'user' AND \"user\".id = target LEFT JOIN user_group ON kind = 'group' AND user_group.id = target
         WHERE set_name = $1 ORDER BY 1, 2",
    )
    .bind(name)
    .fetch_all(store)
    .await?;
    rows.iter()
        .map(|row| {
            let (kind, name): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            Ok(match kind.as_str() {
                "user" => Assignment::User(name),
                "group" => Assignment::Group(name),
                _ => Assignment::All,
            })
        })
        .collect()
}

fn options(text: &str) -> Result<Options, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Decode(Box::new(error)))
}

/// Kind and id of a target.
async fn target(store: &Store, target: &Assignment) -> Result<(&'static str, String), PolicyError> {
    let id = |row: Option<Row>| row.map(|row| row.try_get::<String, _>(0)).transpose();
    match target {
        Assignment::All => Ok(("all", String::new())),
        Assignment::User(upn) => {
            let row = query("SELECT id FROM \"user\" WHERE upn = $1").bind(upn);
            let found = id(row.fetch_optional(store).await?)?;
            Ok(("user", found.ok_or(PolicyError::NoUser(upn.clone()))?))
        }
        Assignment::Group(name) => {
            let row = query("SELECT id FROM user_group WHERE name = $1").bind(name);
            let found = id(row.fetch_optional(store).await?)?;
            Ok(("group", found.ok_or(PolicyError::NoGroup(name.clone()))?))
        }
    }
}

/// Assigns a set.
pub(crate) async fn assign(store: &Store, name: &str, to: &Assignment) -> Result<(), PolicyError> {
    let set = set(store, name).await?;
    let (kind, id) = target(store, to).await?;
    query(
        "INSERT INTO mdm_policy_assignment (set_name, kind, target) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(set.name)
    .bind(kind)
    .bind(id)
    .execute(store)
    .await?;
    Ok(())
}

/// Takes an assignment away.
pub(crate) async fn unassign(
    store: &Store,
    name: &str,
    to: &Assignment,
) -> Result<(), PolicyError> {
    let (kind, id) = target(store, to).await?;
    let done = query(
        "DELETE FROM mdm_policy_assignment WHERE set_name = $1 AND kind = $2 AND target = $3",
    )
    .bind(name)
    .bind(kind)
    .bind(id)
    .execute(store)
    .await?;
    if done.rows_affected() == 0 {
        return Err(PolicyError::NotAssigned);
    }
    Ok(())
}

/// What applies to the devices of a user.
pub(crate) async fn effective(store: &Store, user: ObjectId) -> Result<Effective, StoreError> {
    let rows = query(
        "SELECT DISTINCT name, options FROM mdm_policy_set JOIN mdm_policy_assignment ON set_name = name
         WHERE kind = 'all' OR (kind = 'user' AND target = $1) OR (kind = 'group' AND target IN (SELECT group_id FROM group_member WHERE user_id = $1))
         ORDER BY name",
    )
    .bind(user.to_string())
    .fetch_all(store)
    .await?;
    let mut sets = Vec::new();
    for row in rows {
        sets.push(options(&row.try_get::<String, _>(1)?)?);
    }
    Ok(merge(&sets))
}

/// The set that a new company has, for those who are managed.
pub(crate) async fn seed(store: &Store) -> Result<(), PolicyError> {
    let options = Options {
        password_min_length: Some(8),
        password_complexity: Some(2),
        max_failed_attempts: Some(10),
        max_inactivity_minutes: Some(15),
        hello: Some(true),
        pin_min_length: Some(6),
        pin_max_length: Some(127),
        pin_digits: Some(super::Class::Require),
        pin_history: Some(0),
        pin_expiration_days: Some(0),
        ..Options::default()
    };
    create(store, "Baseline", &options).await?;
    assign(store, "Baseline", &Assignment::Group("Managed".to_owned())).await
}
