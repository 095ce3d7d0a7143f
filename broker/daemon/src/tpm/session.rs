//! Session keys: unwrapped by the transport key, put under the storage root at once, used inside the TPM from then on.
//!
//! The clear key exists on this thread between two commands, both over a salted and encrypted session, so that nobody reads
//! it on the bus. The next command overwrites the copy of it that the TSS keeps.

use serde::{Deserialize, Serialize};
use tss_esapi::Error;
use tss_esapi::constants::SessionType;
use tss_esapi::constants::response_code::Tss2ResponseCodeKind as Kind;
use tss_esapi::handles::{KeyHandle, ObjectHandle, SessionHandle};
use tss_esapi::interface_types::algorithm::HashingAlgorithm;
use tss_esapi::interface_types::session_handles::AuthSession;
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

/// What a session key was taken in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// The session key.
    pub session: SessionKey,
    /// The secret that was to be sealed beside it.
    pub seal: Sealed,
}

impl Chip {
    /// Opens `encrypted` (RSA-OAEP with SHA-1, empty label) with the transport key, keeps what is in it as a session key, and seals
    /// `secret` beside it. [`TpmError::NoSessionKey`] where it is anything but 32 bytes.
    ///
    /// One salted session for all of it: to start one costs more than any of the commands. The session key stays loaded, because
    /// it is used next.
    pub(super) fn adopt(
        &mut self,
        keys: &KeySet,
        encrypted: &[u8],
        secret: &[u8],
    ) -> Result<Adopted, TpmError> {
        let encrypted =
            PublicKeyRsa::try_from(encrypted.to_vec()).map_err(|_| TpmError::NoSessionKey)?;
        let root_name = keys.root_name.clone();
        let (session, seal) = self.encrypted(|chip, over| {
            let clear = chip.with_key(&root_name, &keys.transport, |chip, transport| {
                chip.over(over, |chip| chip.decrypt(transport, encrypted))
            })?;
            if clear.len() != KEY {
                return Err(TpmError::NoSessionKey);
            }
            chip.over(over, |chip| {
                Ok((
                    chip.keep(template::session()?, &clear)?,
                    chip.keep(template::seal()?, secret)?,
                ))
            })
        })?;
        let adopted = Adopted {
            session: SessionKey {
                root_name: root_name.clone(),
                key: session,
            },
            seal: Sealed {
                root_name,
                object: seal,
            },
        };
        // Overwrites what the TSS keeps of the command before.
        self.warm(&adopted.session)?;
        Ok(adopted)
    }

    /// Seals a secret by itself.
    pub(super) fn seal(&mut self, secret: &[u8]) -> Result<Sealed, TpmError> {
        let root_name = self.root_name.clone();
        let object = self
            .encrypted(|chip, over| chip.over(over, |chip| chip.keep(template::seal()?, secret)))?;
        Ok(Sealed { root_name, object })
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

    /// Gives them back.
    pub(super) fn unseal(&mut self, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, TpmError> {
        self.with_key(&sealed.root_name, &sealed.object, |chip, object| {
            chip.encrypted(|chip, over| {
                chip.over(over, |chip| {
                    let secret = chip.context.unseal(ObjectHandle::from(object))?;
                    Ok(Zeroizing::new(secret.value().to_vec()))
                })
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
            self.encrypted(|chip, over| chip.over(over, work))
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
        let data = SensitiveData::try_from(data.to_vec())?;
        let made = self
            .context
            .create(self.root, public, None, Some(data), None, None)?;
        WrappedKey::new(&made.out_public, &made.out_private)
    }

    /// Starts a salted HMAC session for what `work` does, and ends it whatever came of that.
    pub(super) fn encrypted<T>(
        &mut self,
        work: impl FnOnce(&mut Self, AuthSession) -> Result<T, TpmError>,
    ) -> Result<T, TpmError> {
        let session = self.session(SessionType::Hmac)?;
        let result = work(self, session);
        let flushed = self.context.execute_without_session(|context| {
            context.flush_context(ObjectHandle::from(SessionHandle::from(session)))
        });
        let value = result?;
        flushed?;
        Ok(value)
    }

    /// Runs commands over a session that encrypts their first parameter both ways.
    pub(super) fn over<T>(
        &mut self,
        session: AuthSession,
        work: impl FnOnce(&mut Self) -> Result<T, TpmError>,
    ) -> Result<T, TpmError> {
        let before = self.context.sessions();
        self.context.set_sessions((Some(session), None, None));
        let result = work(self);
        self.context.set_sessions(before);
        result
    }
}
