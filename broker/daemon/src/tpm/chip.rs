//! A connection to the TPM with the storage root at hand. Lives on the TPM thread; dropped and made anew when the TPM goes away.

use std::str::FromStr as _;

use dovetail_shared::encode::hex_upper;
use tss_esapi::constants::CapabilityType;
use tss_esapi::constants::property_tag::PropertyTag;
use tss_esapi::handles::{KeyHandle, ObjectHandle, PersistentTpmHandle, TpmHandle};
use tss_esapi::interface_types::resource_handles::Hierarchy;
use tss_esapi::interface_types::session_handles::AuthSession;
use tss_esapi::structures::{
    CapabilityData, Digest, HashScheme, HashcheckTicket, Public, Signature, SignatureScheme,
};
use tss_esapi::tss2_esys::TPMT_TK_HASHCHECK;
use tss_esapi::{Context, TctiNameConf};

use super::actor::TpmConfig;
use super::error::TpmError;
use super::key_set::{KeySet, SignKey, WrappedKey};
use super::session::Warm;
use super::template;

/// Where provisioned machines keep their storage root (TCG "TPM v2.0 Provisioning Guidance" §7.5.1).
const ROOT_HANDLE: u32 = 0x8100_0001;

/// The open TPM.
#[derive(Debug)]
pub(super) struct Chip {
    pub(super) context: Context,
    pub(super) root: KeyHandle,
    /// Hex of the root's Name.
    pub(super) root_name: String,
    /// Somebody may listen between processor and TPM.
    pub(super) watched: bool,
    pub(super) warm: Option<Warm>,
}

impl Chip {
    /// Connects, clears what a killed predecessor left (a private TPM only), finds or makes the storage root.
    pub(super) fn open(config: &TpmConfig) -> Result<Self, TpmError> {
        let tcti = TctiNameConf::from_str(&config.tcti)
            .map_err(|_| TpmError::Refused("the configured TCTI is not valid".to_owned()))?;
        let mut context = Context::new(tcti).map_err(|_| unreachable(&config.tcti))?;
        // Commands that need no secret use the empty password: an encrypted session costs 5 ms each (TPM reference §4).
        context.set_sessions((Some(AuthSession::Password), None, None));
        if config.exclusive {
            flush_leftovers(&mut context)?;
        }
        let root = root(&mut context)?;
        let (_, name, _) = context.execute_without_session(|context| context.read_public(root))?;
        let root_name = hex_upper(name.value());
        Ok(Self {
            context,
            root,
            root_name,
            watched: config.watched_bus,
            warm: None,
        })
    }

    /// Maker and firmware, `SW  SW   TPM fw 20191023`.
    pub(super) fn describe(&mut self) -> Result<String, TpmError> {
        let mut property = |tag| {
            Ok::<_, TpmError>(
                self.context
                    .execute_without_session(|context| context.get_tpm_property(tag))?
                    .unwrap_or(0),
            )
        };
        let text = |number: u32| {
            number
                .to_be_bytes()
                .into_iter()
                .filter(u8::is_ascii_graphic)
                .map(char::from)
                .collect::<String>()
        };
        let maker = text(property(PropertyTag::Manufacturer)?);
        let model = text(property(PropertyTag::VendorString1)?)
            + &text(property(PropertyTag::VendorString2)?);
        let firmware = property(PropertyTag::FirmwareVersion1)?;
        Ok(format!(
            "{maker} {model} fw {}.{}",
            firmware >> 16,
            firmware & 0xffff
        ))
    }

    /// Makes the three keys. The slow one: an RSA key takes seconds on a real chip.
    pub(super) fn create(&mut self) -> Result<KeySet, TpmError> {
        Ok(KeySet {
            root_name: self.root_name.clone(),
            device: self.create_one(template::device()?)?,
            transport: self.create_one(template::transport()?)?,
            attestation: self.create_one(template::attestation()?)?,
        })
    }

    fn create_one(&mut self, public: Public) -> Result<WrappedKey, TpmError> {
        let made = self
            .context
            .create(self.root, public, None, None, None, None)?;
        WrappedKey::new(&made.out_public, &made.out_private)
    }

    /// Whether these keys are this TPM's and load.
    pub(super) fn check(&mut self, keys: &KeySet) -> Result<(), TpmError> {
        for key in [&keys.device, &keys.transport, &keys.attestation] {
            self.with_key(&keys.root_name, key, |_, _| Ok(()))?;
        }
        Ok(())
    }

    /// Makes one more key like the device key.
    pub(super) fn create_sign_key(&mut self) -> Result<SignKey, TpmError> {
        Ok(SignKey {
            root_name: self.root_name.clone(),
            key: self.create_one(template::device()?)?,
        })
    }

    /// Whether this key is this TPM's and loads.
    pub(super) fn check_sign_key(&mut self, key: &SignKey) -> Result<(), TpmError> {
        self.with_key(&key.root_name, &key.key, |_, _| Ok(()))
    }

    /// RSASSA-PKCS1-v1_5 over SHA-256.
    pub(super) fn sign(&mut self, key: &SignKey, message: &[u8]) -> Result<Vec<u8>, TpmError> {
        self.with_key(&key.root_name, &key.key, |chip, key| {
            chip.sign_with(key, message)
        })
    }

