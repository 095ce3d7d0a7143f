//! What a device showed when it registered: kept where the tenant wants to look at it again, some kilobytes each.

use dovetail_shared::id::DeviceId;

use crate::store::{Connection, Store, StoreError, query};

/// Request and proof, as they were sent.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    /// PKCS#10 DER.
    pub(crate) csr: Vec<u8>,
    /// The TPM's proof, JSON.
    pub(crate) attestation: Option<String>,
}

/// Keeps a device's in place of what there was; nothing, where nothing is to be kept.
pub(super) async fn keep(
    connection: &mut Connection,
    device: DeviceId,
    evidence: Option<&Evidence>,
) -> Result<(), StoreError> {
    let Some(evidence) = evidence else {
        query("DELETE FROM device_evidence WHERE device_id = $1")
            .bind(device.to_string())
            .execute(connection)
            .await?;
        return Ok(());
    };
    query(
        "INSERT INTO device_evidence (device_id, csr, attestation) VALUES ($1, $2, $3)
         ON CONFLICT (device_id) DO UPDATE SET csr = excluded.csr, attestation = excluded.attestation",
    )
    .bind(device.to_string())
    .bind(&evidence.csr)
    .bind(&evidence.attestation)
    .execute(connection)
    .await?;
    Ok(())
}

/// A device's, where it was kept.
pub(crate) async fn evidence(
    store: &Store,
    device: DeviceId,
) -> Result<Option<Evidence>, StoreError> {
    let row = query("SELECT csr, attestation FROM device_evidence WHERE device_id = $1")
        .bind(device.to_string())
        .fetch_optional(store)
        .await?;
    row.map(|row| {
        Ok(Evidence {
            csr: row.try_get(0)?,
            attestation: row.try_get(1)?,
        })
    })
    .transpose()
}
