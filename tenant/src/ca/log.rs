//! The issuance log: a row per certificate, each holding the hash of the one before and itself.

use aws_lc_rs::digest;
use dovetail_shared::UnixTime;
use dovetail_shared::encode::hex_upper;
use dovetail_shared::id::DeviceId;

use super::issue::Issued;
use crate::store::{Connection, Store, StoreError, query};

/// Appends a row, in the caller's transaction: a certificate without a row never leaves the house. Gives the row's number.
pub(crate) async fn record(
    connection: &mut Connection,
    device: DeviceId,
    issued: &Issued,
    now: UnixTime,
) -> Result<i64, StoreError> {
    // Others who append wait here until this transaction ends.
    query("UPDATE issuance_head SET appended = appended + 1 WHERE one = 1")
        .execute(&mut *connection)
        .await?;
    let head = query("SELECT appended, chain FROM issuance_head WHERE one = 1")
        .fetch_one(&mut *connection)
        .await?;
    let (number, last): (i64, Vec<u8>) = (head.try_get(0)?, head.try_get(1)?);
    let device = device.to_string();
    let chain = link(
        &last,
        [
            hex_upper(&issued.serial).as_str(),
            device.as_str(),
            hex_upper(&issued.thumbprint).as_str(),
            now.0.to_string().as_str(),
        ],
    );
    query("INSERT INTO issuance (number, serial, device_id, thumbprint, issued, chain) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(number)
        .bind(&issued.serial)
        .bind(device)
        .bind(&issued.thumbprint)
        .bind(now.0)
        .bind(&chain)
        .execute(&mut *connection)
        .await?;
    query("UPDATE issuance_head SET chain = $1 WHERE one = 1")
        .bind(chain)
        .execute(connection)
        .await?;
    Ok(number)
}

/// Whether any certificate was ever issued.
pub(super) async fn has_any(store: &Store) -> Result<bool, StoreError> {
    let appended: i64 = query("SELECT appended FROM issuance_head")
        .fetch_one(store)
        .await?
        .try_get(0)?;
    Ok(appended > 0)
}

/// The hash of a chain's next entry: SHA-256 over the one before and the entry's fields, each with a line break behind it.
pub(crate) fn link<'a>(last: &[u8], fields: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(last);
    for field in fields {
        context.update(field.as_bytes());
        context.update(b"\n");
    }
    context.finish().as_ref().to_vec()
}
