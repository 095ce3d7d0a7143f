//! The key files of a data directory: found, made and sealed in one place.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::alone::Alone;
use super::error::VaultError;
use super::file::{self, write_private};
use super::seal::{self, SealKey};
use crate::random;

/// Bytes of a key that is nothing but chance.
const RANDOM: usize = 32;
/// The credential that systemd may hand over (`LoadCredential=`, `LoadCredentialEncrypted=`).
const CREDENTIAL: &str = "dovetail-tenant.key";

/// The key files of one data directory. While it is open no other process makes keys there.
#[derive(Debug)]
pub(crate) struct Vault {
    data: PathBuf,
    seal: Option<SealKey>,
    _alone: Alone,
}

impl Vault {
    /// Opens it; `key` is the file of the key that seals the others, if there is one.
    pub(crate) fn open(data: &Path, key: Option<&Path>) -> Result<Self, VaultError> {
        let credential = std::env::var_os("CREDENTIALS_DIRECTORY")
            .map(|folder| Path::new(&folder).join(CREDENTIAL))
            .filter(|file| file.exists());
        let seal = key
            .map(Path::to_owned)
            .or(credential)
            .map(|file| SealKey::read(&file))
            .transpose()?;
        Ok(Self {
            data: data.to_owned(),
            seal,
            _alone: Alone::in_folder(data)?,
        })
    }

    /// Where a key of that name is.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.data.join(name)
    }

    /// 32 random bytes of that name; made when they are not there.
    pub(crate) fn random(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let key = if let Some(key) = self.read(name)? {
            key
        } else {
            let key = Zeroizing::new(random::bytes::<RANDOM>()?.to_vec());
            self.write(name, &key)?;
            key
        };
        if key.len() != RANDOM {
            return Err(VaultError::Damaged(self.path(name)));
        }
        Ok(key)
    }

    /// What is kept under that name. A file that others may read is refused; one that lies there in the clear although there
    /// is a key to seal it with is sealed now.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let path = self.path(name);
        let Some(kept) = file::read(&path, file::Readers::Owner)? else {
            return Ok(None);
        };
        match (seal::is_sealed(&kept), &self.seal) {
            (true, Some(seal)) => seal
                .open(name, &kept)
                .map(Some)
                .ok_or(VaultError::OtherKey(path)),
            (true, None) => Err(VaultError::Sealed(path)),
            (false, Some(_)) => {
                self.write(name, &kept)?;
                tracing::info!(path = %path.display(), "a key was sealed");
                Ok(Some(kept))
            }
            (false, None) => Ok(Some(kept)),
        }
    }

    /// Keeps it, as a whole or not at all.
    pub(crate) fn write(&self, name: &str, contents: &[u8]) -> Result<(), VaultError> {
        let path = self.path(name);
        match &self.seal {
            Some(seal) => write_private(&path, &seal.seal(name, contents)?),
            None => write_private(&path, contents),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn key_file(dir: &Path, byte: u8) -> PathBuf {
        let file = dir.join(format!("{byte}.key"));
        write_private(&file, &[byte; 32]).unwrap();
        file
    }

    /// [DR-16] With a key to seal them, key files hold nothing that opens without it: not when they are new, and not when they
    /// were made before there was one. A copy under another name, or another key, opens nothing; without the key it is said
    /// what is missing.
    #[test]
    fn keys_are_sealed_at_rest() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let clear = Vault::open(&data, None).unwrap().random("old.key").unwrap();
        assert_eq!(std::fs::read(data.join("old.key")).unwrap(), *clear);

        let file = key_file(dir.path(), 7);
        let vault = Vault::open(&data, Some(&file)).unwrap();
        assert_eq!(vault.random("old.key").unwrap(), clear);
        let new = vault.random("new.key").unwrap();
        for (name, key) in [("old.key", &clear), ("new.key", &new)] {
            let kept = std::fs::read(data.join(name)).unwrap();
            assert!(!kept.windows(RANDOM).any(|part| part == key.as_slice()));
            let mode = std::fs::metadata(data.join(name)).unwrap().permissions();
            assert_eq!(mode.mode() & 0o777, 0o600);
        }
        std::fs::copy(data.join("new.key"), data.join("other.key")).unwrap();
        assert!(matches!(
            vault.read("other.key"),
            Err(VaultError::OtherKey(_))
        ));
        drop(vault);

        let without = Vault::open(&data, None).unwrap();
        assert!(matches!(
            without.random("new.key"),
            Err(VaultError::Sealed(_))
        ));
        drop(without);
        let other = Vault::open(&data, Some(&key_file(dir.path(), 8))).unwrap();
        assert!(matches!(
            other.random("new.key"),
            Err(VaultError::OtherKey(_))
        ));
        drop(other);
        let again = Vault::open(&data, Some(&file)).unwrap();
        assert_eq!(again.random("new.key").unwrap(), new);
    }

    /// [OP-09] [DR-16] A key that others on the machine may read is no secret any more: it is refused by name, with the way out.
    /// So are a damaged one and a sealing key that is too short.
    #[test]
    fn keys_that_others_may_read_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::open(dir.path(), None).unwrap();
        vault.random("a.key").unwrap();
        for mode in [0o644, 0o640, 0o604, 0o620] {
            std::fs::set_permissions(vault.path("a.key"), std::fs::Permissions::from_mode(mode))
                .unwrap();
            let refused = vault.random("a.key").unwrap_err().to_string();
            assert!(refused.contains("a.key") && refused.contains("chmod 600"));
        }
        write_private(&vault.path("b.key"), &[0; 31]).unwrap();
        assert!(matches!(vault.random("b.key"), Err(VaultError::Damaged(_))));
        drop(vault);
        let short = dir.path().join("short");
        write_private(&short, b"password").unwrap();
        assert!(matches!(
            Vault::open(dir.path(), Some(&short)),
            Err(VaultError::Short(_))
        ));
        assert!(Vault::open(dir.path(), Some(&dir.path().join("none"))).is_err());
    }
}
