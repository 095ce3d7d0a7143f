//! Ending lineages by their root.

use crate::store::{Connection, Operation, Store, StoreError, query};

/// Ends everything that stems from a sign-in.
pub(super) async fn revoke(store: &Store, root: &str) -> Result<(), StoreError> {
    store.write(Revoke(root.to_owned())).await
}

/// The root, and what branched off.
struct Revoke(String);

impl Operation for Revoke {
    type Output = ();
    type Error = StoreError;

    async fn run(&self, connection: &mut Connection) -> Result<(), StoreError> {
        for statement in [
            "UPDATE lineage SET revoked = 1 WHERE id = $1",
            "UPDATE lineage SET revoked = 1 WHERE root = $1 AND root <> id",
        ] {
            let query = query(statement).bind(&self.0);
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }
}
