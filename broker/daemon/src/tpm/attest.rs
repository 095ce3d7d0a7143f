//! Attestation: the endorsement key and its certificate, activating a credential, certifying our keys.

use tss_esapi::abstraction::AsymmetricAlgorithmSelection;
use tss_esapi::abstraction::ek::{create_ek_public_from_default_template_2, retrieve_ek_pubcert};
use tss_esapi::attributes::SessionAttributesBuilder;
use tss_esapi::constants::SessionType;
use tss_esapi::handles::{
    AuthHandle, KeyHandle, ObjectHandle, PersistentTpmHandle, SessionHandle, TpmHandle,
};
use tss_esapi::interface_types::algorithm::HashingAlgorithm;
use tss_esapi::interface_types::key_bits::RsaKeyBits;
use tss_esapi::interface_types::resource_handles::Hierarchy;
use tss_esapi::interface_types::session_handles::{AuthSession, PolicySession};
use tss_esapi::structures::{
    Data, EncryptedSecret, IdObject, Nonce, SignatureScheme, SymmetricDefinition,
};
use tss_esapi::traits::Marshall as _;
use zeroize::Zeroizing;

use super::chip::{Chip, has_handle};
use super::error::TpmError;
use super::key_set::{KeySet, WrappedKey};

/// Where provisioned machines keep their RSA endorsement key (TCG EK Credential Profile §2.2.1.5.1).
const EK_HANDLE: u32 = 0x8101_0001;
/// Where its certificate is (the same, §2.2.1.4).
const EK_CERTIFICATE: u32 = 0x01c0_0002;
const EK: AsymmetricAlgorithmSelection = AsymmetricAlgorithmSelection::Rsa(RsaKeyBits::Rsa2048);

/// A key and the attestation key's word on it, the TPM's own structures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certified {
    /// TPMT_PUBLIC
    pub public: Vec<u8>,
    /// TPMS_ATTEST
    pub attest: Vec<u8>,
    /// TPMT_SIGNATURE
    pub signature: Vec<u8>,
}

/// Both keys of a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertifiedPair {
    /// The key of the certificate request.
    pub device: Certified,
    /// The transport key.
    pub transport: Certified,
}

impl Chip {
    /// The endorsement key's certificate out of NV, DER; `None` where the maker put none there.
    pub(super) fn endorsement(&mut self) -> Result<Option<Vec<u8>>, TpmError> {
        if !has_handle(&mut self.context, EK_CERTIFICATE)? {
            return Ok(None);
        }
        let padded = self
            .context
            .execute_without_session(|context| retrieve_ek_pubcert(context, EK))?;
        Ok(Some(certificate(&padded).to_vec()))
    }

