//! The queue of commands per device: what administrators want of it, kept until the device answered.

use clap::ValueEnum;
use dovetail_shared::UnixTime;
use serde::Serialize;
use uuid::Uuid;

use super::provision::PROVIDER;
use super::session::is_node;
use crate::clock;
use crate::store::{Row, Store, StoreError, query};

/// Commands that one device may have waiting.
const MOST: i64 = 256;
/// Longest value.
const LONGEST: usize = 64 * 1024;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verb {
    Get,
    Add,
    Replace,
    Delete,
    Exec,
}

impl Verb {
    fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Add => "add",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Exec => "exec",
        }
    }

    fn parse(word: &str) -> Self {
        match word {
            "add" => Self::Add,
            "replace" => Self::Replace,
            "delete" => Self::Delete,
            "exec" => Self::Exec,
            _ => Self::Get,
        }
    }

    /// The element's name.
    pub(super) fn element(self) -> &'static str {
        match self {
            Self::Get => "Get",
            Self::Add => "Add",
            Self::Replace => "Replace",
            Self::Delete => "Delete",
            Self::Exec => "Exec",
        }
    }
}

/// A command to be queued.
#[derive(Debug, Clone)]
pub(crate) struct New {
    pub(crate) verb: Verb,
    pub(crate) uri: String,
    pub(crate) format: Option<String>,
    pub(crate) data: Option<String>,
    /// Commands of the same batch are carried out together or not at all.
    pub(crate) batch: Option<String>,
}

/// A command in the queue.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Queued {
    pub(crate) id: i64,
    pub(crate) verb: Verb,
    pub(crate) uri: String,
    pub(crate) format: Option<String>,
    pub(crate) data: Option<String>,
    pub(crate) batch: Option<String>,
    /// `queued`, `sent`, `acked`, `failed`
    pub(crate) state: String,
    /// What the device answered.
    pub(crate) status: Option<i64>,
    pub(crate) result: Option<String>,
    pub(crate) changed: UnixTime,
}

impl Queued {
    /// Whether it ends the management.
    pub(super) fn is_unenroll(&self) -> bool {
        self.verb == Verb::Exec && self.uri == unenroll_uri()
    }
}

/// A command is not queued.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error("an address is ./ and segments, none of them empty, . or ..")]
    Uri,
    #[error("a value is at most 64 KiB")]
    Data,
    #[error("a Get cannot be in a batch: nothing is to be undone")]
    Batch,
    #[error("the device has 256 commands waiting")]
    Full,
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn unenroll_uri() -> String {
    format!("./Device/Vendor/MSFT/DMClient/Provider/{PROVIDER}/Unenroll")
}

/// Queues a command for a managed device.
pub(crate) async fn queue(store: &Store, id: Uuid, new: &New) -> Result<i64, CommandError> {
    if !is_node(&new.uri) {
        return Err(CommandError::Uri);
    }
    if new.data.as_ref().is_some_and(|data| data.len() > LONGEST) {
        return Err(CommandError::Data);
    }
    if new.batch.is_some() && new.verb == Verb::Get {
        return Err(CommandError::Batch);
    }
    let now = clock::now().0;
    let row = query(
        "INSERT INTO mdm_command (mdm_id, batch, kind, uri, format, data, created, changed)
         SELECT $1, $2, $3, $4, $5, $6, $7, $7 WHERE (SELECT count(*) FROM mdm_command WHERE mdm_id = $1 AND state IN ('queued', 'sent')) < $8 RETURNING id",
    )
    .bind(id.to_string())
    .bind(&new.batch)
    .bind(new.verb.word())
    .bind(&new.uri)
    .bind(&new.format)
    .bind(&new.data)
    .bind(now)
    .bind(MOST)
    .fetch_optional(store)
    .await?;
    Ok(row.ok_or(CommandError::Full)?.try_get(0)?)
}

/// Queues the end of management.
pub(crate) async fn queue_unenroll(store: &Store, id: Uuid) -> Result<i64, CommandError> {
    let new = New {
        verb: Verb::Exec,
        uri: unenroll_uri(),
        format: Some("chr".to_owned()),
        data: Some(PROVIDER.to_owned()),
        batch: None,
    };
    queue(store, id, &new).await
}

/// Every command of a device, oldest first.
pub(crate) async fn commands(store: &Store, id: Uuid) -> Result<Vec<Queued>, StoreError> {
    let rows = query("SELECT * FROM mdm_command WHERE mdm_id = $1 ORDER BY id")
        .bind(id.to_string())
        .fetch_all(store)
        .await?;
    rows.iter().map(read).collect()
}

/// Those that wait, oldest first, so many at most.
pub(super) async fn waiting(store: &Store, id: Uuid, most: i64) -> Result<Vec<Queued>, StoreError> {
    let rows = query(
        "SELECT * FROM mdm_command WHERE mdm_id = $1 AND state = 'queued' ORDER BY id LIMIT $2",
    )
    .bind(id.to_string())
    .bind(most)
    .fetch_all(store)
    .await?;
    rows.iter().map(read).collect()
}

/// They are on their way.
pub(super) async fn mark_sent(store: &Store, commands: &[Queued]) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    for command in commands {
        query(
            "UPDATE mdm_command SET state = 'sent', changed = $1 WHERE id = $2 AND state = 'queued'",
        )
        .bind(clock::now().0)
        .bind(command.id)
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await
}

/// What a device made of a command.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) id: i64,
    pub(super) status: u16,
    pub(super) result: Option<String>,
}

/// They were answered.
pub(super) async fn mark_answered(store: &Store, answers: &[Answer]) -> Result<(), StoreError> {
    if answers.is_empty() {
        return Ok(());
    }
    let mut transaction = store.begin().await?;
    for answer in answers {
        let state =
            if (200..300).contains(&answer.status) && ![214, 215, 216].contains(&answer.status) {
                "acked"
            } else {
                "failed"
            };
        query("UPDATE mdm_command SET state = $1, status = $2, result = $3, changed = $4 WHERE id = $5 AND state = 'sent'")
            .bind(state)
            .bind(i64::from(answer.status))
            .bind(&answer.result)
            .bind(clock::now().0)
            .bind(answer.id)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}

fn read(row: &Row) -> Result<Queued, StoreError> {
    let kind: String = row.try_get("kind")?;
    Ok(Queued {
        id: row.try_get("id")?,
        verb: Verb::parse(&kind),
        uri: row.try_get("uri")?,
        format: row.try_get("format")?,
        data: row.try_get("data")?,
        batch: row.try_get("batch")?,
        state: row.try_get("state")?,
        status: row.try_get("status")?,
        result: row.try_get("result")?,
        changed: UnixTime(row.try_get("changed")?),
    })
}