    /// The same with a key that is loaded.
    pub(super) fn sign_with(
        &mut self,
        key: KeyHandle,
        message: &[u8],
    ) -> Result<Vec<u8>, TpmError> {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, message);
        let digest = Digest::try_from(hash.as_ref().to_vec())?;
        let scheme = SignatureScheme::RsaSsa {
            hash_scheme: HashScheme::new(
                tss_esapi::interface_types::algorithm::HashingAlgorithm::Sha256,
            ),
        };
        let ticket = HashcheckTicket::try_from(TPMT_TK_HASHCHECK {
            tag: tss_esapi::constants::tss::TPM2_ST_HASHCHECK,
            hierarchy: tss_esapi::constants::tss::TPM2_RH_NULL,
            digest: tss_esapi::tss2_esys::TPM2B_DIGEST::default(),
        })?;
        match self.context.sign(key, digest, scheme, ticket)? {
            Signature::RsaSsa(rsa) => Ok(rsa.signature().value().to_vec()),
            _ => Err(TpmError::Refused("the signature is not RSASSA".to_owned())),
        }
    }

    /// Loads a key, does something with it, unloads it whatever came of it.
    pub(super) fn with_key<T>(
        &mut self,
        root_name: &str,
        key: &WrappedKey,
        work: impl FnOnce(&mut Self, KeyHandle) -> Result<T, TpmError>,
    ) -> Result<T, TpmError> {
        self.cool();
        let handle = self.load(root_name, key)?;
        let result = work(self, handle);
        let flushed = self
            .context
            .execute_without_session(|context| context.flush_context(ObjectHandle::from(handle)));
        let value = result?;
        flushed?;
        Ok(value)
    }

    /// Loads a key under the root that it was made under.
    pub(super) fn load(
        &mut self,
        root_name: &str,
        key: &WrappedKey,
    ) -> Result<KeyHandle, TpmError> {
        if root_name != self.root_name {
            self.find_root(root_name)?;
        }
        let (public, private) = key.open()?;
        Ok(self.context.load(self.root, private, public)?)
    }

    /// Keys made under our own root stay good when somebody provisions another one afterwards.
    fn find_root(&mut self, wanted: &str) -> Result<(), TpmError> {
        let candidate = own_root(&mut self.context)?;
        let (_, name, _) = self
            .context
            .execute_without_session(|context| context.read_public(candidate))?;
        let name = hex_upper(name.value());
        if name != wanted {
            self.context.execute_without_session(|context| {
                context.flush_context(ObjectHandle::from(candidate))
            })?;
            return Err(TpmError::Cleared);
        }
        self.root = candidate;
        self.root_name = name;
        Ok(())
    }

    /// An orderly end: without it, a private TPM counts the stop as an attack (TPM reference §6).
    pub(super) fn close(mut self, config: &TpmConfig) {
        if config.exclusive {
            self.context.clear_sessions();
            self.cool();
            // A TPM that is gone already needs no goodbye.
            self.context
                .flush_context(ObjectHandle::from(self.root))
                .ok();
            self.context
                .shutdown(tss_esapi::constants::StartupType::Clear)
                .ok();
        }
    }
}

/// Why the TPM could not be opened. Only a device that does not exist is "no TPM": a machine whose TPM is there but in use,
/// or not ours to open, must not end up with keys in files.
fn unreachable(tcti: &str) -> TpmError {
    match tcti.strip_prefix("device:") {
        Some(path) if std::path::Path::new(path).exists() => {
            TpmError::Refused("it is there, but cannot be opened".to_owned())
        }
        _ => TpmError::Absent,
    }
}

/// The provisioned root, whatever its type, or one of our own that lives as long as this connection.
fn root(context: &mut Context) -> Result<KeyHandle, TpmError> {
    if !has_handle(context, ROOT_HANDLE)? {
        return own_root(context);
    }
    let handle = PersistentTpmHandle::new(ROOT_HANDLE)?;
    let handle = context.execute_without_session(|context| {
        context.tr_from_tpm_public(TpmHandle::Persistent(handle))
    })?;
    Ok(KeyHandle::from(handle))
}

fn own_root(context: &mut Context) -> Result<KeyHandle, TpmError> {
    Ok(context
        .create_primary(Hierarchy::Owner, template::root()?, None, None, None, None)?
        .key_handle)
}

/// Whether a persistent object or NV index of that handle exists.
pub(super) fn has_handle(context: &mut Context, handle: u32) -> Result<bool, TpmError> {
    let (data, _) = context.execute_without_session(|context| {
        context.get_capability(CapabilityType::Handles, handle, 1)
    })?;
    let CapabilityData::Handles(handles) = data else {
        return Ok(false);
    };
    Ok(handles
        .into_inner()
        .first()
        .is_some_and(|first| u32::from(*first) == handle))
}

/// Objects and sessions of a process that was killed stay in a TPM without a resource manager. Only for a TPM that is ours alone.
fn flush_leftovers(context: &mut Context) -> Result<(), TpmError> {
    for first in [0x8000_0000, 0x0200_0000, 0x0300_0000] {
        let (data, _) = context.execute_without_session(|context| {
            context.get_capability(CapabilityType::Handles, first, 64)
        })?;
        let CapabilityData::Handles(handles) = data else {
            continue;
        };
        for handle in handles.into_inner() {
            let object =
                context.execute_without_session(|context| context.tr_from_tpm_public(handle));
            if let Ok(object) = object {
                context.execute_without_session(|context| context.flush_context(object))?;
            }
        }
    }
    Ok(())
}
