//! Nonces that were used, where several servers share a database: a row each, until nobody takes them any more.

use std::collections::BTreeSet;

use super::nonce::{Fresh, NonceError, SpendError};
use crate::store::{Connection, Operation, query};

/// Uses nonces up: all of them, or none.
#[derive(Debug)]
pub(super) struct Use(BTreeSet<(i64, [u8; 16])>);

impl Use {
    /// The same nonce twice is one. In one order, so that no two requests wait for each other.
    pub(super) fn of(nonces: &[Fresh]) -> Self {
        let row = |nonce: &Fresh| (nonce.stale_from(), nonce.chance);
        Self(nonces.iter().map(row).collect())
    }
}

impl Operation for Use {
    type Output = ();
    type Error = SpendError;

    async fn run(&self, connection: &mut Connection) -> Result<(), SpendError> {
        for (until, chance) in &self.0 {
            let kept = query(
                "INSERT INTO used_nonce (chance, expires) VALUES ($1, $2) ON CONFLICT (chance) DO NOTHING",
            )
            .bind(chance.as_slice())
            .bind(*until)
            .execute(&mut *connection)
            .await?;
            if kept.rows_affected() == 0 {
                return Err(NonceError::Used.into());
            }
        }
        Ok(())
    }
}
