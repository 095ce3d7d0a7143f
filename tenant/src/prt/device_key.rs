//! What a device signs with its own key: RS256, with the certificate in the header (registration reference §4.2, §4.4).

use aws_lc_rs::digest;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use dovetail_shared::UnixTime;
use dovetail_shared::encode::from_b64;
use dovetail_shared::jose::Jws;
use dovetail_shared::prt::kdf::KdfVersion;
use dovetail_shared::rsa_blob::RsaPublic;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::refusal::PrtRefusal;
use crate::app::App;
use crate::audit;
use crate::device::{Device, device_of_key};

/// Longest certificate that is looked at, DER; ours have about 1 kB.
const LONGEST_CERTIFICATE: usize = 8 * 1024;

/// A JWS that the holder of a device certificate of ours signed. Nothing is said yet of the device: it may be gone.
#[derive(Debug)]
pub(super) struct DeviceSigned {
    /// The JSON that was signed.
    pub(super) payload: Vec<u8>,
    /// What the header announces for session keys.
    pub(super) kdf: KdfVersion,
    proof: Proof,
}

/// A certificate of ours whose key was used.
#[derive(Debug, Clone)]
pub(crate) struct Proof {
    thumbprint: Vec<u8>,
    key_hash: Vec<u8>,
}

impl DeviceSigned {
    /// Verifies the signature by the certificate in the header, and that by our CA. The algorithm is the one that device keys
    /// have; `kid` means nothing here.
    pub(super) fn read(app: &App, text: &str, now: UnixTime) -> Result<Self, PrtRefusal> {
        let jws = Jws::split_either_alphabet(text).map_err(|_| PrtRefusal::Form)?;
        let header = &jws.header;
        if header.alg != "RS256" || header.crit.is_some() || header.b64.is_some() {
            return Err(PrtRefusal::Form);
        }
        let kdf = KdfVersion::from_header(header.kdf_ver).ok_or(PrtRefusal::Form)?;
        let certificate = header.x5c.as_ref().and_then(|chain| chain.first());
        let der = certificate
            .filter(|text| text.len() <= 2 * LONGEST_CERTIFICATE)
            .and_then(|text| from_b64(text).ok())
            .ok_or(PrtRefusal::Form)?;
        let (proof, key) = Proof::of_certificate(app, &der, now)?;
        verify(&key, &jws)?;
        Ok(Self {
            payload: jws.payload,
            kdf,
            proof,
        })
    }

    /// The device of the certificate.
    pub(super) async fn device(&self, app: &App) -> Result<Device, PrtRefusal> {
        self.proof.device(app).await
    }
}

/// RS256 by that key.
pub(super) fn verify(key: &RsaPublic, jws: &Jws<'_>) -> Result<(), PrtRefusal> {
    RsaPublicKeyComponents {
        n: &key.modulus,
        e: &key.exponent,
    }
    .verify(
        &RSA_PKCS1_2048_8192_SHA256,
        jws.signed.as_bytes(),
        &jws.signature,
    )
    .map_err(|_| PrtRefusal::Signature)
}

impl Proof {
    /// Judges a certificate whose key is, or is about to be, proved: issued by our device CA, valid now. Gives its key, too.
    pub(crate) fn of_certificate(
        app: &App,
        der: &[u8],
        now: UnixTime,
    ) -> Result<(Self, RsaPublic), PrtRefusal> {
        let read = |der| X509Certificate::from_der(der).map_err(|_| PrtRefusal::Certificate);
        let (rest, certificate) = read(der)?;
        let (_, ca) = read(app.ca.certificate())?;
        if !rest.is_empty() || certificate.issuer() != ca.subject() {
            return Err(PrtRefusal::Certificate);
        }
        certificate
            .verify_signature(Some(ca.public_key()))
            .map_err(|_| PrtRefusal::Certificate)?;
        let validity = certificate.validity();
        if validity.not_before.timestamp() > now.0 || validity.not_after.timestamp() < now.0 {
            return Err(PrtRefusal::Certificate);
        }
        let pkcs1 = &certificate.public_key().subject_public_key.data;
        let key = RsaPublic::from_pkcs1(pkcs1).map_err(|_| PrtRefusal::Certificate)?;
        let thumbprint = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der);
        let key_hash = digest::digest(&digest::SHA256, pkcs1);
        let proof = Self {
            thumbprint: thumbprint.as_ref().to_vec(),
            key_hash: key_hash.as_ref().to_vec(),
        };
        Ok((proof, key))
    }

    /// The device whose `alternativeSecurityIds` the certificate is, when it is there and enabled.
    pub(crate) async fn device(&self, app: &App) -> Result<Device, PrtRefusal> {
        let device = device_of_key(&app.store, &self.key_hash, &self.thumbprint)
            .await?
            .ok_or(PrtRefusal::DeviceGone)?;
        audit::is_device(device.id);
        if !device.enabled {
            return Err(PrtRefusal::DeviceDisabled);
        }
        Ok(device)
    }
}
