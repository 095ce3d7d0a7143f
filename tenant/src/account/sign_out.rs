//! Ending what a person's sign-ins gave: sessions in browsers, refresh tokens, primary refresh tokens. Access tokens run out.

use dovetail_shared::UnixTime;
use dovetail_shared::id::ObjectId;

use crate::clock;
use crate::store::{Connection, Store, StoreError, query};

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    All,
    /// Those that stem from the password. What a key on a device vouched for stays good when the password changes.
    ByPassword,
}

/// Statements with the user's name as `$1`.
macro_rules! end {
    ($which:literal) => {
        [
            concat!("DELETE FROM session WHERE user_id = (SELECT id FROM \"user\" WHERE upn = $1)", $which),
            concat!("UPDATE lineage SET revoked = 1 WHERE user_id = (SELECT id FROM \"user\" WHERE upn = $1)", $which),
            concat!("UPDATE prt SET revoked = 1 WHERE user_id = (SELECT id FROM \"user\" WHERE upn = $1)", $which),
        ]
    };
}

/// Ends them.
pub(super) async fn end_sign_ins(
    connection: &mut Connection,
    upn: &str,
    which: Which,
) -> Result<(), StoreError> {
    let statements = match which {
        Which::All => end!(""),
        Which::ByPassword => end!(" AND ' ' || amr || ' ' LIKE '% pwd %'"),
    };
    for statement in statements {
        query(statement).bind(upn).execute(&mut *connection).await?;
    }
    query("UPDATE \"user\" SET signed_out = $1 WHERE upn = $2")
        .bind(clock::now().0)
        .bind(upn)
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// Whether a person was signed out, by either of the two ways, at `then` or later. What they vouched for at `then` may live on
/// (an access token does, to its end), but nothing new may be made of it.
pub(crate) async fn is_signed_out_since(
    store: &Store,
    user: ObjectId,
    then: UnixTime,
) -> Result<bool, StoreError> {
    let row = query("SELECT 1 FROM \"user\" WHERE id = $1 AND signed_out >= $2")
        .bind(user.to_string())
        .bind(then.0)
        .fetch_optional(store)
        .await?;
    Ok(row.is_some())
}

/// Signs a person out everywhere. `false` when there is no such user.
pub(crate) async fn revoke_sign_ins(store: &Store, upn: &str) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    end_sign_ins(&mut transaction, upn, Which::All).await?;
    transaction.commit().await?;
    Ok(super::user_by_upn(store, upn).await?.is_some())
}

/// Gives a person another password (its hash); what the old one gave ends. `false` when there is no such user.
pub(crate) async fn set_password(store: &Store, upn: &str, hash: &str) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    let changed = query(
        "UPDATE \"user\" SET password_hash = $1, failures = 0, locked_until = 0 WHERE upn = $2",
    )
    .bind(hash)
    .bind(upn)
    .execute(&mut *transaction)
    .await?;
    end_sign_ins(&mut transaction, upn, Which::ByPassword).await?;
    transaction.commit().await?;
    Ok(changed.rows_affected() > 0)
}
