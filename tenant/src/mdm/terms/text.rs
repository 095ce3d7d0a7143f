//! The texts. A new one is a new version; the newest is in force, the old ones stay for the record.

use dovetail_shared::UnixTime;
use serde::Serialize;

use crate::clock;
use crate::store::{Store, StoreError, query};

/// A version.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Terms {
    pub(crate) version: i64,
    pub(crate) title: String,
    /// Plain text: blank lines part paragraphs, `# ` begins a heading, `- ` an item of a list.
    pub(crate) text: String,
    pub(crate) created: UnixTime,
}

/// Longest title and text, in bytes.
const LONGEST: (usize, usize) = (200, 64 * 1024);

const TITLE: &str = "Terms of use for managed devices";
const TEXT: &str = include_str!("contoso.txt");

/// Terms that are not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TermsError {
    #[error(
        "terms need a title of at most 200 bytes and a text of at most 64 KiB, both without control characters"
    )]
    Text,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The version in force; `None` where there are no terms at all.
pub(crate) async fn current(store: &Store) -> Result<Option<Terms>, StoreError> {
    let row = query("SELECT * FROM terms ORDER BY version DESC LIMIT 1")
        .fetch_optional(store)
        .await?;
    row.map(|row| {
        Ok(Terms {
            version: row.try_get("version")?,
            title: row.try_get("title")?,
            text: row.try_get("text")?,
            created: UnixTime(row.try_get("created")?),
        })
    })
    .transpose()
}

/// Puts a new version in force.
pub(crate) async fn keep(store: &Store, title: &str, text: &str) -> Result<i64, TermsError> {
    let bad = |text: &str, most: usize| {
        text.trim().is_empty()
            || text.len() > most
            || text
                .chars()
                .any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t')
    };
    if bad(title, LONGEST.0) || title.contains('\n') || bad(text, LONGEST.1) {
        return Err(TermsError::Text);
    }
    let row =
        query("INSERT INTO terms (title, text, created) VALUES ($1, $2, $3) RETURNING version")
            .bind(title.trim())
            .bind(text)
            .bind(clock::now().0)
            .fetch_one(store)
            .await?;
    Ok(row.try_get(0)?)
}

/// The first version of a new company.
pub(crate) async fn seed(store: &Store) -> Result<(), TermsError> {
    keep(store, TITLE, TEXT).await.map(|_| ())
}
