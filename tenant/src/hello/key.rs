//! A registered key, as an assertion needs it.

use aws_lc_rs::digest;
use dovetail_shared::encode::b64;
use dovetail_shared::id::{DeviceId, ObjectId};
use dovetail_shared::rsa_blob::RsaPublic;
use uuid::Uuid;

use crate::store::{Store, StoreError, query};

/// A registered key.
#[derive(Debug)]
pub(crate) struct HelloKey {
    /// What the registration answered.
    pub(crate) id: Uuid,
    pub(crate) user: ObjectId,
    pub(crate) device: DeviceId,
    pub(crate) public: RsaPublic,
}

/// The name of a key in assertions: base64 SHA-256 of its RSA1 blob (registration reference §4.3).
pub(super) fn kid_of(blob: &[u8]) -> String {
    b64(digest::digest(&digest::SHA256, blob))
}

/// The key of that name.
pub(crate) async fn by_kid(store: &Store, kid: &str) -> Result<Option<HelloKey>, StoreError> {
    let row = query("SELECT id, user_id, device, material FROM hello_key WHERE kid = $1")
        .bind(kid)
        .fetch_optional(store)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let text = |column: usize| row.try_get::<String, _>(column);
    let (id, user, device) = (text(0)?, text(1)?, text(2)?);
    let material: Vec<u8> = row.try_get(3)?;
    // A row under another key's name vouches for nobody.
    let public = RsaPublic::from_blob(&material)
        .ok()
        .filter(|_| kid_of(&material) == kid);
    Ok(match (id.parse(), user.parse(), device.parse(), public) {
        (Ok(id), Ok(user), Ok(device), Some(public)) => Some(HelloKey {
            id,
            user,
            device,
            public,
        }),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
    use dovetail_shared::encode::from_b64;

    /// roadlib's name and blob of a published key (registration reference §9.6) come out of the key itself.
    #[test]
    fn a_published_key_has_its_published_name() {
        let der = include_bytes!("../../../shared/tests/vectors/prt_transport_key.pkcs1.der");
        let blob = include_str!("../../../shared/tests/vectors/roadlib_hello_key.txt");
        let pair = RsaKeyPair::from_der(der).unwrap();
        let key = RsaPublic::from_pkcs1(pair.public_key().as_ref()).unwrap();
        assert_eq!(from_b64(blob.trim()).unwrap(), key.to_blob());
        assert_eq!(key.to_blob().len(), 283);
        assert_eq!(
            kid_of(&key.to_blob()),
            "OirLBJMt6R8QpJtfHbHjoWP/sV3QcmxTn+eEOogAlBs="
        );
    }
}
