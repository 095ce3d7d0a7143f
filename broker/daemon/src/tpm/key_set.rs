//! The three keys of a machine as they lie on disk: wrapped by the TPM, useless elsewhere.

use dovetail_shared::encode::{b64, from_b64};
use dovetail_shared::rsa_blob::RsaPublic;
use serde::{Deserialize, Serialize};
use tss_esapi::structures::{Private, Public};
use tss_esapi::traits::{Marshall as _, UnMarshall as _};

use super::error::TpmError;

/// One key: its public area, and its private area encrypted by the TPM. Base64 of the TPM's own structures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WrappedKey {
    /// TPMT_PUBLIC
    public: String,
    /// Contents of TPM2B_PRIVATE
    private: String,
}

/// Device key, transport key, attestation key, and the root they were made under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySet {
    /// Name of the storage root: another one means another TPM, or this one cleared.
    pub(super) root_name: String,
    pub(super) device: WrappedKey,
    pub(super) transport: WrappedKey,
    pub(super) attestation: WrappedKey,
}

impl WrappedKey {
    pub(super) fn new(public: &Public, private: &Private) -> Result<Self, TpmError> {
        Ok(Self {
            public: b64(public.marshall()?),
            private: b64(private.value()),
        })
    }

    /// Both halves as the TPM takes them.
    pub(super) fn open(&self) -> Result<(Public, Private), TpmError> {
        let damaged = || TpmError::Refused("the key record is damaged".to_owned());
        let private = from_b64(&self.private).map_err(|_| damaged())?;
        let public = Public::unmarshall(&self.public_bytes()?).map_err(|_| damaged())?;
        Ok((public, Private::try_from(private).map_err(|_| damaged())?))
    }

    /// TPMT_PUBLIC
    pub(super) fn public_bytes(&self) -> Result<Vec<u8>, TpmError> {
        from_b64(&self.public)
            .map_err(|_| TpmError::Refused("the key record is damaged".to_owned()))
    }

    pub(super) fn rsa(&self) -> Result<RsaPublic, TpmError> {
        match self.open()?.0 {
            Public::Rsa {
                unique, parameters, ..
            } => {
                // A TPM that says 0 means 65537 (TPM 2.0 part 2, TPMS_RSA_PARMS).
                let exponent = if parameters.exponent().value() == 0 {
                    65_537
                } else {
                    parameters.exponent().value()
                };
                Ok(RsaPublic::new(unique.value(), &exponent.to_be_bytes()))
            }
            _ => Err(TpmError::Refused("the key is not RSA".to_owned())),
        }
    }
}

/// One signing key, and the root it was made under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignKey {
    /// As in [`KeySet`].
    pub(super) root_name: String,
    pub(super) key: WrappedKey,
}

impl SignKey {
    /// Its public half.
    pub fn public(&self) -> Result<RsaPublic, TpmError> {
        self.key.rsa()
    }
}

impl KeySet {
    /// The device key by itself.
    pub fn device_key(&self) -> SignKey {
        SignKey {
            root_name: self.root_name.clone(),
            key: self.device.clone(),
        }
    }

    /// The device key's public half.
    pub fn device_public(&self) -> Result<RsaPublic, TpmError> {
        self.device.rsa()
    }

    /// The transport key's public half.
    pub fn transport_public(&self) -> Result<RsaPublic, TpmError> {
        self.transport.rsa()
    }

    /// The attestation key's TPMT_PUBLIC.
    pub fn attestation_public(&self) -> Result<Vec<u8>, TpmError> {
        self.attestation.public_bytes()
    }
}
