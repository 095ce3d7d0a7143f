//! Whom device management is offered to (Graph `mobilityManagementPolicy`: `appliesTo`, `includedGroups`).

use clap::ValueEnum;
use dovetail_shared::id::ObjectId;
use serde::Serialize;

use crate::account::is_member;
use crate::store::{Store, StoreError};

/// Who is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reach {
    All,
    /// The members of one group.
    Selected,
    None,
}

/// Who is meant, and the group when it is a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Scope {
    pub(crate) reach: Reach,
    /// Looked at only when `reach` is [`Reach::Selected`].
    pub(crate) group: String,
}

impl Scope {
    /// The members of that group.
    pub(super) fn selected(group: &str) -> Self {
        Self {
            reach: Reach::Selected,
            group: group.to_owned(),
        }
    }

    /// Whether it covers a user. A group that is gone covers nobody.
    pub(crate) async fn covers(&self, store: &Store, user: ObjectId) -> Result<bool, StoreError> {
        match self.reach {
            Reach::All => Ok(true),
            Reach::Selected => is_member(store, &self.group, user).await,
            Reach::None => Ok(false),
        }
    }
}
