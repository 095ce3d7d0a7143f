//! One use of a PIN: admitted, counted before the TPM is asked, and the count cleared where it was right.
//!
//! A daemon that is killed in between has counted: nobody tries for nothing.

use super::super::account::Account;
use super::super::error::PrtError;
use super::error::PinError;
use super::record::PinRecord;
use super::tries::Tries;
use crate::Daemon;
use crate::tpm::TpmError;
use crate::vault::VaultError;

/// Does `work` with the key. Whoever calls holds the account's turn: two tries at once would be one count.
pub(super) async fn tried<T>(
    daemon: &Daemon,
    account: &Account,
    record: &mut PinRecord,
    work: impl Future<Output = Result<T, VaultError>>,
) -> Result<T, PrtError> {
    let (now, before) = (daemon.now(), record.tries);
    before.admit(now)?;
    record.tries = before.one_more(now);
    record.save(&daemon.store, account)?;
    let done = match work.await {
        Ok(done) => Ok(done),
        Err(VaultError::Tpm(TpmError::WrongPin)) => {
            tracing::info!("user {}: a wrong PIN", account.uid);
            let over = record.tries.is_over();
            return Err(if over {
                PinError::Locked
            } else {
                PinError::Wrong
            }
            .into());
        }
        Err(error) => Err(error),
    };
    record.tries = match &done {
        Ok(_) => Tries::default(),
        Err(VaultError::Tpm(error)) if was_not_tried(error) => before,
        // The TPM may have looked at it.
        Err(_) => record.tries,
    };
    record.save(&daemon.store, account)?;
    Ok(done?)
}

fn was_not_tried(error: &TpmError) -> bool {
    matches!(
        error,
        TpmError::Absent | TpmError::Busy | TpmError::Cleared | TpmError::Locked
    )
}
