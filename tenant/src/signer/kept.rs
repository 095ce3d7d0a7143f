//! How signing keys lie in the database: wrapped with a key that is not in it, each bound to its name. A stolen database, or a
//! dump of it, signs nothing.

use zeroize::Zeroizing;

use super::ring::RingError;
use crate::store::{Store, query};
use crate::vault::{Vault, VaultError, Wrap};

/// The file of the key around them.
const FILE: &str = "ca/signing.key";
/// First byte of the form. A PKCS#8 key, as earlier versions kept it, begins with 0x30.
const FORM: u8 = 1;

/// Wraps and unwraps them.
#[derive(Debug)]
pub(crate) struct KeyWrap(Wrap);

impl KeyWrap {
    /// Opens it, or makes it; and wraps what an earlier version left in the clear.
    pub(crate) async fn open(vault: &Vault, store: &Store) -> Result<Self, RingError> {
        let rows =
            query("SELECT pkcs8 FROM signing_key UNION ALL SELECT pkcs8 FROM ec_signing_key")
                .fetch_all(store)
                .await?;
        let mut wrapped = false;
        for row in rows {
            let kept: Vec<u8> = row.try_get(0)?;
            wrapped |= kept.first() == Some(&FORM);
        }
        if wrapped && vault.read(FILE)?.is_none() {
            let path = vault.path(FILE);
            let what = "the keys that sign tokens open with nothing else";
            return Err(VaultError::Missing { path, what }.into());
        }
        let this = Self(Wrap::new(&vault.random(FILE)?, b"signing keys")?);
        this.wrap_what_is_clear(store).await?;
        Ok(this)
    }

    async fn wrap_what_is_clear(&self, store: &Store) -> Result<(), RingError> {
        let tables = [
            (
                "SELECT kid, pkcs8 FROM signing_key",
                "UPDATE signing_key SET pkcs8 = $1 WHERE kid = $2",
            ),
            (
                "SELECT kid, pkcs8 FROM ec_signing_key",
                "UPDATE ec_signing_key SET pkcs8 = $1 WHERE kid = $2",
            ),
        ];
        for (read, write) in tables {
            for row in query(read).fetch_all(store).await? {
                let (kid, kept): (String, Zeroizing<Vec<u8>>) =
                    (row.try_get(0)?, Zeroizing::new(row.try_get(1)?));
                if kept.first() == Some(&FORM) {
                    continue;
                }
                query(write)
                    .bind(self.wrap(&kid, &kept)?)
                    .bind(&kid)
                    .execute(store)
                    .await?;
                tracing::info!(kid, "a signing key was wrapped");
            }
        }
        Ok(())
    }

    /// What is kept of the key of that name.
    pub(super) fn wrap(&self, kid: &str, pkcs8: &[u8]) -> Result<Vec<u8>, RingError> {
        Ok([&[FORM], self.0.wrap(kid.as_bytes(), pkcs8)?.as_slice()].concat())
    }

    /// PKCS#8 of the key of that name.
    pub(super) fn unwrap(&self, kid: &str, kept: &[u8]) -> Result<Zeroizing<Vec<u8>>, RingError> {
        kept.split_first()
            .filter(|(form, _)| **form == FORM)
            .and_then(|(_, sealed)| self.0.unwrap(kid.as_bytes(), sealed))
            .ok_or_else(|| RingError::Wrapped(kid.to_owned()))
    }
}
