//! Rows that have expired are taken out a few at a time, beside everything else: no request waits for it, and none pays for it.

use std::time::Duration;

use dovetail_shared::UnixTime;

use super::connection::Store;
use super::error::StoreError;
use super::query::query;

/// Rows of one statement: milliseconds of writing.
const BATCH: i64 = 200;
/// Between two of them others write.
const PAUSE: Duration = Duration::from_millis(20);

/// A statement per table: `$1` now, `$2` how many. Every table of rows that expire stands here.
const TABLES: &[&str] = &[
    "DELETE FROM session WHERE id_hash IN (SELECT id_hash FROM session WHERE expires < $1 LIMIT $2)",
    "DELETE FROM lineage WHERE id IN (SELECT id FROM lineage WHERE expires < $1 LIMIT $2)",
    "DELETE FROM sign_in WHERE id_hash IN (SELECT id_hash FROM sign_in WHERE expires < $1 LIMIT $2)",
    "DELETE FROM challenge WHERE id IN (SELECT id FROM challenge WHERE expires < $1 LIMIT $2)",
    "DELETE FROM federation_request WHERE id_hash IN (SELECT id_hash FROM federation_request WHERE expires < $1 LIMIT $2)",
    "DELETE FROM assertion_use WHERE (issuer, assertion_id) IN (SELECT issuer, assertion_id FROM assertion_use WHERE expires < $1 LIMIT $2)",
    "DELETE FROM prt WHERE id IN (SELECT id FROM prt WHERE expires < $1 LIMIT $2)",
    "DELETE FROM device_code_visit WHERE id_hash IN (SELECT id_hash FROM device_code_visit WHERE expires < $1 LIMIT $2)",
    // Remembered for as long again: a machine that asks late is told that its code has expired.
    "DELETE FROM device_code WHERE id IN (SELECT id FROM device_code WHERE expires < CAST($1 AS BIGINT) - 900 LIMIT $2)",
    "DELETE FROM client_assertion WHERE id_hash IN (SELECT id_hash FROM client_assertion WHERE expires < $1 LIMIT $2)",
    "DELETE FROM used_nonce WHERE chance IN (SELECT chance FROM used_nonce WHERE expires < $1 LIMIT $2)",
    "DELETE FROM guess_count WHERE network IN (SELECT network FROM guess_count WHERE expires < $1 LIMIT $2)",
    "DELETE FROM server_redirect WHERE (server, client_id, uri) IN (SELECT server, client_id, uri FROM server_redirect WHERE expires < $1 LIMIT $2)",
    "DELETE FROM hello_removed WHERE kid IN (SELECT kid FROM hello_removed WHERE expires < $1 LIMIT $2)",
    "DELETE FROM terms_visit WHERE id_hash IN (SELECT id_hash FROM terms_visit WHERE expires < $1 LIMIT $2)",
];

impl Store {
    /// Takes out everything that has expired, and gives how many rows that were.
    pub(crate) async fn sweep(&self, now: UnixTime) -> Result<u64, StoreError> {
        let mut gone = 0;
        for statement in TABLES {
            loop {
                let batch = query(statement).bind(now.0).bind(BATCH).execute(self);
                let batch = batch.await?.rows_affected();
                gone += batch;
                if batch < BATCH.unsigned_abs() {
                    break;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(gone)
    }
}
