//! The issuance log: a row per certificate, each holding the hash of the one before and itself.

use aws_lc_rs::digest;
use dovetail_shared::UnixTime;
use dovetail_shared::id::DeviceId;

use super::issue::Issued;
use crate::store::{Connection, StoreError, query};

/// Appends a row, in the caller's transaction: a certificate without a row never leaves the house.
pub(crate) async fn record(
    connection: &mut Connection,
    device: DeviceId,
    issued: &Issued,
    now: UnixTime,
) -> Result<(), StoreError> {
    // Others who append wait here until this transaction ends.
    let last: Vec<u8> =
        query("UPDATE issuance_head SET appended = appended + 1 WHERE one = 1 RETURNING chain")
            .fetch_one(&mut *connection)
            .await?
            .try_get(0)?;
    let device = device.to_string();
    let chain = link(
        &last,
        [
            issued.serial.as_str(),
            &device,
            &issued.thumbprint,
            &now.0.to_string(),
        ],
    );
    query("INSERT INTO issuance (serial, device_id, thumbprint, issued, chain) VALUES ($1, $2, $3, $4, $5)")
        .bind(&issued.serial)
        .bind(&device)
        .bind(&issued.thumbprint)
        .bind(now.0)
        .bind(&chain)
        .execute(&mut *connection)
        .await?;
    query("UPDATE issuance_head SET chain = $1 WHERE one = 1")
        .bind(chain)
        .execute(connection)
        .await?;
    Ok(())
}

fn link(last: &[u8], fields: [&str; 4]) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(last);
    for field in fields {
        context.update(field.as_bytes());
        context.update(b"\n");
    }
    context.finish().as_ref().to_vec()
}
