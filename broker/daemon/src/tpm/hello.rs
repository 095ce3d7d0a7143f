//! Keys that a person opens: what they know is the key's authorisation value, and the TPM counts the wrong ones.
//!
//! The value crosses the bus encrypted where it is set, and not at all where it is used. The count is one for the whole TPM, so the
//! last try before it locks is never given away: it belongs to whoever else keeps something behind it, the disk first of all.

use dovetail_shared::rsa_blob::RsaPublic;
use serde::{Deserialize, Serialize};
use tss_esapi::constants::CapabilityType;
use tss_esapi::constants::property_tag::PropertyTag;
use tss_esapi::handles::{KeyHandle, ObjectHandle};
use tss_esapi::structures::{Auth, CapabilityData, TaggedProperty};
use zeroize::Zeroizing;

use super::chip::Chip;
use super::error::TpmError;
use super::key_set::WrappedKey;
use super::template;

/// 32 bytes that open a key, made out of what the person knows.
pub type Opening = Zeroizing<Vec<u8>>;

/// A key behind a PIN as it lies on disk: useless in another TPM, and in this one without the PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelloKey {
    root_name: String,
    key: WrappedKey,
}

impl HelloKey {
    /// Its public half.
    pub fn public(&self) -> Result<RsaPublic, TpmError> {
        self.key.rsa()
    }
}

impl Chip {
    /// Makes one.
    pub(super) fn create_hello(&mut self, opening: &Opening) -> Result<HelloKey, TpmError> {
        let (root, public) = (self.root, template::hello()?);
        let auth = auth(opening)?;
        let key = self.encrypted(|chip, over| {
            chip.over(over, |chip| {
                let made = chip
                    .context
                    .create(root, public, Some(auth), None, None, None)?;
                WrappedKey::new(&made.out_public, &made.out_private)
            })
        })?;
        Ok(HelloKey {
            root_name: self.root_name.clone(),
            key,
        })
    }

    /// RSASSA-PKCS1-v1_5 over SHA-256. [`TpmError::WrongPin`] where it does not open, [`TpmError::Locked`] where that is not tried.
    pub(super) fn sign_hello(
        &mut self,
        key: &HelloKey,
        opening: &Opening,
        message: &[u8],
    ) -> Result<Vec<u8>, TpmError> {
        self.opened(key, opening, |chip, key| chip.sign_with(key, message))
    }

    /// The same key with another value. Whoever has a copy of the former one opens that with the former value still, in this TPM.
    pub(super) fn change_hello(
        &mut self,
        key: &HelloKey,
        opening: &Opening,
        next: &Opening,
    ) -> Result<HelloKey, TpmError> {
        let next = auth(next)?;
        let (public, _) = key.key.open()?;
        let changed = self.opened(key, opening, |chip, handle| {
            let root = ObjectHandle::from(chip.root);
            let private =
                chip.context
                    .object_change_auth(ObjectHandle::from(handle), root, next)?;
            WrappedKey::new(&public, &private)
        })?;
        Ok(HelloKey {
            // Loading it may have found another root than was at hand.
            root_name: self.root_name.clone(),
            key: changed,
        })
    }

    fn opened<T>(
        &mut self,
        key: &HelloKey,
        opening: &Opening,
        work: impl FnOnce(&mut Self, KeyHandle) -> Result<T, TpmError>,
    ) -> Result<T, TpmError> {
        self.spare_one_try()?;
        let auth = auth(opening)?;
        self.with_key(&key.root_name, &key.key, |chip, handle| {
            chip.context
                .execute_without_session(|context| context.tr_set_auth(handle.into(), auth))?;
            chip.encrypted(|chip, over| chip.over(over, |chip| work(chip, handle)))
        })
        .map_err(|error| match error {
            TpmError::Refused(why) if why == "AuthFail" || why == "BadAuth" => TpmError::WrongPin,
            other => other,
        })
    }

    /// Refuses where one more wrong value would lock the TPM.
    fn spare_one_try(&mut self) -> Result<(), TpmError> {
        let counted = self.now(PropertyTag::LockoutCounter)?.unwrap_or(0);
        let most = self.now(PropertyTag::MaxAuthFail)?.unwrap_or(u32::MAX);
        if counted.saturating_add(1) >= most {
            return Err(TpmError::Locked);
        }
        Ok(())
    }

    /// A property as it is now; the library's own way to it remembers what it was.
    fn now(&mut self, property: PropertyTag) -> Result<Option<u32>, TpmError> {
        let (data, _) = self.context.execute_without_session(|context| {
            context.get_capability(CapabilityType::TpmProperties, property.into(), 1)
        })?;
        let CapabilityData::TpmProperties(list) = data else {
            return Ok(None);
        };
        Ok(list.find(property).map(TaggedProperty::value))
    }
}

fn auth(opening: &Opening) -> Result<Auth, TpmError> {
    Ok(Auth::try_from(opening.to_vec())?)
}
