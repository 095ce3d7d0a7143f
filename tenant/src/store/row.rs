//! Rows, read by column name or number.

use std::sync::Arc;

use super::error::StoreError;
use super::value::{Read, Value};

/// One row of an answer.
#[derive(Debug)]
pub(crate) struct Row {
    pub(super) names: Arc<[String]>,
    pub(super) values: Vec<Value>,
}

/// A column, by name or by number from 0.
pub(crate) trait Column {
    /// Where it stands.
    fn place(&self, names: &[String]) -> Option<usize>;
}

impl Column for usize {
    fn place(&self, _: &[String]) -> Option<usize> {
        Some(*self)
    }
}

impl Column for &str {
    fn place(&self, names: &[String]) -> Option<usize> {
        // Of two with one name the first, as SQL has it.
        names.iter().position(|name| name == self)
    }
}

impl Row {
    /// The value of a column.
    pub(crate) fn try_get<T: Read, C: Column + std::fmt::Debug>(
        &self,
        column: C,
    ) -> Result<T, StoreError> {
        let value = column
            .place(&self.names)
            .and_then(|place| self.values.get(place));
        T::read(value.ok_or_else(|| StoreError::NoColumn(format!("{column:?}")))?)
    }
}
