//! Session keys: unwrapped by the transport key, put under the storage root at once, used inside the TPM from then on.
//!
//! The clear key exists on this thread between two commands, both over a salted and encrypted session, so that nobody reads
//! it on the bus. It is loaded right after it was made: that overwrites the copy that the TSS keeps of the last command.

use serde::{Deserialize, Serialize};
use tss_esapi::Error;
use tss_esapi::constants::SessionType;
use tss_esapi::constants::response_code::Tss2ResponseCodeKind as Kind;
use tss_esapi::handles::{KeyHandle, ObjectHandle, SessionHandle};
use tss_esapi::interface_types::algorithm::HashingAlgorithm;
use tss_esapi::structures::{
    Data, MaxBuffer, Public, PublicKeyRsa, RsaDecryptionScheme, SensitiveData,
};
use zeroize::Zeroizing;

use super::chip::Chip;
use super::error::TpmError;
use super::key_set::{KeySet, WrappedKey};
use super::template;

/// Bytes of a session key, and of what is sealed.
const KEY: usize = 32;

/// A session key as it lies on disk: an HMAC key of this TPM, useless elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionKey {
    pub(super) root_name: String,
    pub(super) key: WrappedKey,
}

/// A short secret that only this TPM gives back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    pub(super) root_name: String,
    pub(super) object: WrappedKey,
}

/// What stays loaded from one use to the next.
#[derive(Debug)]
pub(super) struct Warm {
    key: WrappedKey,
    handle: KeyHandle,
}

impl Chip {
    /// Opens `encrypted` (RSA-OAEP with SHA-1, empty label) with the transport key and keeps what is in it as a session key.
    /// [`TpmError::NoSessionKey`] where it is anything but 32 bytes.
    pub(super) fn adopt_session(
        &mut self,
        keys: &KeySet,
        encrypted: &[u8],
    ) -> Result<SessionKey, TpmError> {
        let encrypted =
            PublicKeyRsa::try_from(encrypted.to_vec()).map_err(|_| TpmError::NoSessionKey)?;
        let clear = self.with_key(&keys.root_name, &keys.transport, |chip, transport| {
            chip.encrypted(|chip| chip.decrypt(transport, encrypted.clone()))
        })?;
        if clear.len() != KEY {
            return Err(TpmError::NoSessionKey);
        }
        Ok(SessionKey {
            root_name: keys.root_name.clone(),
            key: self.keep(template::session()?, &clear)?,
        })
    }

    fn decrypt(
        &mut self,
        transport: KeyHandle,
        encrypted: PublicKeyRsa,
    ) -> Result<Zeroizing<Vec<u8>>, TpmError> {
        // The scheme is the key's own.
        let scheme = RsaDecryptionScheme::Null;
        let opened = self
            .context
            .rsa_decrypt(transport, encrypted, scheme, Data::default());
        match opened {
            Ok(opened) => Ok(Zeroizing::new(opened.value().to_vec())),
            // libtpms says this of wrong padding, and goes on working; a TPM that does not will say so at the next command.
            Err(Error::Tss2Error(code)) if code.kind() == Some(Kind::Failure) => {
                Err(TpmError::NoSessionKey)
            }
            Err(error) => Err(match TpmError::from(error) {
                // Padding or length are wrong: not made for this key.
                TpmError::Refused(_) => TpmError::NoSessionKey,
                other => other,
            }),
        }
    }

    /// Keeps 32 bytes so that only this TPM gives them back.
    pub(super) fn seal(&mut self, secret: &[u8]) -> Result<Sealed, TpmError> {
        self.cool();
        Ok(Sealed {
            root_name: self.root_name().to_owned(),
            object: self.keep(template::seal()?, secret)?,
        })
    }

    /// Gives them back.
    pub(super) fn unseal(&mut self, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, TpmError> {
        self.with_key(&sealed.root_name, &sealed.object, |chip, object| {
            chip.encrypted(|chip| {
                let secret = chip.context.unseal(ObjectHandle::from(object))?;
                Ok(Zeroizing::new(secret.value().to_vec()))
            })
        })
    }

    /// HMAC-SHA-256 of at most 1024 bytes. The key stays loaded for the next time, until another one is.
    pub(super) fn hmac(
        &mut self,
        key: &SessionKey,
        message: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, TpmError> {
        let handle = self.warm(key)?;
        let message = MaxBuffer::try_from(message.to_vec())?;
        let work = |chip: &mut Self| {
            let object = ObjectHandle::from(handle);
            let made = chip
                .context
                .hmac(object, message.clone(), HashingAlgorithm::Sha256)?;
            Ok(Zeroizing::new(made.value().to_vec()))
        };
        let made = if self.watched {
            self.encrypted(work)
        } else {
            work(self)
        };
        if made.is_err() {
            self.cool();
        }
        made
    }

    fn warm(&mut self, key: &SessionKey) -> Result<KeyHandle, TpmError> {
        if let Some(warm) = self.warm.as_ref().filter(|warm| warm.key == key.key) {
            return Ok(warm.handle);
        }
        self.cool();
        let handle = self.load(&key.root_name, &key.key)?;
        self.warm = Some(Warm {
            key: key.key.clone(),
            handle,
        });
        Ok(handle)
    }

    /// Unloads the session key, so that others have the place.
    pub(super) fn cool(&mut self) {
        if let Some(warm) = self.warm.take() {
            let object = ObjectHandle::from(warm.handle);
            // One that a reset has taken is unloaded already.
            self.context
                .execute_without_session(|context| context.flush_context(object))
                .ok();
        }
    }

    /// Makes an object out of data from here.
    fn keep(&mut self, public: Public, data: &[u8]) -> Result<WrappedKey, TpmError> {
        let made = self.encrypted(|chip| {
            let root = chip.root;
            let data = SensitiveData::try_from(data.to_vec())?;
            Ok(chip
                .context
                .create(root, public.clone(), None, Some(data), None, None)?)
        })?;
        let kept = WrappedKey::new(&made.out_public, &made.out_private)?;
        let root_name = self.root_name().to_owned();
        self.with_key(&root_name, &kept, |_, _| Ok(()))?;
        Ok(kept)
    }

    /// Runs a command over a salted HMAC session that encrypts its first parameter both ways.
    fn encrypted<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, TpmError>,
    ) -> Result<T, TpmError> {
        let session = self.session(SessionType::Hmac)?;
        let before = self.context.sessions();
        self.context.set_sessions((Some(session), None, None));
        let result = work(self);
        self.context.set_sessions(before);
        let flushed = self.context.execute_without_session(|context| {
            context.flush_context(ObjectHandle::from(SessionHandle::from(session)))
        });
        let value = result?;
        flushed?;
        Ok(value)
    }
}
