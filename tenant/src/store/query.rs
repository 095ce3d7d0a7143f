//! Statements. Their text is static, so nothing that anybody sent can be part of one.

use super::connection::{On, Run};
use super::error::StoreError;
use super::row::Row;
use super::value::{Bind, Value};

/// A statement with its values.
#[derive(Debug)]
pub(crate) struct Query {
    pub(super) text: &'static str,
    pub(super) values: Vec<Value>,
}

/// What a statement without an answer did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Done(pub(super) u64);

impl Done {
    /// How many rows it changed.
    pub(crate) fn rows_affected(self) -> u64 {
        self.0
    }
}

/// Begins a statement; its values follow in the order of `$1, $2 …`.
pub(crate) fn query(text: &'static str) -> Query {
    Query {
        text,
        values: Vec::new(),
    }
}

impl Query {
    /// The next value.
    pub(crate) fn bind(mut self, value: impl Bind) -> Self {
        self.values.push(value.value());
        self
    }

    /// Runs it for what it does.
    pub(crate) async fn execute(self, on: impl Into<On<'_>>) -> Result<Done, StoreError> {
        let answer = on.into().run(self, Run::Execute).await?;
        Ok(Done(answer.changed))
    }

    /// Its first row, if it has one.
    pub(crate) async fn fetch_optional(
        self,
        on: impl Into<On<'_>>,
    ) -> Result<Option<Row>, StoreError> {
        let answer = on.into().run(self, Run::First).await?;
        Ok(answer.rows.into_iter().next())
    }

    /// Its first row.
    pub(crate) async fn fetch_one(self, on: impl Into<On<'_>>) -> Result<Row, StoreError> {
        self.fetch_optional(on).await?.ok_or(StoreError::NoRow)
    }

    /// All its rows.
    pub(crate) async fn fetch_all(self, on: impl Into<On<'_>>) -> Result<Vec<Row>, StoreError> {
        Ok(on.into().run(self, Run::All).await?.rows)
    }

    /// Whether it changes nothing.
    pub(super) fn reads(&self) -> bool {
        self.text.trim_start().starts_with("SELECT")
    }
}