    /// Opens a credential that was made for this TPM and this attestation key. The result comes back over an encrypted session.
    pub(super) fn activate(
        &mut self,
        keys: &KeySet,
        blob: &[u8],
        secret: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, TpmError> {
        let (blob, secret) = (
            IdObject::try_from(blob.to_vec())?,
            EncryptedSecret::try_from(secret.to_vec())?,
        );
        self.cool();
        let (ek, ours) = self.endorsement_key()?;
        let opened = self.with_key(&keys.root_name, &keys.attestation, |chip, ak| {
            chip.activate_with(ak, ek, blob, secret)
        });
        if ours {
            self.context
                .execute_without_session(|context| context.flush_context(ObjectHandle::from(ek)))?;
        }
        opened
    }

    fn activate_with(
        &mut self,
        ak: KeyHandle,
        ek: KeyHandle,
        blob: IdObject,
        secret: EncryptedSecret,
    ) -> Result<Zeroizing<Vec<u8>>, TpmError> {
        let policy = self.session(SessionType::Policy)?;
        let opened = self.authorised(policy, ak, ek, blob, secret);
        let flushed = self.context.execute_without_session(|context| {
            context.flush_context(ObjectHandle::from(SessionHandle::from(policy)))
        });
        let opened = opened?;
        flushed?;
        Ok(opened)
    }

    /// The default endorsement key is used by PolicySecret of the endorsement hierarchy (TCG EK Credential Profile §B.3.3).
    /// The policy session encrypts the answer on its way out.
    fn authorised(
        &mut self,
        policy: AuthSession,
        ak: KeyHandle,
        ek: KeyHandle,
        blob: IdObject,
        secret: EncryptedSecret,
    ) -> Result<Zeroizing<Vec<u8>>, TpmError> {
        let session = PolicySession::try_from(policy)?;
        self.context.policy_secret(
            session,
            AuthHandle::Endorsement,
            Nonce::default(),
            tss_esapi::structures::Digest::default(),
            Nonce::default(),
            None,
        )?;
        let sessions = (Some(AuthSession::Password), Some(policy), None);
        let opened = self.context.execute_with_sessions(sessions, |context| {
            context.activate_credential(ak, ek, blob, secret)
        });
        // Here a failed integrity check means: made for another TPM. The keys themselves loaded.
        let opened = opened.map_err(|error| match TpmError::from(error) {
            TpmError::Cleared => TpmError::Refused("the challenge is not for this TPM".to_owned()),
            other => other,
        })?;
        Ok(Zeroizing::new(opened.value().to_vec()))
    }

    /// The attestation key's word on device and transport key, over `nonce`.
    pub(super) fn certify(
        &mut self,
        keys: &KeySet,
        nonce: &[u8],
    ) -> Result<CertifiedPair, TpmError> {
        Ok(CertifiedPair {
            device: self.certify_one(keys, &keys.device, nonce)?,
            transport: self.certify_one(keys, &keys.transport, nonce)?,
        })
    }

    fn certify_one(
        &mut self,
        keys: &KeySet,
        key: &WrappedKey,
        nonce: &[u8],
    ) -> Result<Certified, TpmError> {
        let nonce = Data::try_from(nonce.to_vec())?;
        let public = key.public_bytes()?;
        self.with_key(&keys.root_name, &keys.attestation, |chip, ak| {
            chip.with_key(&keys.root_name, key, |chip, handle| {
                let sessions = (
                    Some(AuthSession::Password),
                    Some(AuthSession::Password),
                    None,
                );
                let (attest, signature) =
                    chip.context.execute_with_sessions(sessions, |context| {
                        context.certify(
                            ObjectHandle::from(handle),
                            ak,
                            nonce,
                            SignatureScheme::Null,
                        )
                    })?;
                Ok(Certified {
                    public,
                    attest: attest.marshall()?,
                    signature: signature.marshall()?,
                })
            })
        })
    }

    /// The provisioned endorsement key, or one made by the default template, which is the same key. Tells whether it is ours to unload.
    fn endorsement_key(&mut self) -> Result<(KeyHandle, bool), TpmError> {
        let handle = PersistentTpmHandle::new(EK_HANDLE)?;
        let found = self.context.execute_without_session(|context| {
            context.tr_from_tpm_public(TpmHandle::Persistent(handle))
        });
        if let Ok(handle) = found {
            return Ok((KeyHandle::from(handle), false));
        }
        let public = create_ek_public_from_default_template_2(EK, None)?;
        Ok((
            self.context
                .create_primary(Hierarchy::Endorsement, public, None, None, None, None)?
                .key_handle,
            true,
        ))
    }

    pub(super) fn session(&mut self, kind: SessionType) -> Result<AuthSession, TpmError> {
        let started = self.context.execute_without_session(|context| {
            // Salted with our storage root: an unsalted session could be read along on the bus.
            context.start_auth_session(
                Some(self.root),
                None,
                None,
                kind,
                SymmetricDefinition::AES_128_CFB,
                HashingAlgorithm::Sha256,
            )
        })?;
        let session = started.ok_or_else(|| TpmError::Refused("no session".to_owned()))?;
        let (attributes, mask) = SessionAttributesBuilder::new()
            .with_encrypt(true)
            .with_decrypt(true)
            .with_continue_session(true)
            .build();
        self.context
            .tr_sess_set_attributes(session, attributes, mask)?;
        Ok(session)
    }
}

/// NV holds the certificate with padding behind it: the outer DER length tells where it ends.
pub(super) fn certificate(padded: &[u8]) -> &[u8] {
    let length = match padded {
        [0x30, 0x82, high, low, ..] => {
            usize::from(u16::from_be_bytes([*high, *low])).saturating_add(4)
        }
        _ => padded.len(),
    };
    padded.get(..length).unwrap_or(padded)
}
