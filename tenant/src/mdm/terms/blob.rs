//! The opaque blob: who accepted which version when, under a MAC. Enrollment can *prove* acceptance with it.

use aws_lc_rs::hmac;
use dovetail_shared::UnixTime;
use dovetail_shared::encode::{b64url, from_b64url};
use dovetail_shared::id::{ObjectId, TenantId};
use serde::{Deserialize, Serialize};

use crate::vault::{Vault, VaultError};

/// Seconds between the page and enrollment.
const LIFE_SECS: i64 = 1800;
/// Longest blob that is looked at.
const LONGEST: usize = 1024;

/// What a blob says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::mdm) struct Accepted {
    pub(in crate::mdm) user: ObjectId,
    pub(in crate::mdm) tenant: TenantId,
    pub(in crate::mdm) version: i64,
    pub(in crate::mdm) time: i64,
    /// Id of the row in `terms_acceptance`.
    pub(in crate::mdm) nonce: String,
}

/// Why a blob is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::mdm) enum BlobError {
    #[error("it was not made here")]
    Foreign,
    #[error("the terms were accepted too long ago")]
    Expired,
}

/// Makes and checks blobs; kept in `DIR/ca/terms.key`.
#[derive(Debug)]
pub(crate) struct TermsKey(hmac::Key);

impl TermsKey {
    /// Opens it, or makes it.
    pub(crate) fn open(vault: &Vault) -> Result<Self, VaultError> {
        let key = vault.random("ca/terms.key")?;
        Ok(Self::new(&key))
    }

    /// With that key.
    pub(in crate::mdm) fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The blob of an acceptance.
    pub(in crate::mdm) fn seal(&self, accepted: &Accepted) -> Result<String, serde_json::Error> {
        let record = b64url(serde_json::to_vec(accepted)?);
        let tag = hmac::sign(&self.0, record.as_bytes());
        Ok(format!("{record}.{}", b64url(tag)))
    }

    /// What a blob says, when it was made here and not long ago.
    pub(in crate::mdm) fn open_blob(
        &self,
        blob: &str,
        now: UnixTime,
    ) -> Result<Accepted, BlobError> {
        let (record, tag) = Some(blob)
            .filter(|blob| blob.len() <= LONGEST)
            .and_then(|blob| blob.split_once('.'))
            .ok_or(BlobError::Foreign)?;
        let tag = from_b64url(tag).map_err(|_| BlobError::Foreign)?;
        hmac::verify(&self.0, record.as_bytes(), &tag).map_err(|_| BlobError::Foreign)?;
        let bytes = from_b64url(record).map_err(|_| BlobError::Foreign)?;
        let accepted: Accepted = serde_json::from_slice(&bytes).map_err(|_| BlobError::Foreign)?;
        if !(accepted.time..=accepted.time + LIFE_SECS).contains(&now.0) {
            return Err(BlobError::Expired);
        }
        Ok(accepted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A blob is good for half an hour, and no character of it can be changed.
    #[test]
    fn a_blob_cannot_be_altered_or_kept() {
        let dir = tempfile::tempdir().unwrap();
        let open =
            |dir: &std::path::Path| TermsKey::open(&Vault::open(dir, None).unwrap()).unwrap();
        let key = open(dir.path());
        let accepted = Accepted {
            user: ObjectId(crate::random::guid()),
            tenant: TenantId(crate::random::guid()),
            version: 3,
            time: 1000,
            nonce: "n".into(),
        };
        let blob = key.seal(&accepted).unwrap();
        assert_eq!(key.open_blob(&blob, UnixTime(2800)), Ok(accepted));
        assert_eq!(
            key.open_blob(&blob, UnixTime(2801)),
            Err(BlobError::Expired)
        );
        assert_eq!(key.open_blob(&blob, UnixTime(999)), Err(BlobError::Expired));
        for index in 0..blob.len() {
            let mut changed = blob.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(key.open_blob(&changed, UnixTime(1000)).is_err(), "{index}");
        }
        let other = open(tempfile::tempdir().unwrap().path());
        assert_eq!(
            other.open_blob(&blob, UnixTime(1000)),
            Err(BlobError::Foreign)
        );
        assert!(open(dir.path()).open_blob(&blob, UnixTime(1000)).is_ok());
    }
}
